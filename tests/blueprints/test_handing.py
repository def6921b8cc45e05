"""Handing a purchase over, as browsers see it: who may, what a link shows, and every way to misuse one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.registration.handover import MOST_A_DAY
from portal.registration.models import Claim, ClaimState, HandOver
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]
LINK = re.compile(r"/marketplace/hand-over/[\w-]+")


@pytest.fixture
def claim(client: PortalClient, arrive: Callable[..., Page], the_claim: Callable[[], Claim]) -> str:
    """The path of a purchase that has arrived in the client's browser."""
    arrive(client)
    return f"/marketplace/purchases/{the_claim().id}"


def send_to_bob(client: PortalClient, claim: str, **fields: str) -> Page:
    page = client.get(f"{claim}/hand-over")
    return client.send(page.form(f"{claim}/hand-over/mail"), **({"email": "bob@acme.example"} | fields))


def copied(client: PortalClient, claim: str) -> str:
    """The path of a link that is shown once."""
    page = client.press(f"{claim}/hand-over", f"{claim}/hand-over/copy")
    found = LINK.search(page.html)
    assert found
    return found[0]


def mailed(stored: Stored) -> str:
    """The path in the latest letter."""
    found = LINK.search(stored(Letter)[-1].text)
    assert found
    return found[0]


def take_over(client: PortalClient, link: str) -> Page:
    return client.press(link, link)


def test_a_stranger_who_brought_a_purchase_can_send_it_to_a_colleague(client: PortalClient, claim: str, stored: Stored):
    page = send_to_bob(client, claim, name="Pat")
    assert (page.status, [letter.to for letter in stored(Letter)]) == (303, ["bob@acme.example"])


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x" * 81}, {"name": "Pat", "email": "nobody"}])
def test_mistyped_fields_are_said_and_kept(client: PortalClient, claim: str, stored: Stored, fields: dict[str, str]):
    page = send_to_bob(client, claim, **fields)
    assert (page.status, stored(Letter), "Please" in page.text) == (400, [], True)


def test_somebody_signed_in_is_named_by_their_account(
    client: PortalClient, claim: str, stored: Stored, alice: Somebody
):
    client.sign_in_as(alice)
    send_to_bob(client, claim, name="The Queen")
    assert ("Alice" in stored(Letter)[-1].text, "Queen" in stored(Letter)[-1].text) == (True, False)


def test_the_whole_way(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored, mallory: Somebody
):
    send_to_bob(client, claim, name="Pat")
    page = take_over(another_client, mailed(stored))
    another_client.sign_in_as(mallory)
    page = another_client.follow(another_client.get(f"{page.location}/organization"))
    form = next(form for form in page.forms if form.action.endswith("/link"))
    another_client.send(form)
    assert stored(Contract)[0].organisation_id == mallory.organisation_id


def test_the_first_browser_then_says_so(client: PortalClient, another_client: PortalClient, claim: str):
    take_over(another_client, copied(client, claim))
    assert client.get(claim).heading == "You have handed Tidemark Analytics over"


def test_and_cannot_link_it_any_more(
    client: PortalClient, another_client: PortalClient, claim: str, alice: Somebody, stored: Stored
):
    client.sign_in_as(alice)
    form = client.get(f"{claim}/link?organization={alice.organisation_id}").form(f"{claim}/link")
    take_over(another_client, copied(client, claim))
    page = client.send(form)
    assert (page.heading, stored(Contract)[0].organisation_id) == ("You have handed Tidemark Analytics over", None)


def test_unless_it_is_taken_back(
    client: PortalClient, another_client: PortalClient, claim: str, alice: Somebody, stored: Stored
):
    """A link that came into the wrong hands: whoever bought sees it, and takes the purchase back."""
    client.sign_in_as(alice)
    taken = take_over(another_client, copied(client, claim)).location
    client.press(claim, f"{claim}/take-back")
    assert (client.get(claim).status, another_client.get(taken).status) == (200, 410)


def test_looking_at_the_link_uses_nothing_up(client: PortalClient, app: Flask, claim: str):
    link = copied(client, claim)
    for _ in range(3):
        PortalClient(app).get(link)
        PortalClient(app).http.head(link)
    assert take_over(PortalClient(app), link).status == 303


def test_it_shows_the_product_and_who_sent_it_and_nothing_else(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored
):
    send_to_bob(client, claim, name="Pat")
    page = another_client.get(mailed(stored))
    assert [word for word in ("Tidemark Analytics", "Pat") if word not in page.text] == []
    assert [word for word in ("6666", "Seats", "Team", "bob@", "agmt") if word in page.html] == []


@pytest.mark.parametrize("header", [("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store")])
def test_its_address_is_told_to_nobody(
    client: PortalClient, another_client: PortalClient, claim: str, header: tuple[str, str]
):
    page = another_client.get(copied(client, claim))
    assert page.headers.getlist(header[0])[-1] == header[1]


def test_a_name_that_was_typed_is_no_markup(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored
):
    send_to_bob(client, claim, name="<b>Pat</b>")
    assert "<b>Pat" not in another_client.get(mailed(stored)).html


def test_it_works_once(client: PortalClient, another_client: PortalClient, app: Flask, claim: str):
    link = copied(client, claim)
    form = PortalClient(app).get(link)
    take_over(another_client, link)
    replayed = another_client.get(link)
    assert (replayed.status, "Set up your account" in replayed.text, form.status) == (410, True, 200)


def test_a_page_that_was_open_meanwhile_is_too_late(
    client: PortalClient, another_client: PortalClient, app: Flask, claim: str
):
    link = copied(client, claim)
    late = PortalClient(app)
    form = late.get(link).form(link)
    take_over(another_client, link)
    assert late.send(form).status == 410


def test_another_site_cannot_press_the_button(client: PortalClient, another_client: PortalClient, claim: str):
    link = copied(client, claim)
    assert (another_client.post(link).status, another_client.get(link).status) == (400, 200)


@pytest.mark.parametrize("guess", ["x", "a" * 43, "%00", "..%2f", "é" * 100, "a" * 3000])
def test_a_guess_is_answered_like_one_that_is_over(client: PortalClient, claim: str, guess: str):
    copied(client, claim)
    assert client.get(f"/marketplace/hand-over/{guess}").status in {404, 410}


def test_an_old_one_is_gone(client: PortalClient, another_client: PortalClient, app: Flask, claim: str):
    link = copied(client, claim)
    with app.app_context(), transaction():
        db.session.execute(update(HandOver).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert another_client.get(link).status == 410


def test_a_revoked_one_is_gone(client: PortalClient, another_client: PortalClient, claim: str, stored: Stored):
    link = copied(client, claim)
    client.press(f"{claim}/hand-over", f"{claim}/hand-over/{stored(HandOver)[0].id}/revoke")
    assert another_client.get(link).status == 410


@pytest.mark.parametrize("deed", ["hand-over/mail", "hand-over/copy", "hand-over/1/revoke", "take-back"])
def test_only_the_browser_that_brought_it_can_hand_it_over(
    another_client: PortalClient, client: PortalClient, claim: str, mallory: Somebody, stored: Stored, deed: str
):
    copied(client, claim)
    another_client.sign_in_as(mallory)
    token = another_client.get("/contracts").forms[0].fields["csrf_token"]
    fields = {"csrf_token": token, "name": "M", "email": "m@x.example"}
    page = another_client.post(f"{claim}/{deed}", fields)
    assert (page.status, stored(Letter), [one.revoked_at for one in stored(HandOver)]) == (410, [], [None])


def test_nor_does_its_page_exist_for_others(another_client: PortalClient, claim: str):
    assert another_client.get(f"{claim}/hand-over").status == 410


def test_a_link_of_another_purchase_is_not_revoked_here(
    client: PortalClient, another_client: PortalClient, claim: str, arrive: Callable[..., Page], stored: Stored
):
    link = copied(client, claim)
    arrive(another_client)
    other = next(one for one in stored(Claim) if str(one.id) not in claim)
    page = another_client.get(f"/marketplace/purchases/{other.id}/hand-over")
    token = page.forms[0].fields["csrf_token"]
    path = f"/marketplace/purchases/{other.id}/hand-over/{stored(HandOver)[0].id}/revoke"
    assert (another_client.post(path, {"csrf_token": token}).status, another_client.get(link).status) == (404, 200)


def test_there_are_only_so_many(client: PortalClient, claim: str):
    for _ in range(MOST_A_DAY):
        copied(client, claim)
    assert client.press(f"{claim}/hand-over", f"{claim}/hand-over/copy").status == 429


def test_and_only_so_many_letters_to_one_address(client: PortalClient, claim: str, stored: Stored):
    pages = [send_to_bob(client, claim, name="Pat") for _ in range(4)]
    assert (pages[-1].status, len(stored(Letter))) == (429, 3)


def test_nobody_is_signed_in_by_it(client: PortalClient, another_client: PortalClient, claim: str, alice: Somebody):
    client.sign_in_as(alice)
    take_over(another_client, copied(client, claim))
    assert another_client.get("/contracts").location.startswith("/signin")


def test_the_sender_is_told_who_set_it_up(
    client: PortalClient,
    another_client: PortalClient,
    claim: str,
    stored: Stored,
    alice: Somebody,
    mallory: Somebody,
):
    client.sign_in_as(alice)
    link = copied(client, claim)
    another_client.sign_in_as(mallory)
    page = another_client.follow(take_over(another_client, link))
    another_client.send(next(form for form in page.forms if form.action.endswith("/link")))
    letter = next(one for one in stored(Letter) if one.to == alice.email)
    said = client.get(claim)
    assert ("Mallory" in letter.text, said.heading, "Mallory" in said.text, "Globex" in said.html) == (
        True,
        "Tidemark Analytics is set up",
        True,
        False,
    )


def test_a_link_to_oneself_asks_who_one_is(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored, alice: Somebody
):
    client.sign_in_as(alice)
    client.press(f"{claim}/hand-over", f"{claim}/hand-over/later")
    assert another_client.get(mailed(stored)).location.startswith("/signin?next=/marketplace/hand-over/")


def test_and_works_for_nobody_else(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored, alice: Somebody, mallory: Somebody
):
    client.sign_in_as(alice)
    client.press(f"{claim}/hand-over", f"{claim}/hand-over/later")
    another_client.sign_in_as(mallory)
    page = another_client.get(mailed(stored))
    assert (page.status, "Tidemark Analytics" in page.html) == (403, False)


def test_not_even_by_hand(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored, alice: Somebody, mallory: Somebody
):
    client.sign_in_as(alice)
    client.press(f"{claim}/hand-over", f"{claim}/hand-over/later")
    another_client.sign_in_as(mallory)
    link = mailed(stored)
    token = another_client.get(link).forms[0].fields["csrf_token"]
    assert another_client.post(link, {"csrf_token": token}).status == 403
    assert [one.state for one in stored(Claim)] == [ClaimState.OPEN]


def test_with_it_one_goes_on_in_another_browser(
    client: PortalClient, another_client: PortalClient, claim: str, stored: Stored, alice: Somebody
):
    client.sign_in_as(alice)
    client.press(f"{claim}/hand-over", f"{claim}/hand-over/later")
    another_client.sign_in_as(alice)
    assert another_client.follow(take_over(another_client, mailed(stored))).heading == "Link Tidemark Analytics to Acme"


def test_a_stranger_has_no_such_link(client: PortalClient, claim: str):
    page = client.get(f"{claim}/hand-over")
    assert [form.action for form in page.forms if form.action.endswith("/later")] == []


def test_who_was_signed_in_with_a_purchase_is_known(
    arrive: Callable[..., Page], client: PortalClient, alice: Somebody, the_claim: Callable[[], Claim]
):
    arrive(client.sign_in_as(alice))
    assert the_claim().known_person_id == alice.id
