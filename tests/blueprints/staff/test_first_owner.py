"""The first owner of an organisation that was brought in from a list."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Invitation, Organisation
from portal.audit import AuditEntry
from portal.database import db, transaction
from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def imported(app: Flask) -> str:
    """The console's page of an organisation that nobody belongs to."""
    with app.app_context(), transaction():
        organisation = Organisation(name="Imported")
        db.session.add(organisation)
        db.session.flush()
        return f"/staff/organisations/{organisation.id}"


def invite(client: PortalClient, page: str, email: str = "dora@imported.example", why: str = "case 4711") -> Page:
    return client.press(page, f"{page}/first-owner", email=email, why=why)


def test_is_invited_by_an_operator(olga_client: PortalClient, imported: str, stored: Stored):
    page = olga_client.follow(invite(olga_client, imported))
    letters = [letter.to for letter in stored(Letter)]
    assert ("The invitation is on its way." in page.text, letters) == (True, ["dora@imported.example"])


def test_as_an_owner(olga_client: PortalClient, imported: str, stored: Stored):
    invite(olga_client, imported)
    assert [(one.role, one.invited_by_id) for one in stored(Invitation)] == [("owner", None)]


def test_in_the_name_of_the_seller(olga_client: PortalClient, imported: str, stored: Stored):
    invite(olga_client, imported)
    (letter,) = stored(Letter)
    assert ("Tidemark invites you to look after Imported" in letter.text, "Olga" in letter.text) == (True, False)


def test_with_a_reason_that_is_kept(olga_client: PortalClient, imported: str, stored: Stored):
    invite(olga_client, imported)
    assert [entry.why for entry in stored(AuditEntry) if entry.action == "invited"] == ["case 4711"]


@pytest.mark.parametrize(("email", "why"), [("", "case"), ("dora", "case"), ("dora@imported.example", " ")])
def test_not_without_an_address_or_a_reason(
    olga_client: PortalClient, imported: str, stored: Stored, email: str, why: str
):
    assert (invite(olga_client, imported, email, why).status, stored(Invitation)) == (400, [])


def test_a_second_invitation_takes_the_place_of_the_first(olga_client: PortalClient, imported: str, stored: Stored):
    for _ in range(2):
        invite(olga_client, imported)
    assert [one.state for one in stored(Invitation)] == ["withdrawn", "open"]


def test_not_by_a_viewer(vera_client: PortalClient, imported: str, stored: Stored):
    form = vera_client.get(imported).form(f"{imported}/first-owner")
    assert (vera_client.send(form, email="d@x.example", why="case").status, stored(Invitation)) == (403, [])


def test_where_there_is_an_owner_nobody_is_asked(olga_client: PortalClient, imported: str, alice: Somebody):
    form = olga_client.get(imported).form(f"{imported}/first-owner")
    theirs = f"/staff/organisations/{alice.organisation_id}"
    assert "Invite the first owner" not in olga_client.get(theirs).text
    form.action = f"{theirs}/first-owner"
    assert olga_client.send(form, email="d@x.example", why="case").status == 409


def test_the_one_who_accepts_owns_it(
    olga_client: PortalClient, client: PortalClient, imported: str, add_person: Callable[..., Somebody], stored: Stored
):
    dora = add_person("Dora", "Home")
    invite(olga_client, imported, dora.email)
    link = stored(Letter)[0].text.partition("/invitations/")[2].split()[0]
    client.sign_in_as(dora).get(f"/invitations/{link}")
    client.press("/invitations", "/invitations/accept")
    assert "You are an owner here." in client.get(imported.removeprefix("/staff")).text
