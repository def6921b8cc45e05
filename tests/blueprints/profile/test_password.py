"""Changing one's own password."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.accounts.models import Person
from portal.accounts.people import authenticate
from portal.database import db, transaction
from portal.mail.models import Letter
from tests.cast import PASSWORD, Somebody
from tests.portal_client import Page, PortalClient

NEW = "nine otters crossing slowly"
PATH = "/profile/password"
Confirmed = Callable[[PortalClient, Somebody], PortalClient]


@pytest.fixture
def own(client: PortalClient, alice: Somebody, confirmed: Confirmed) -> PortalClient:
    return confirmed(client, alice)


def change(client: PortalClient, password: str = NEW) -> Page:
    return client.press(PATH, PATH, new_password=password)


def test_the_new_one_is_good_and_the_old_one_is_not(own: PortalClient, alice: Somebody, app: Flask):
    change(own)
    with app.app_context():
        assert (authenticate(alice.email, NEW) is None, authenticate(alice.email, PASSWORD)) == (False, None)


def test_this_browser_stays_signed_in_and_others_do_not(
    own: PortalClient, another_client: PortalClient, alice: Somebody
):
    another_client.sign_in_anew_as(alice)
    change(own)
    assert (own.get("/profile").status, another_client.get("/profile").location[:7]) == (200, "/signin")


def test_a_letter_tells_of_it(own: PortalClient, alice: Somebody, mail_to: Callable[[str], list[Letter]]):
    change(own)
    assert [letter.kind for letter in mail_to(alice.email)] == ["password_changed"]


@pytest.mark.parametrize("password", ["short", "password1234", "alice acme alice", "x" * 300])
def test_one_that_is_not_good_is_refused_in_words(own: PortalClient, password: str, alice: Somebody, app: Flask):
    page = change(own, password)
    with app.app_context():
        assert (page.status, authenticate(alice.email, PASSWORD) is None) == (400, False)


def test_whoever_has_not_just_confirmed_is_asked_to(client: PortalClient, alice: Somebody):
    assert client.sign_in_as(alice).get(PATH).location.startswith("/profile/confirm")


def test_a_form_that_comes_too_late_changes_nothing(own: PortalClient, alice: Somebody, app: Flask):
    form = own.get(PATH).form(PATH)
    with own.http.session_transaction(base_url=own.site) as session:
        session["confirmed_at"] = 1
    own.send(form, new_password=NEW)
    with app.app_context():
        assert authenticate(alice.email, NEW) is None


def test_whoever_has_none_can_set_one(own: PortalClient, alice: Somebody, app: Flask):
    with app.app_context(), transaction():
        db.session.get_one(Person, alice.id).password_hash = None
    assert "You have none so far" in own.get(PATH).text
    change(own)
    with app.app_context():
        assert authenticate(alice.email, NEW) is not None
