"""Mallory has copied the cookie from Alice's browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.mail.models import Letter
from tests.cast import PASSWORD, Somebody
from tests.portal_client import PortalClient

NEW = "mauve lantern cabbage"


@pytest.fixture
def hers(client: PortalClient, alice: Somebody) -> PortalClient:
    """Alice's browser, in which she signed in with her password."""
    client.press("/signin", "/signin", email=alice.email, password=PASSWORD)
    return client


@pytest.fixture
def thief(app: Flask, hers: PortalClient) -> PortalClient:
    return copied(app, hers)


def copied(app: Flask, browser: PortalClient) -> PortalClient:
    """Another browser with the same session cookie."""
    other, cookie = PortalClient(app), browser.http.get_cookie("session", domain="127.0.0.1")
    assert cookie is not None
    other.http.set_cookie("session", cookie.value, domain="127.0.0.1")
    return other


def is_in(browser: PortalClient) -> bool:
    return browser.get("/profile").status == 200


def test_it_works_as_hers_does(thief: PortalClient):
    assert is_in(thief)  # which is why what follows matters


def test_it_is_worth_nothing_once_she_signs_out(hers: PortalClient, thief: PortalClient):
    hers.press("/contracts", "/signout")
    assert not is_in(thief)


def test_nor_once_she_has_a_new_password(
    hers: PortalClient, thief: PortalClient, another_client: PortalClient, alice: Somebody, stored: Callable[..., Any]
):
    another_client.press("/password/forgot", "/password/forgot", email=alice.email)
    found = re.search(r"/password/reset/[\w-]+", stored(Letter)[-1].text)
    assert found
    another_client.press(found[0], found[0], password=NEW)
    assert (is_in(thief), is_in(hers)) == (False, False)


def test_nor_is_the_one_from_before_she_signed_in(app: Flask, client: PortalClient, alice: Somebody):
    client.get("/signin")
    before = copied(app, client)
    client.press("/signin", "/signin", email=alice.email, password=PASSWORD)
    assert (is_in(client), is_in(before)) == (True, False)


def test_it_takes_the_account_away_from_nobody(
    app: Flask, client: PortalClient, alice: Somebody, bob: Somebody, stored: Callable[..., Any]
):
    client.sign_in_as(alice)  # a while ago, so that it is to be confirmed
    thief, home = copied(app, client), f"/organisations/{alice.organisation_id}"
    token = thief.get("/contracts").forms[0].fields["csrf_token"]
    deeds = {
        "/profile/address": {"new_email": "mallory@globex.example", "email": "mallory@globex.example"},
        f"{home}/hand-over": {"person": str(bob.id)},
        f"{home}/members/{bob.id}/role": {"role": "owner"},
    }
    answers = [thief.post(path, {"csrf_token": token, **fields}).location for path, fields in deeds.items()]
    assert ([answer.split("?")[0] for answer in answers], stored(Letter)) == (["/profile/confirm"] * len(deeds), [])


def test_half_a_sign_in_opens_nothing(app: Flask, client: PortalClient, sam: Any):
    client.press("/signin", "/signin", email=sam.email, password=PASSWORD)
    thief = copied(app, client)
    assert [thief.get(path).status for path in ("/profile", "/contracts", "/staff/")] == [302, 302, 303]


def test_the_cookie_names_no_person(hers: PortalClient, alice: Somebody):
    with hers.http.session_transaction(base_url=hers.site) as session:
        told = str(dict(session))
    assert [word for word in (alice.name, alice.email, PASSWORD) if word in told] == []
