"""A copy of one's data, and leaving for good, through the pages."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from portal.accounts.models import Membership, Person
from portal.audit import AuditEntry
from portal.contracts.models import ContractChange
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.registration.linking import link as link_claim
from tests.cast import Somebody
from tests.console import Staff
from tests.portal_client import Page, PortalClient

DATA, DOWNLOAD, LEAVE = "/profile/data", "/profile/data/download", "/profile/leave"

Confirmed = Callable[[PortalClient, Any], PortalClient]


def test_a_copy_is_for_whoever_has_confirmed_that_it_is_them(client: PortalClient, alice: Somebody):
    assert client.sign_in_as(alice).press(DATA, DOWNLOAD).location == "/profile/confirm?next=/profile/data"


def test_a_copy_comes_as_a_file(client: PortalClient, alice: Somebody, confirmed: Confirmed):
    page = confirmed(client, alice).press(DATA, DOWNLOAD)
    assert json.loads(page.html)["person"]["email"] == alice.email
    assert page.headers["Content-Type"] == "application/json"
    assert page.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert page.headers["Cache-Control"] == "no-store"


def test_a_copy_is_audited_and_told(
    client: PortalClient,
    alice: Somebody,
    confirmed: Confirmed,
    stored: Callable[..., list[AuditEntry]],
    mail_to: Callable[[str], list[Letter]],
):
    confirmed(client, alice).press(DATA, DOWNLOAD)
    assert [line.action for line in stored(AuditEntry)] == ["downloaded their data"]
    assert [letter.kind for letter in mail_to(alice.email)] == ["data_downloaded"]


def leave(client: PortalClient, address: str) -> Page:
    return client.press(LEAVE, LEAVE, email=address)


def test_leaving_is_for_whoever_has_confirmed_that_it_is_them(client: PortalClient, bob: Somebody):
    assert client.sign_in_as(bob).get(LEAVE).location == "/profile/confirm?next=/profile/leave"


def test_whoever_types_their_address_is_gone(
    client: PortalClient,
    another_client: PortalClient,
    bob: Somebody,
    confirmed: Confirmed,
    mail_to: Callable[[str], list[Letter]],
):
    another_client.sign_in_as(bob)
    page = leave(confirmed(client, bob), bob.email.upper())
    assert "Your account is deleted." in client.follow(page).text
    assert client.get("/profile").location.startswith("/signin")
    assert another_client.get("/profile").location.startswith("/signin")
    assert [letter.kind for letter in mail_to(bob.email)] == ["account_deleted"]


def test_whoever_types_something_else_is_not(
    client: PortalClient, bob: Somebody, confirmed: Confirmed, people: Callable[[], list[Person]]
):
    confirmed(client, bob)
    for typed in ("", "yes", "bob@globex.example"):
        assert leave(client, typed).status == 400
    assert bob.email in [person.email for person in people()]


def test_the_only_owner_reads_which_organisation_is_handed_over_first(
    client: PortalClient, alice: Somebody, bob: Somebody, confirmed: Confirmed, people: Callable[[], list[Person]]
):
    page = confirmed(client, alice).get(LEAVE)
    assert page.links["Acme"] == f"/organisations/{alice.organisation_id}"
    assert [form for form in page.forms if form.action == LEAVE] == []
    token = page.form("/signout").fields["csrf_token"]
    assert client.post(LEAVE, {"email": alice.email, "csrf_token": token}).status == 409
    assert alice.email in [person.email for person in people()]


def test_staff_are_taken_out_of_the_team_first(client: PortalClient, sam: Staff, confirmed: Confirmed):
    page = confirmed(client, sam).get(LEAVE)
    assert "You work in the console." in page.text
    token = page.form("/signout").fields["csrf_token"]
    assert client.post(LEAVE, {"email": sam.email, "csrf_token": token}).status == 409


def test_a_purchase_that_waits_stays_with_the_browser(
    client: PortalClient, bob: Somebody, confirmed: Confirmed, arrive: Callable[..., Page]
):
    confirmed(client, bob)
    arrive(client)
    leave(client, bob.email)
    assert "Analytics" in client.get("/signup").text


def test_the_history_of_a_contract_tells_the_name_no_more(
    client: PortalClient,
    mallory: Somebody,
    bob: Somebody,
    alice: Somebody,
    confirmed: Confirmed,
    arrive: Callable[..., Page],
    the_claim: Callable[[], Any],
    stored: Callable[..., list[Any]],
):
    arrive(client)
    _link(client, the_claim().id, bob, alice.organisation_id)
    assert [line.detail for line in stored(ContractChange) if line.cause == "link"] == ["Bob"]
    leave(confirmed(client, bob), bob.email)
    assert [line.detail for line in stored(ContractChange) if line.cause == "link"] == [None]


def _link(client: PortalClient, claim_id: Any, person: Somebody, organisation_id: int) -> None:
    with client.app.app_context(), transaction():
        db.session.execute(update(Membership).where(Membership.person_id == person.id).values(role="admin"))
        link_claim(claim_id, organisation_id, person.id, person.name, utcnow())
