"""Moving a contract by its own people, as browsers see it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from portal.accounts.models import Membership, Role
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.registration.moves import Move, MoveOffer
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def labs(app: Flask, alice: Somebody, add_person: Callable[..., Somebody]) -> int:
    """Labs, of which Alice is an admin."""
    labs = add_person("Lena", "Labs").organisation_id
    with app.app_context(), transaction():
        db.session.add(Membership(person_id=alice.id, organisation_id=labs, role=Role.ADMIN))
    return labs


@pytest.fixture
def offered(client: PortalClient, contract_page: str, alice: Somebody, mallory: Somebody, stored: Stored) -> str:
    """The address in the letter with which Alice asks Mallory to take the contract."""
    client.sign_in_as(alice)
    client.press(f"{contract_page}/move", f"{contract_page}/move/offer", email=mallory.email)
    found = re.search(r"/moves/offers/[\w-]+", stored(Letter)[-1].text)
    assert found
    return found[0]


def whose(stored: Stored) -> int:
    return int(stored(Contract)[0].organisation_id)


def test_the_contract_page_leads_there(client: PortalClient, contract_page: str, alice: Somebody):
    assert client.sign_in_as(alice).get(contract_page).links["Move this contract"] == f"{contract_page}/move"


def test_but_not_for_a_plain_member(client: PortalClient, contract_page: str, bob: Somebody):
    assert "Move this contract" not in client.sign_in_as(bob).get(contract_page).links


def test_who_is_told_whom_to_ask(client: PortalClient, contract_page: str, bob: Somebody):
    page = client.sign_in_as(bob).get(f"{contract_page}/move")
    assert (page.status, "You can ask: Alice." in page.text) == (403, True)


@pytest.mark.parametrize("path", ["move", "move/confirm?to=1"])
def test_for_others_it_does_not_exist(client: PortalClient, contract_page: str, mallory: Somebody, path: str):
    assert client.sign_in_as(mallory).get(f"{contract_page}/{path}").status == 404


@pytest.mark.parametrize("path", ["/move", "/move/offer", "/move/offer/1/withdraw"])
def test_nor_can_they_do_it_by_hand(client: PortalClient, contract_page: str, mallory: Somebody, path: str):
    client.sign_in_as(mallory)
    token = client.get("/contracts").forms[0].fields["csrf_token"]
    fields = {
        "csrf_token": token,
        "to": str(mallory.organisation_id),
        "seen": "1",
        "version": "1",
        "email": "m@x.example",
    }
    assert client.post(contract_page + path, fields).status == 404


def test_between_ones_own_it_is_confirmed_in_words(
    client: PortalClient, contract_page: str, alice: Somebody, labs: int
):
    page = client.sign_in_as(alice).get(f"{contract_page}/move/confirm?to={labs}")
    assert (page.heading, "put it back for a day" in page.text) == ("Move Tidemark Analytics to Labs?", True)


def test_then_it_is_moved(client: PortalClient, contract_page: str, alice: Somebody, labs: int, stored: Stored):
    client.sign_in_as(alice)
    page = client.press(f"{contract_page}/move/confirm?to={labs}", f"{contract_page}/move")
    assert (page.location, whose(stored)) == (contract_page, labs)


def test_whoever_is_left_behind_gets_404(
    client: PortalClient, another_client: PortalClient, contract_page: str, alice: Somebody, bob: Somebody, labs: int
):
    another_client.sign_in_as(bob)
    before = another_client.get(contract_page).status
    client.sign_in_as(alice)
    client.press(f"{contract_page}/move/confirm?to={labs}", f"{contract_page}/move")
    assert (before, another_client.get(contract_page).status) == (200, 404)


def test_a_contract_that_changed_meanwhile_is_shown_again(
    client: PortalClient, app: Flask, contract_page: str, alice: Somebody, labs: int, stored: Stored
):
    client.sign_in_as(alice)
    form = client.get(f"{contract_page}/move/confirm?to={labs}").form(f"{contract_page}/move")
    with app.app_context(), transaction():
        db.session.execute(update(Contract).values(version=Contract.version + 1))
    page = client.send(form)
    assert (page.status, whose(stored)) == (409, alice.organisation_id)
    assert client.send(page.form(f"{contract_page}/move")).status == 303


@pytest.mark.parametrize("choice", ["", "0", "x", "99999999999999", "own"])
def test_what_cannot_be_chosen_is_400(
    client: PortalClient, contract_page: str, alice: Somebody, labs: int, choice: str
):
    choice = str(alice.organisation_id) if choice == "own" else choice
    assert client.sign_in_as(alice).get(f"{contract_page}/move/confirm?to={choice}").status == 400


def test_an_organisation_where_one_is_a_member_is_shown_with_the_reason(
    client: PortalClient, app: Flask, contract_page: str, alice: Somebody, mallory: Somebody
):
    with app.app_context(), transaction():
        db.session.add(Membership(person_id=alice.id, organisation_id=mallory.organisation_id, role=Role.MEMBER))
    client.sign_in_as(alice)
    page = client.get(f"{contract_page}/move")
    chosen = client.get(f"{contract_page}/move/confirm?to={mallory.organisation_id}")
    assert ('aria-disabled="true"' in page.html, "You can ask: Mallory." in page.text) == (True, True)
    assert (chosen.status, "Only an owner or admin of Globex" in chosen.text) == (400, True)


def test_an_offer_gets_the_same_answer_whoever_has_the_address(
    client: PortalClient, another_client: PortalClient, contract_page: str, alice: Somebody, mallory: Somebody
):
    client.sign_in_as(alice)
    said = []
    for email in (mallory.email, "nobody@nowhere.example"):
        page = client.follow(client.press(f"{contract_page}/move", f"{contract_page}/move/offer", email=email))
        said.append(page.text.replace(email, "ADDRESS").replace(f"{email[0]}•••@{email.split('@')[1]}", "MASKED"))
        client.send(next(form for form in page.forms if form.action.endswith("/withdraw")))
    assert re.sub(r"\d+:\d+", "", said[0]) == re.sub(r"\d+:\d+", "", said[1])


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x" * 400 + "@x.example"])
def test_a_mistyped_address_is_said(client: PortalClient, contract_page: str, alice: Somebody, email: str):
    client.sign_in_as(alice)
    assert client.press(f"{contract_page}/move", f"{contract_page}/move/offer", email=email).status == 400


def test_an_admin_cannot_offer(
    client: PortalClient, app: Flask, contract_page: str, alice: Somebody, bob: Somebody, stored: Stored
):
    with app.app_context(), transaction():
        db.session.execute(update(Membership).where(Membership.person_id == bob.id).values(role=Role.ADMIN))
    client.sign_in_as(bob)
    token = client.get("/contracts").forms[0].fields["csrf_token"] if client.get("/contracts").forms else ""
    token = token or client.get(contract_page).forms[0].fields["csrf_token"]
    page = client.post(f"{contract_page}/move/offer", {"csrf_token": token, "email": "m@x.example"})
    assert (page.status, stored(MoveOffer)) == (403, [])


def test_looking_at_an_offer_changes_nothing(
    another_client: PortalClient, offered: str, mallory: Somebody, alice: Somebody, stored: Stored
):
    another_client.sign_in_as(mallory)
    page = another_client.get(offered)
    assert (page.heading, whose(stored)) == ("Take the contract for Tidemark Analytics?", alice.organisation_id)


def test_it_asks_who_one_is_first(another_client: PortalClient, offered: str):
    assert another_client.get(offered).location.startswith("/signin?next=")


def test_it_says_the_product_and_who_gives_and_no_more(another_client: PortalClient, offered: str, mallory: Somebody):
    another_client.sign_in_as(mallory)
    page = another_client.get(offered)
    assert [word for word in ("Tidemark Analytics", "Alice", "Acme") if word not in page.text] == []
    assert [word for word in ("6666", "Seats", "alice@") if word in page.html] == []


def test_its_address_is_told_to_nobody(another_client: PortalClient, offered: str, mallory: Somebody):
    another_client.sign_in_as(mallory)
    assert another_client.get(offered).headers.getlist("Referrer-Policy")[-1] == "no-referrer"


def test_accepting_it_moves_the_contract(
    client: PortalClient,
    another_client: PortalClient,
    contract_page: str,
    offered: str,
    mallory: Somebody,
    stored: Stored,
):
    another_client.sign_in_as(mallory)
    another_client.press(offered, f"{offered}/accept")
    assert (client.get(contract_page).status, another_client.get(contract_page).status) == (404, 200)
    assert whose(stored) == mallory.organisation_id


def test_the_new_side_reads_nothing_of_the_old_one(
    another_client: PortalClient, contract_page: str, offered: str, mallory: Somebody
):
    another_client.sign_in_as(mallory)
    another_client.follow(another_client.press(offered, f"{offered}/accept"))
    assert "Acme" not in another_client.get(contract_page).html


def test_refusing_it_leaves_it_where_it_is(
    another_client: PortalClient, offered: str, alice: Somebody, mallory: Somebody, stored: Stored
):
    another_client.sign_in_as(mallory)
    another_client.press(offered, f"{offered}/refuse")
    assert (another_client.get(offered).status, whose(stored)) == (410, alice.organisation_id)


def test_another_account_learns_nothing_from_it(
    another_client: PortalClient, offered: str, add_person: Callable[..., Somebody]
):
    another_client.sign_in_as(add_person("Trudy", "Initech"))
    page = another_client.get(offered)
    assert (page.status, "Acme" in page.html, "Tidemark Analytics" in page.html) == (403, False, False)


@pytest.mark.parametrize("deed", ["accept", "refuse"])
def test_nor_can_it_answer_by_hand(
    another_client: PortalClient,
    offered: str,
    alice: Somebody,
    add_person: Callable[..., Somebody],
    stored: Stored,
    deed: str,
):
    trudy = add_person("Trudy", "Initech")
    another_client.sign_in_as(trudy)
    token = another_client.get("/contracts").forms[0].fields["csrf_token"]
    fields = {"csrf_token": token, "to": str(trudy.organisation_id), "version": "1"}
    assert another_client.post(f"{offered}/{deed}", fields).status == 403
    assert (whose(stored), stored(MoveOffer)[0].state) == (alice.organisation_id, "open")


@pytest.mark.parametrize("deed", ["accept", "refuse"])
def test_another_site_cannot_answer(another_client: PortalClient, offered: str, mallory: Somebody, deed: str):
    another_client.sign_in_as(mallory)
    page = another_client.post(f"{offered}/{deed}", {"to": str(mallory.organisation_id), "version": "1"})
    assert page.status == 400


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_who_owns_nothing_cannot_accept(
    another_client: PortalClient,
    app: Flask,
    offered: str,
    alice: Somebody,
    mallory: Somebody,
    stored: Stored,
    role: Role,
):
    another_client.sign_in_as(mallory)
    form = another_client.get(offered).form(f"{offered}/accept")
    with app.app_context(), transaction():
        db.session.execute(update(Membership).where(Membership.person_id == mallory.id).values(role=role))
    page = another_client.send(form)
    assert (page.status, whose(stored)) == (403, alice.organisation_id)


def test_a_withdrawn_offer_is_gone(
    client: PortalClient, another_client: PortalClient, offered: str, mallory: Somebody, contract_page: str
):
    page = client.get(f"{contract_page}/move")
    client.send(next(form for form in page.forms if form.action.endswith("/withdraw")))
    another_client.sign_in_as(mallory)
    assert another_client.get(offered).status == 410


@pytest.mark.parametrize("guess", ["x", "a" * 43, "a" * 3000])
def test_a_guess_is_answered_like_one_that_is_over(
    another_client: PortalClient, offered: str, mallory: Somebody, guess: str
):
    another_client.sign_in_as(mallory)
    assert another_client.get(f"/moves/offers/{guess}").status == 410


@pytest.mark.parametrize("side", ["giving", "receiving"])
def test_either_side_puts_it_back(
    client: PortalClient,
    another_client: PortalClient,
    offered: str,
    alice: Somebody,
    mallory: Somebody,
    stored: Stored,
    side: str,
):
    another_client.sign_in_as(mallory)
    another_client.press(offered, f"{offered}/accept")
    move = f"/moves/{stored(Move)[0].id}"
    browser = client if side == "giving" else another_client
    assert browser.press(move, f"{move}/undo").status == 303
    assert whose(stored) == alice.organisation_id


def test_it_is_found_among_what_was_moved(
    client: PortalClient, another_client: PortalClient, offered: str, mallory: Somebody, stored: Stored
):
    another_client.sign_in_as(mallory)
    another_client.press(offered, f"{offered}/accept")
    assert client.get("/moves").links["Tidemark Analytics"] == f"/moves/{stored(Move)[0].id}"


def test_a_day_later_it_says_so(
    client: PortalClient, another_client: PortalClient, app: Flask, offered: str, mallory: Somebody, stored: Stored
):
    another_client.sign_in_as(mallory)
    another_client.press(offered, f"{offered}/accept")
    move = f"/moves/{stored(Move)[0].id}"
    form = client.get(move).form(f"{move}/undo")
    with app.app_context(), transaction():
        db.session.execute(update(Move).values(undo_until=utcnow() - timedelta(seconds=1)))
    assert (client.send(form).status, whose(stored)) == (409, mallory.organisation_id)


@pytest.mark.parametrize("who", ["member", "stranger"])
def test_a_move_is_no_page_for_others(
    client: PortalClient,
    another_client: PortalClient,
    offered: str,
    bob: Somebody,
    mallory: Somebody,
    add_person: Callable[..., Somebody],
    stored: Stored,
    who: str,
):
    another_client.sign_in_as(mallory)
    another_client.press(offered, f"{offered}/accept")
    client.sign_in_as(bob if who == "member" else add_person("Trudy", "Initech"))
    move = f"/moves/{stored(Move)[0].id}"
    token = client.get("/contracts").forms[0].fields["csrf_token"]
    assert (client.get(move).status, client.post(f"{move}/undo", {"csrf_token": token}).status) == (404, 404)


def test_the_other_side_of_a_move_within_is_not_named_to_who_is_not_there(
    client: PortalClient,
    another_client: PortalClient,
    contract_page: str,
    alice: Somebody,
    labs: int,
    add_person: Callable[..., Somebody],
    stored: Stored,
):
    carol = add_person("Carol", "Acme", alice.organisation_id)
    client.sign_in_as(alice)
    client.press(f"{contract_page}/move/confirm?to={labs}", f"{contract_page}/move")
    another_client.sign_in_as(carol)
    page: Page = another_client.get(f"/moves/{stored(Move)[0].id}")
    assert ("Acme" in page.text, "Labs" in page.html) == (True, False)
