"""Confirming that it is still the same person."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from portal.accounts import factors, passkeys
from portal.accounts.confirming import MOST_TRIES
from portal.accounts.models import Person
from portal.accounts.passkeys import House
from portal.database import db, transaction, utcnow
from portal.sealing import Seal
from portal.web import confirming
from tests.cast import PASSWORD, Somebody
from tests.device import Device
from tests.portal_client import PortalClient

CONFIRM = "/profile/confirm"


@pytest.fixture
def without_password(app: Flask, alice: Somebody) -> Somebody:
    """Alice came from an identity provider."""
    with app.app_context(), transaction():
        db.session.execute(db.update(Person).values(password_hash=None))
    return alice


def is_confirmed(client: PortalClient) -> bool:
    with client.http.session_transaction(base_url=client.site) as session:
        return confirming.CONFIRMED in session


def ask(client: PortalClient, next_page: str = "/profile/about", **fields: str) -> object:
    return client.send(client.get(f"{CONFIRM}?next={next_page}").form(CONFIRM), **fields)


def test_the_password_leads_on(client: PortalClient, alice: Somebody):
    page = ask(client.sign_in_as(alice), password=PASSWORD)
    assert (page.status, page.location, is_confirmed(client)) == (303, "/profile/about", True)


def test_a_wrong_one_does_not(client: PortalClient, alice: Somebody):
    page = ask(client.sign_in_as(alice), password="wrong")
    assert (page.status, "This is not your password." in page.text, is_confirmed(client)) == (401, True, False)


def test_none_is_said(client: PortalClient, alice: Somebody):
    page = ask(client.sign_in_as(alice), password="")
    assert (page.status, "Please enter your password." in page.text) == (400, True)


def test_whoever_guesses_has_to_wait_even_with_the_right_one(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    for _ in range(MOST_TRIES):
        ask(client, password="wrong")
    page = ask(client, password=PASSWORD)
    assert (page.status, "Please try again in 15 minutes." in page.text, is_confirmed(client)) == (429, True, False)


def test_guessing_keeps_nobody_else_out(
    client: PortalClient, another_client: PortalClient, alice: Somebody, bob: Somebody
):
    client.sign_in_as(alice)
    for _ in range(MOST_TRIES + 1):
        ask(client, password="wrong")
    assert ask(another_client.sign_in_as(bob), password=PASSWORD).status == 303


def test_having_just_signed_in_is_as_good(client: PortalClient, alice: Somebody):
    client.press("/signin", "/signin", email=alice.email, password=PASSWORD)
    assert is_confirmed(client)


def test_it_ends_with_the_session(client: PortalClient, alice: Somebody):
    client.press("/signin", "/signin", email=alice.email, password=PASSWORD)
    client.press("/profile", "/signout")
    assert not is_confirmed(client)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(client: PortalClient, alice: Somebody, elsewhere: str):
    assert ask(client.sign_in_as(alice), next_page=elsewhere, password=PASSWORD).location == "/profile"


def test_a_passkey_will_do(client: PortalClient, alice: Somebody, app: Flask):
    house = House.at(app.extensions["settings"].portal_url, "Seller")
    device = Device(house)
    with app.app_context(), transaction():
        asked = passkeys.begin_adding(alice.id, alice.email, alice.name, house, utcnow())
        passkeys.add(alice.id, device.make(asked), "Key", house, utcnow())
    client.sign_in_as(alice)
    headers = {"X-CSRFToken": client.get(CONFIRM).form(CONFIRM).fields["csrf_token"]}
    asked = client.http.post(f"{CONFIRM}/passkey/begin", base_url=client.site, headers=headers).get_json()
    path = f"{CONFIRM}/passkey?next=/profile/about"
    answer = client.http.post(path, json=device.use(asked), base_url=client.site, headers=headers)
    assert (answer.get_json(), is_confirmed(client)) == ({"go": "/profile/about"}, True)


def test_a_passkey_of_nobody_will_not(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    headers = {"X-CSRFToken": client.get(CONFIRM).form(CONFIRM).fields["csrf_token"]}
    client.http.post(f"{CONFIRM}/passkey/begin", base_url=client.site, headers=headers)
    answer = client.http.post(f"{CONFIRM}/passkey", json={}, base_url=client.site, headers=headers)
    assert (answer.status_code, is_confirmed(client)) == (401, False)


def _app_of(person: Somebody, app: Flask) -> pyotp.TOTP:
    key = pyotp.random_base32()
    with app.app_context(), transaction():
        factors.ensure(person.id).sealed_key = Seal(app.config["SECRET_KEY"], factors.PURPOSE).close(key)
    return pyotp.TOTP(key)


def test_without_a_password_a_code_will_do(client: PortalClient, without_password: Somebody, app: Flask):
    code = _app_of(without_password, app).now()
    page = client.sign_in_as(without_password).press(CONFIRM, f"{CONFIRM}/code", code=code)
    assert (page.status, is_confirmed(client)) == (303, True)


def test_with_a_password_a_code_alone_will_not(client: PortalClient, alice: Somebody, app: Flask):
    code = _app_of(alice, app).now()
    token = client.sign_in_as(alice).get(CONFIRM).form(CONFIRM).fields["csrf_token"]
    page = client.post(f"{CONFIRM}/code", {"code": code, "csrf_token": token})
    assert (page.status, is_confirmed(client)) == (401, False)


def test_with_neither_one_signs_in_again_and_comes_back(client: PortalClient, without_password: Somebody):
    client.sign_in_as(without_password)
    page = client.press(f"{CONFIRM}?next=/profile/about", f"{CONFIRM}/again")
    assert page.location == "/signin?next=/profile/about"
    assert client.get("/profile").location.startswith("/signin")


def test_no_password_at_all_is_nobody_s(client: PortalClient, without_password: Somebody):
    token = client.sign_in_as(without_password).get("/profile").form("/signout").fields["csrf_token"]
    page = client.post(CONFIRM, {"password": PASSWORD, "csrf_token": token})
    assert (page.status, is_confirmed(client)) == (401, False)


def test_it_is_good_for_ten_minutes(app: Flask):
    now = utcnow().replace(microsecond=0)
    with app.test_request_context():
        confirming.confirm(now)
        found = [confirming.is_confirmed(now + timedelta(seconds=seconds)) for seconds in (0, 599, 600, -1)]
    assert found == [True, True, False, False]


def test_strangers_have_nothing_to_confirm(client: PortalClient):
    assert client.get(CONFIRM).location.startswith("/signin")
