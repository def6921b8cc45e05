"""Strangers who guess at the sign-in page, and people who must not suffer from them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import update

from portal.accounts import passwords
from portal.accounts.lockout import HERE, STRANGERS, SignInTries
from portal.accounts.models import Person
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from tests.cast import PASSWORD, Somebody
from tests.portal_client import Page, PortalClient


def attempt(client: PortalClient, email: str, password: str = "wrong words in a row", source: str = "") -> Page:
    form = client.get("/signin").form("/signin")
    fields = form.fields | {"email": email, "password": password}
    place = {"environ_overrides": {"REMOTE_ADDR": source}} if source else {}
    return client.post(form.action, fields, **place)


def guess(client: PortalClient, email: str, times: int = HERE.free + 1) -> Page:
    return [attempt(client, email) for _ in range(times)][-1]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hash that is quick to compare: the cost of one is the product's, not these tests'."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHash((Argon2Hasher(memory_cost=64, time_cost=1, parallelism=1),)))
    passwords._hash_of_nobody.cache_clear()
    yield
    passwords._hash_of_nobody.cache_clear()


def test_who_guesses_has_to_wait_and_is_told_how_long(client: PortalClient, alice: Somebody):
    guess(client, alice.email)
    page = attempt(client, alice.email)
    seconds = page.headers.get("Retry-After", "0")
    assert (page.status, 10 <= int(seconds) <= 15) == (429, True)
    assert f"Please wait {seconds} seconds and try again, or choose a new one by mail." in page.text


def test_the_right_password_waits_too(client: PortalClient, alice: Somebody):
    guess(client, alice.email)
    assert attempt(client, alice.email, PASSWORD).status == 429


def test_an_unknown_address_gets_the_same(client: PortalClient, another_client: PortalClient, alice: Somebody):
    known = [attempt(client, alice.email, source="192.0.2.1") for _ in range(HERE.free + 3)]
    unknown = [attempt(another_client, "nobody@acme.example", source="192.0.2.2") for _ in range(HERE.free + 3)]
    assert [page.status for page in known] == [page.status for page in unknown]
    words = [re.sub(r"wait \d+ seconds", "wait", pages[-1].text) for pages in (known, unknown)]
    assert words[0] == words[1]


def test_an_account_without_a_password_too(client: PortalClient, alice: Somebody, app: Flask):
    with app.app_context(), transaction():
        db.session.execute(update(Person).values(password_hash=None))
    pages = [attempt(client, alice.email, "") for _ in range(1)] + [guess(client, alice.email)]
    assert [pages[0].status, pages[1].status, attempt(client, alice.email).status] == [400, 401, 429]


def test_somebody_elsewhere_does_not_wait(client: PortalClient, another_client: PortalClient, alice: Somebody):
    guess(client, alice.email)
    assert attempt(another_client, alice.email, PASSWORD, source="203.0.113.9").status == 303


def test_nobody_comes_from_many_places_by_saying_so(client: PortalClient, alice: Somebody):
    for number in range(HERE.free + 1):
        form = client.get("/signin").form("/signin")
        fields = form.fields | {"email": alice.email, "password": "wrong words in a row"}
        client.post(form.action, fields, headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert attempt(client, alice.email, PASSWORD).status == 429


def test_a_browser_that_has_signed_in_before_does_not_wait(
    client: PortalClient, another_client: PortalClient, alice: Somebody
):
    attempt(client, alice.email, PASSWORD)
    client.press("/contracts", "/signout")
    for number in range(STRANGERS.free + 3):
        attempt(another_client, alice.email, source=f"198.51.100.{number}")
    guess(another_client, alice.email)
    assert attempt(another_client, alice.email, PASSWORD, source="203.0.113.9").status == 429
    assert attempt(client, alice.email, PASSWORD).status == 303


def test_that_browser_is_known_for_this_person_only(client: PortalClient, alice: Somebody, mallory: Somebody):
    attempt(client, mallory.email, PASSWORD)
    client.press("/contracts", "/signout")
    guess(client, alice.email)
    assert attempt(client, alice.email, PASSWORD).status == 429


@pytest.mark.parametrize("forged", ["", "x", "eyIxIjoieCJ9.aaaa.bbbb"])
def test_nobody_can_claim_to_be_known(client: PortalClient, alice: Somebody, forged: str):
    client.http.set_cookie("device", forged, domain="127.0.0.1")
    guess(client, alice.email)
    assert attempt(client, alice.email, PASSWORD).status == 429


def test_the_link_for_a_new_password_lets_in_at_once(
    client: PortalClient, another_client: PortalClient, alice: Somebody, stored: Callable[..., list[Any]]
):
    for number in range(STRANGERS.free + 3):
        attempt(another_client, alice.email, source=f"198.51.100.{number}")
    assert attempt(client, alice.email).status == 429
    client.press("/password/forgot", "/password/forgot", email=alice.email)
    link = re.search(r"/password/reset/[\w-]+", stored(Letter)[-1].text)
    assert link
    client.press(link[0], link[0], password="mauve lantern cabbage")
    assert attempt(client, alice.email, "mauve lantern cabbage").status == 303


def test_a_pause_ends(client: PortalClient, alice: Somebody, app: Flask):
    guess(client, alice.email)
    with app.app_context(), transaction():
        db.session.execute(update(SignInTries).values(held_until=utcnow() - timedelta(seconds=1)))
    assert attempt(client, alice.email, PASSWORD).status == 303


def test_refusals_are_audited_without_what_was_typed(
    client: PortalClient, alice: Somebody, stored: Callable[..., list[AuditEntry]]
):
    attempt(client, alice.email)
    attempt(client, "somebody@elsewhere.example", "a secret of theirs")
    entries = stored(AuditEntry)
    assert [(entry.actor, entry.action, entry.thing) for entry in entries] == [
        ("visitor", "sign-in refused", f"person:{alice.id}"),
        ("visitor", "sign-in refused", "nobody"),
    ]
    assert "elsewhere" not in str([(entry.thing, entry.detail) for entry in entries])


def test_a_purchase_is_still_at_hand_while_one_waits(
    client: PortalClient, alice: Somebody, arrive: Callable[..., Page]
):
    arrive(client)
    guess(client, alice.email)
    assert "Tidemark Analytics" in attempt(client, alice.email).text


def test_the_cookie_is_for_the_server_alone(client: PortalClient, alice: Somebody):
    page = attempt(client, alice.email, PASSWORD)
    [cookie] = [line for line in page.headers.getlist("Set-Cookie") if line.startswith("device=")]
    assert ("HttpOnly" in cookie, "SameSite=Lax" in cookie, alice.email in cookie) == (True, True, False)


def test_it_is_good_after_the_secret_key_has_changed(
    client: PortalClient, alice: Somebody, make_app: Callable[..., Flask], app: Flask
):
    attempt(client, alice.email, PASSWORD)
    cookie = client.http.get_cookie("device", domain="127.0.0.1")
    assert cookie
    rotated = PortalClient(
        make_app(
            SECRET_KEY="another secret key of more than 32 characters", SECRET_KEY_FALLBACKS=app.config["SECRET_KEY"]
        )
    )
    rotated.http.set_cookie("device", cookie.value, domain="127.0.0.1")
    guess(client := PortalClient(rotated.app), alice.email)
    assert (attempt(client, alice.email, PASSWORD).status, attempt(rotated, alice.email, PASSWORD).status) == (429, 303)
