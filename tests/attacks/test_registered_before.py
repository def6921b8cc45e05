"""Mallory signs up with Bob's address before Bob does, and waits for him to come."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts import factors, recovery
from portal.accounts.models import Person
from portal.accounts.recovery import RecoveryCode
from portal.database import transaction
from portal.mail.models import Letter
from portal.sealing import Seal
from tests.blueprints.oidc.conftest import buyer, come_back, go, portal, provider, settings
from tests.cast import Somebody
from tests.identity_provider import IdentityProvider
from tests.portal_client import Page, PortalClient

__all__ = ["buyer", "come_back", "go", "portal", "provider", "settings"]
BOBS, HERS, HIS = "bob@acme.example", "mallory knows this one", "mauve lantern cabbage"
Stored = Callable[..., list[Any]]


@pytest.fixture
def hers(buyer: PortalClient) -> PortalClient:
    """Mallory's browser, signed in to the account that she made with Bob's address."""
    fields = {"name": "Bob", "email": BOBS, "organization": "Acme", "accept_terms": "y", "password": HERS}
    buyer.press("/signup", "/signup", **fields)
    buyer.press("/signin", "/signin", email=BOBS, password=HERS)
    return buyer


@pytest.fixture
def his(portal: Flask, hers: PortalClient, stored: Stored) -> Callable[[], PortalClient]:
    """Bob comes, is told that there is an account, and takes it by the link in his mail."""

    def take() -> PortalClient:
        browser = PortalClient(portal)
        browser.press("/password/forgot", "/password/forgot", email=BOBS)
        found = re.search(r"/password/reset/[\w-]+", stored(Letter)[-1].text)
        assert found
        browser.press(found[0], found[0], password=HIS)
        browser.press("/signin", "/signin", email=BOBS, password=HIS)
        return browser

    return take


def is_in(browser: PortalClient) -> bool:
    return browser.get("/profile").status == 200


def test_bob_gets_his_account(his: Callable[[], PortalClient]):
    assert is_in(his())


def test_mallory_is_out_of_it_then(hers: PortalClient, his: Callable[[], PortalClient]):
    before = is_in(hers)
    his()
    hers.press("/signin", "/signin", email=BOBS, password=HERS)
    assert (before, is_in(hers)) == (True, False)


def test_nor_does_she_come_back_by_an_identity_that_she_joined_to_it(
    hers: PortalClient,
    his: Callable[[], PortalClient],
    come_back: Callable[..., Page],
    provider: IdentityProvider,
    portal: Flask,
):
    provider.claims = {"sub": "mallory", "email": "mallory@customer.example"}
    hers.press(hers.follow(come_back(hers)).response.request.path, "/signin/joining")
    another = PortalClient(portal)
    come_back(another)
    before = is_in(another)
    his()
    third = PortalClient(portal)
    come_back(third)
    assert (before, is_in(third), is_in(another)) == (True, False, False)


def test_what_bob_joins_himself_stays(
    his: Callable[[], PortalClient], come_back: Callable[..., Page], provider: IdentityProvider, portal: Flask
):
    bob = his()
    provider.claims = {"sub": "bob", "email": BOBS}
    bob.press(bob.follow(come_back(bob)).response.request.path, "/signin/joining")
    another = PortalClient(portal)
    come_back(another)
    assert is_in(another)


def test_an_invitation_for_bob_lets_her_in_nowhere(hers: PortalClient, portal: Flask, alice: Somebody):
    home = f"/organisations/{alice.organisation_id}"
    inviting = PortalClient(portal).sign_in_as(alice)
    inviting.press(home, f"{home}/invitations", email=BOBS, role="admin")
    token = hers.get("/contracts").forms[0].fields["csrf_token"]
    answer = hers.post("/invitations/accept", {"csrf_token": token})
    assert (answer.status, hers.get(home).status) == (410, 404)


def test_she_cannot_say_that_the_address_is_hers(hers: PortalClient, stored: Stored):
    token = hers.get("/contracts").forms[0].fields["csrf_token"]
    answers = [hers.get("/verify/guess").status, hers.post("/verify/guess", {"csrf_token": token}).status]
    hers.post("/verify/again", {"csrf_token": token})
    (account,) = [person for person in stored(Person) if person.email == BOBS]
    written_to = {letter.to for letter in stored(Letter)}
    assert (answers, account.email_verified_at, written_to) == ([410, 410], None, {BOBS})


def test_a_provider_s_word_for_bob_does_not_let_him_into_hers_unasked(
    hers: PortalClient, come_back: Callable[..., Page], provider: IdentityProvider, portal: Flask
):
    provider.claims = {"sub": "bob", "email": BOBS}
    bob = PortalClient(portal)
    page = bob.follow(come_back(bob))
    assert (page.heading, is_in(bob)) == ("You have an account already", False)


def test_a_second_factor_that_she_put_in_does_not_keep_him_out(
    hers: PortalClient, his: Callable[[], PortalClient], stored: Stored, portal: Flask
):
    (whose,) = [person.id for person in stored(Person) if person.email == BOBS]
    with portal.app_context(), transaction():
        factors.ensure(whose).sealed_key = Seal(portal.config["SECRET_KEY"], factors.PURPOSE).close("A" * 32)
        recovery.new_codes(whose)
    assert (is_in(his()), stored(RecoveryCode)) == (True, [])
