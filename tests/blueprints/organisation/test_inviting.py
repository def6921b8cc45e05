"""Inviting on the page, and the letter."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Invitation, Organisation, Person
from portal.database import db, transaction
from portal.mail.models import Letter
from tests.blueprints.organisation.conftest import link_in
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

Letters, Stored = Callable[[str], list[Letter]], Callable[..., list[Any]]
DORA = "dora@acme.example"


def ask(client: PortalClient, acme: str, email: str, role: str = "member") -> Page:
    return client.press(acme, f"{acme}/invitations", email=email, role=role)


def test_the_invitation_is_on_its_way(client: PortalClient, alice: Somebody, acme: str):
    page = client.follow(ask(client.sign_in_as(alice), acme, DORA))
    assert ("on its way to dora@acme.example" in page.text, "Not accepted yet" in page.text) == (True, True)


def test_the_letter_says_who_invites_to_what(invite: Callable[..., str], letters: Letters):
    invite(DORA)
    (letter,) = letters(DORA)
    assert "Alice invites you to join Acme at Tidemark." in letter.text


def test_an_admin_may_too(client: PortalClient, ann: Somebody, acme: str, letters: Letters):
    ask(client.sign_in_as(ann), acme, DORA, "admin")
    assert len(letters(DORA)) == 1


def test_but_makes_no_owners(client: PortalClient, ann: Somebody, acme: str, letters: Letters):
    page = ask(client.sign_in_as(ann), acme, DORA, "owner")
    assert (page.status, "Please choose one of these roles." in page.text, letters(DORA)) == (400, True, [])


def test_a_member_invites_nobody_by_hand_either(client: PortalClient, bob: Somebody, acme: str, letters: Letters):
    form = client.sign_in_as(bob).get(acme).form(f"{acme}/leave")
    form.action = f"{acme}/invitations"
    page = client.send(form, email=DORA, role="member")
    assert (page.status, letters(DORA)) == (403, [])


@pytest.mark.parametrize("email", ["", "dora", "dora@", "a b@c.example", "dora@acme.example\r\nBcc: all@x.example"])
def test_an_address_that_is_none_is_said_and_kept(client: PortalClient, alice: Somebody, acme: str, email: str):
    page = ask(client.sign_in_as(alice), acme, email)
    assert (page.status, "Please enter an email address" in page.text) == (400, True)


def test_who_is_there_already_is_said(client: PortalClient, alice: Somebody, bob: Somebody, acme: str):
    page = ask(client.sign_in_as(alice), acme, bob.email)
    assert (page.status, "belongs to the organisation already" in page.text) == (409, True)


def test_who_has_an_account_elsewhere_is_not(
    client: PortalClient, alice: Somebody, mallory: Somebody, acme: str, letters: Letters
):
    known = client.follow(ask(client.sign_in_as(alice), acme, mallory.email)).text
    unknown = client.follow(ask(client, acme, "nobody@globex.example")).text
    assert "on its way to nobody@globex.example" in unknown
    assert "on its way to mallory@globex.example" in known


def test_an_address_that_is_invited_already_is_said(client: PortalClient, invite: Callable[..., str], acme: str):
    invite(DORA)
    page = ask(client, acme, DORA)
    assert (page.status, "This address is invited already." in page.text) == (409, True)


def test_too_many_are_said_in_words(client: PortalClient, alice: Somebody, acme: str):
    client.sign_in_as(alice)
    answers = [ask(client, acme, f"p{number}@acme.example") for number in range(21)]
    assert (answers[19].status, answers[20].status, "at most 20" in answers[20].text) == (303, 409, True)


def test_sending_again_too_soon_is_said(client: PortalClient, invite: Callable[..., str], acme: str, stored: Stored):
    invite(DORA)
    page = client.press(acme, f"{acme}/invitations/{stored(Invitation)[0].id}/again")
    assert (page.status, "wait five minutes" in page.text) == (409, True)


def test_a_withdrawn_invitation_is_gone_from_the_page(
    client: PortalClient, invite: Callable[..., str], acme: str, stored: Stored
):
    link = invite(DORA)
    page = client.follow(client.press(acme, f"{acme}/invitations/{stored(Invitation)[0].id}/withdraw"))
    assert (DORA in page.text, client.get(link).status) == (False, 410)


def test_one_of_another_organisation_cannot_be_withdrawn(
    client: PortalClient,
    another_client: PortalClient,
    invite: Callable[..., str],
    mallory: Somebody,
    acme: str,
    stored: Stored,
):
    link, globex = invite(DORA), f"/organisations/{mallory.organisation_id}"
    form = another_client.sign_in_as(mallory).get(globex).form(f"{globex}/name")
    form.action = f"{globex}/invitations/{stored(Invitation)[0].id}/withdraw"
    assert (another_client.send(form).status, client.get(link).status) == (409, 303)


EVIL = [
    "Win a prize at https://evil.example/now",
    "evil.example",
    "Alice\r\n\r\nYour account is locked: www.evil.example",
    "<a href='https://evil.example'>Acme</a>",
    "write to boss@evil.example",
    "\u202egro.elpmaxe.live//:sptth",
    "evil\uff0eexample",
]


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("whose", [Person, Organisation])
def test_no_name_puts_a_link_or_a_line_into_the_letter(
    app: Flask, alice: Somebody, invite: Callable[..., str], letters: Letters, whose: Any, name: str
):
    with app.app_context(), transaction():
        thing = db.session.get_one(whose, alice.id if whose is Person else alice.organisation_id)
        thing.name = name
    link = invite(DORA)
    (letter,) = letters(DORA)
    ours = letter.text.replace(link, "")
    said = [sign for sign in ("evil.", ".example/", "://evil", "<a", "@evil", "\u202e", "evil\uff0e") if sign in ours]
    lines = [line for line in letter.text.splitlines() if line.startswith("Your account")]
    assert (said, lines, "\n" in letter.subject) == ([], [], False)


def test_the_link_leads_to_the_portal_as_it_is_known(invite: Callable[..., str], letters: Letters, app: Flask):
    invite(DORA)
    assert app.extensions["settings"].portal_url + link_in(letters(DORA)[0]) in letters(DORA)[0].text
