"""From the choice to the contract: which organisation, the confirmation in words, and the link."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Membership, Organisation, Role
from portal.contracts.models import Contract
from portal.database import db, transaction
from portal.mail.models import Letter
from portal.registration.models import Claim
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def claim(client: PortalClient, arrive: Callable[..., Page], the_claim: Callable[[], Claim]) -> str:
    """The path of a purchase that has arrived in the client's browser."""
    arrive(client)
    return f"/marketplace/purchases/{the_claim().id}"


@pytest.fixture
def two_homes(app: Flask, alice: Somebody, mallory: Somebody) -> Somebody:
    """Alice, who owns Acme and is an admin at Globex."""
    with app.app_context(), transaction():
        db.session.add(Membership(person_id=alice.id, organisation_id=mallory.organisation_id, role=Role.ADMIN))
    return alice


def confirmation(client: PortalClient, claim: str, organisation: object, name: str = "") -> Page:
    choice = {"organization": str(organisation), "organization_name": name}
    return client.get(f"{claim}/link", query_string=choice)


def test_a_stranger_is_asked_to_sign_in_first(client: PortalClient, claim: str):
    assert client.get(f"{claim}/organization").location.startswith("/signin?next=")


def test_with_one_organisation_there_is_nothing_to_choose(client: PortalClient, claim: str, alice: Somebody):
    client.sign_in_as(alice)
    page = client.get(f"{claim}/organization")
    assert page.location == f"{claim}/link?organization={alice.organisation_id}"


def test_unless_one_asks_to_choose(client: PortalClient, claim: str, alice: Somebody):
    client.sign_in_as(alice)
    assert client.get(f"{claim}/organization?choose=1").heading == "Which organisation is it for?"


def test_with_two_one_chooses(client: PortalClient, claim: str, two_homes: Somebody):
    client.sign_in_as(two_homes)
    page = client.get(f"{claim}/organization")
    assert [name for name in ("Acme", "Globex", "A new organisation") if name not in page.text] == []


def test_a_plain_member_is_told_why_not(client: PortalClient, claim: str, bob: Somebody):
    client.sign_in_as(bob)
    assert "Only an owner or admin can link purchases to it." in client.get(f"{claim}/organization").text


def test_and_whom_to_ask(client: PortalClient, claim: str, bob: Somebody):
    client.sign_in_as(bob)
    assert "You can ask: Alice." in client.get(f"{claim}/organization").text


def test_the_confirmation_says_in_words_what_will_be_linked_to_what(client: PortalClient, claim: str, alice: Somebody):
    client.sign_in_as(alice)
    text = confirmation(client, claim, alice.organisation_id).text
    assert [word for word in ("Tidemark Analytics", "will belong to Acme", "ending in 6666") if word not in text] == []


def test_looking_at_the_confirmation_links_nothing(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    confirmation(client, claim, alice.organisation_id)
    assert stored(Contract)[0].organisation_id is None


def test_confirming_leads_to_the_contract(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    page = client.send(confirmation(client, claim, alice.organisation_id).form(f"{claim}/link"))
    assert (page.status, page.location) == (303, f"/contracts/{stored(Contract)[0].id}")


def test_and_it_is_linked(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    client.send(confirmation(client, claim, alice.organisation_id).form(f"{claim}/link"))
    assert stored(Contract)[0].organisation_id == alice.organisation_id


def test_and_a_letter_says_so(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    client.send(confirmation(client, claim, alice.organisation_id).form(f"{claim}/link"))
    assert [letter.subject for letter in stored(Letter)] == ["Tidemark Analytics is set up for Acme"]


def test_confirming_twice_is_harmless(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    form = confirmation(client, claim, alice.organisation_id).form(f"{claim}/link")
    client.send(form)
    again = client.send(form)
    assert (again.status in {303, 410}, len(stored(Letter))) == (True, 1)


def test_the_other_organisation_may_be_chosen(
    client: PortalClient, claim: str, two_homes: Somebody, mallory: Somebody, stored: Stored
):
    client.sign_in_as(two_homes)
    client.send(confirmation(client, claim, mallory.organisation_id).form(f"{claim}/link"))
    assert stored(Contract)[0].organisation_id == mallory.organisation_id


def test_a_new_organisation_is_created_on_the_way(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    page = confirmation(client, claim, "new", "  Acme   Europe ")
    client.send(page.form(f"{claim}/link"))
    assert [organisation.name for organisation in stored(Organisation)] == ["Acme", "Acme Europe"]


def test_but_not_before_it_is_confirmed(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    confirmation(client, claim, "new", "Acme Europe")
    assert len(stored(Organisation)) == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "\x00"])
def test_a_new_organisation_needs_a_name(client: PortalClient, claim: str, alice: Somebody, name: str):
    client.sign_in_as(alice)
    page = confirmation(client, claim, "new", name)
    assert (page.status, "Please enter a name of up to 200 characters" in page.text) == (400, True)


def test_a_name_with_a_control_character_in_it_loses_it(
    client: PortalClient, claim: str, alice: Somebody, stored: Stored
):
    client.sign_in_as(alice)
    form = confirmation(client, claim, "new", "Acme").form(f"{claim}/link")
    client.send(form, organization_name="Ac\x00me\r\nBcc: all")
    assert stored(Organisation)[-1].name == "Ac me Bcc: all"


@pytest.mark.parametrize("choice", ["", "0", "-1", "1e9", "99999999999999999999", "null", "new\x00"])
def test_an_organisation_that_cannot_be_chosen_is_400(client: PortalClient, claim: str, alice: Somebody, choice: str):
    client.sign_in_as(alice)
    assert confirmation(client, claim, choice).status == 400


def test_nobody_chooses_an_organisation_that_is_not_theirs(
    client: PortalClient, claim: str, alice: Somebody, mallory: Somebody, stored: Stored
):
    client.sign_in_as(mallory)
    form = confirmation(client, claim, mallory.organisation_id).form(f"{claim}/link")
    page = client.send(form, organization=str(alice.organisation_id))
    assert (page.status, stored(Contract)[0].organisation_id) == (400, None)


def test_and_is_not_told_its_name(client: PortalClient, claim: str, alice: Somebody, mallory: Somebody):
    client.sign_in_as(mallory)
    assert "Acme" not in confirmation(client, claim, alice.organisation_id).html


def test_a_plain_member_cannot_link_by_hand_either(client: PortalClient, claim: str, bob: Somebody, stored: Stored):
    client.sign_in_as(bob)
    form = confirmation(client, claim, "new", "x").form(f"{claim}/link")
    page = client.send(form, organization=str(bob.organisation_id))
    assert (page.status, stored(Contract)[0].organisation_id) == (400, None)


def test_another_site_cannot_confirm(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    page = client.post(f"{claim}/link", {"organization": str(alice.organisation_id)})
    assert (page.status, stored(Contract)[0].organisation_id) == (400, None)


def test_another_browser_cannot_confirm(another_client: PortalClient, claim: str, mallory: Somebody, stored: Stored):
    another_client.sign_in_as(mallory)
    assert another_client.get(f"{claim}/link?organization={mallory.organisation_id}").status == 410


def test_who_was_a_moment_late_is_told_so(
    client: PortalClient,
    another_client: PortalClient,
    alice: Somebody,
    mallory: Somebody,
    buy: Callable[..., Any],
    token_for: Callable[..., str],
):
    bought = buy()
    claims = {}
    for browser, person in ((client, alice), (another_client, mallory)):
        browser.sign_in_as(person)
        claims[browser] = browser.arrive(token_for(bought)).response.request.path
    late = confirmation(another_client, claims[another_client], mallory.organisation_id)
    client.send(confirmation(client, claims[client], alice.organisation_id).form(f"{claims[client]}/link"))
    page = another_client.send(late.form(f"{claims[another_client]}/link"))
    assert (page.status, "Acme" in page.html) == (409, False)


def test_leaving_it_alone_forgets_it_in_this_browser(client: PortalClient, claim: str, alice: Somebody):
    client.sign_in_as(alice)
    page = confirmation(client, claim, alice.organisation_id)
    client.send(page.form(f"{claim}/leave"))
    assert client.get(claim).status == 410


def test_a_used_claim_of_mine_leads_to_the_contract(client: PortalClient, claim: str, alice: Somebody, stored: Stored):
    client.sign_in_as(alice)
    page = confirmation(client, claim, alice.organisation_id)
    client.send(page.form(f"{claim}/link"))
    assert client.get(claim).status in {303, 410}


def test_whoever_arrives_signed_in_has_an_account(
    arrive: Callable[..., Page], alice: Somebody, app: Flask, the_claim: Callable[[], Claim]
):
    arrive(PortalClient(app).sign_in_as(alice))
    assert the_claim().known_at is not None


def test_whoever_arrives_as_a_stranger_has_none_yet(
    arrive: Callable[..., Page], app: Flask, the_claim: Callable[[], Claim]
):
    arrive(PortalClient(app))
    assert the_claim().known_at is None


def test_an_organisation_that_cannot_take_it_is_shown_with_the_reason_and_can_be_reached(
    client: PortalClient, claim: str, bob: Somebody
):
    client.sign_in_as(bob)
    page = client.get(f"{claim}/organization")
    assert ("You can ask: Alice." in page.text, 'aria-disabled="true"' in page.html, " disabled" in page.html) == (
        True,
        True,
        False,
    )


def test_whoever_chooses_it_all_the_same_is_told_whom_to_ask(client: PortalClient, claim: str, bob: Somebody):
    client.sign_in_as(bob)
    page = confirmation(client, claim, bob.organisation_id)
    assert (page.status, "Ask Alice, or hand the purchase over to them." in page.text) == (400, True)
