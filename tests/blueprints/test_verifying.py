"""Confirming one's address by the link in the welcome letter."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import verifying
from portal.accounts.mail_links import MailLink
from portal.accounts.models import Person
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import PortalClient


@pytest.fixture
def link(app: Flask, alice: Somebody) -> str:
    """The path of the link that went to Alice."""
    with app.app_context(), transaction():
        return "/verify/" + verifying.link_for(db.session.get_one(Person, alice.id), utcnow())


@pytest.fixture
def write(app: Flask) -> Callable[[Any], None]:
    def do(statement: Any) -> None:
        with app.app_context(), transaction():
            db.session.execute(statement)

    return do


def is_verified(app: Flask, person: Somebody) -> bool:
    with app.app_context():
        return db.session.scalar(select(Person.email_verified_at).where(Person.id == person.id)) is not None


def test_the_welcome_letter_has_the_link(client: PortalClient, stored: Callable[..., list[Letter]], app: Flask):
    fields = {"name": "Carol", "email": "carol@initech.example", "organization": "Initech", "accept_terms": "y"}
    client.press("/signup", "/signup", **fields, password="mauve lantern cabbage")
    [letter] = stored(Letter)
    found = re.search(r"/verify/[\w-]+", letter.text)
    assert found
    asked = client.get(found[0])
    inside = client.press(asked.location, "/signin", email=fields["email"], password="mauve lantern cabbage")
    page = client.follow(inside)
    done = client.follow(client.send(page.form(found[0])))
    assert (page.heading, "your address is confirmed" in done.text) == ("Is this your address?", True)


def test_pressing_the_button_confirms(client: PortalClient, alice: Somebody, link: str, app: Flask):
    client.sign_in_as(alice).press(link, link)
    assert is_verified(app, alice)


def test_opening_the_link_does_not(client: PortalClient, alice: Somebody, link: str, app: Flask):
    assert client.sign_in_as(alice).get(link).status == 200
    assert not is_verified(app, alice)


def test_whoever_is_not_signed_in_is_asked_to(client: PortalClient, alice: Somebody, link: str, app: Flask):
    assert client.get(link).location.startswith("/signin?next=")
    token = client.get("/signin").form("/signin").fields["csrf_token"]
    assert client.post(link, {"csrf_token": token}).location.startswith("/signin")
    assert not is_verified(app, alice)


def test_nobody_confirms_for_somebody_else(
    client: PortalClient, alice: Somebody, mallory: Somebody, link: str, app: Flask
):
    page = client.sign_in_as(mallory).get(link)
    sent = client.post(link, {"csrf_token": page.form("/signout").fields["csrf_token"]})
    assert (page.status, sent.status, is_verified(app, alice), is_verified(app, mallory)) == (403, 403, False, False)
    assert alice.email not in page.html


def test_the_link_is_good_once(client: PortalClient, alice: Somebody, link: str):
    form = client.sign_in_as(alice).get(link).form(link)
    assert [client.send(form).status, client.send(form).status, client.get(link).status] == [303, 410, 410]
    over = client.get(link)
    assert (over.heading, "There is nothing left to do." in over.text) == ("Your address is confirmed already", True)


def test_for_a_week(client: PortalClient, alice: Somebody, link: str, write: Callable[[Any], None]):
    write(update(MailLink).values(expires_at=utcnow() - timedelta(seconds=1)))
    page = client.sign_in_as(alice).get(link)
    assert (page.status, page.heading) == (410, "This link is no longer valid")


def test_it_is_no_good_for_another_address(
    client: PortalClient, alice: Somebody, link: str, write: Callable[[Any], None], app: Flask
):
    form = client.sign_in_as(alice).get(link).form(link)
    write(update(Person).values(email_key="alice@elsewhere.example"))
    assert (client.send(form).status, is_verified(app, alice)) == (410, False)


@pytest.mark.parametrize("token", ["x", "x" * 400, "ü"])
def test_a_made_up_link_is_over(client: PortalClient, alice: Somebody, token: str):
    assert client.get(f"/verify/{token}").status == 410


def test_another_letter_can_be_had_and_takes_the_place_of_the_first(
    client: PortalClient,
    alice: Somebody,
    link: str,
    write: Callable[[Any], None],
    stored: Callable[..., list[Letter]],
    app: Flask,
):
    write(update(MailLink).values(made_at=utcnow() - verifying.AGAIN_AFTER))
    client.sign_in_as(alice).press("/profile", "/verify/again")
    found = re.search(r"/verify/[\w-]+", stored(Letter)[-1].text)
    assert found
    assert (client.get(link).status, client.press(found[0], found[0]).status) == (410, 303)
    assert is_verified(app, alice)


def test_but_not_one_after_the_other(
    client: PortalClient, alice: Somebody, link: str, stored: Callable[..., list[Letter]]
):
    for _ in range(3):
        client.sign_in_as(alice).press("/profile", "/verify/again")
    assert (stored(Letter), client.get(link).status) == ([], 200)


def test_the_reminder_goes_once_it_is_confirmed(client: PortalClient, alice: Somebody, link: str):
    client.sign_in_as(alice)
    before = "Send it again" in client.get("/profile").text, "Send it again" in client.get("/contracts").text
    client.press(link, link)
    after = "Send it again" in client.get("/profile").text, "Send it again" in client.get("/contracts").text
    assert (before, after) == ((True, True), (False, False))


def test_it_comes_back_to_where_it_was_pressed_and_nowhere_else(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert client.press("/contracts", "/verify/again").location == "/contracts"
    assert client.press("/contracts", "/verify/again", next="//evil.example").location == "/profile"


def test_it_is_audited(client: PortalClient, alice: Somebody, link: str, stored: Callable[..., list[AuditEntry]]):
    client.sign_in_as(alice).press(link, link)
    assert ("verified their address", f"person:{alice.id}") in [(one.action, one.thing) for one in stored(AuditEntry)]


def test_the_address_of_the_link_is_told_to_nobody(client: PortalClient, alice: Somebody, link: str):
    assert client.sign_in_as(alice).get(link).headers["Referrer-Policy"] == "no-referrer"


def test_of_many_at_once_one_confirms(app: Flask, alice: Somebody, link: str, at_once: Callable[..., list[Any]]):
    def confirm() -> bool:
        with transaction():
            return verifying.verify(link.rpartition("/")[2], utcnow()) is not None

    assert sorted(at_once(*[confirm] * 4)) == [False, False, False, True]
