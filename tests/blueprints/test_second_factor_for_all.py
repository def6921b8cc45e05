"""A portal where everybody has to have a second factor: set up on the way in, and never left without."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from flask import Flask

from portal.accounts import factors, passkeys, recovery, sessions
from portal.accounts.passkeys import House
from portal.database import db, transaction, utcnow
from portal.jobs import sweep
from portal.mail.models import Letter
from portal.sealing import Seal
from portal.staff import members
from portal.staff.models import StaffRole
from portal.web import entering
from tests.cast import PASSWORD, Somebody
from tests.device import Device
from tests.portal_client import Page, PortalClient

START = "/second-factor/start"
Stored = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def everybody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], second_factor_required=True))


@pytest.fixture
def first(client: PortalClient, alice: Somebody) -> Page:
    """What Alice sees, who has none, after her password."""
    return password_of(client, alice)


def password_of(client: PortalClient, person: Somebody, path: str = "/signin") -> Page:
    return client.follow(client.press(path, "/signin", email=person.email, password=PASSWORD))


def app_on(page: Page) -> pyotp.TOTP:
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", ""))


def set_up(client: PortalClient, page: Page) -> Page:
    return client.send(page.form(START), code=app_on(page).now())


def add_passkey(client: PortalClient) -> dict[str, Any]:
    token = client.get(START).form(START).fields["csrf_token"]
    headers = {"X-CSRFToken": token, "Accept": "application/json", "Referer": client.site}
    asked = client.http.post(f"{START}/passkey/begin", json={}, base_url=client.site, headers=headers).get_json()
    device = Device(House.at(client.app.extensions["settings"].portal_url, "Seller"))
    made = client.http.post(f"{START}/passkey", json=device.make(asked), base_url=client.site, headers=headers)
    answer: dict[str, Any] = made.get_json()
    return answer


def has_app(app: Flask, person: Somebody) -> bool:
    with app.app_context():
        factor = factors.factor_of(person.id)
        return bool(factor and factor.sealed_key)


def test_who_has_none_sets_one_up_after_the_password(first: Page):
    assert first.heading == "Choose your second factor"


def test_the_password_alone_opens_nothing(client: PortalClient, first: Page):
    assert [client.get(path).location.partition("?")[0] for path in ("/contracts", "/profile", "/staff/")] == [
        "/signin"
    ] * 3


def test_with_the_first_code_of_an_app_they_are_in(client: PortalClient, first: Page, app: Flask, alice: Somebody):
    set_up(client, first)
    assert (client.get("/contracts").status, has_app(app, alice)) == (200, True)


def test_and_with_a_passkey(client: PortalClient, first: Page, app: Flask, alice: Somebody):
    go = add_passkey(client)["go"]
    assert (go, client.get("/contracts").status) == ("/second-factor/started?next=/contracts", 200)


def test_how_they_signed_in_is_kept(client: PortalClient, first: Page, app: Flask, alice: Somebody):
    set_up(client, first)
    with app.app_context():
        assert sessions.sessions_of(alice.id, utcnow())[0].how == "password+app"


def test_a_wrong_code_is_said_and_leaves_them_outside(client: PortalClient, first: Page, app: Flask, alice: Somebody):
    page = client.send(first.form(START), code="000000")
    assert (page.status, "This code is not right" in page.text) == (401, True)
    assert (client.get("/contracts").location[:7], has_app(app, alice)) == ("/signin", False)


def test_after_a_wrong_code_the_app_need_not_scan_again(client: PortalClient, first: Page):
    page = client.send(first.form(START), code="000000")
    assert app_on(page).secret == app_on(first).secret


def test_too_many_wrong_codes_have_to_wait(client: PortalClient, first: Page):
    pages = [client.send(first.form(START), code="000000") for _ in range(factors.MOST_TRIES)]
    assert (pages[-1].status, "Please try again in 15 minutes." in pages[-1].text) == (429, True)


def test_a_passkey_that_is_none_is_refused(client: PortalClient, first: Page, app: Flask, alice: Somebody):
    headers = {"X-CSRFToken": first.form(START).fields["csrf_token"], "Referer": client.site}
    answer = client.http.post(f"{START}/passkey", json={"id": "x"}, base_url=client.site, headers=headers)
    assert (answer.status_code, client.get("/contracts").location[:7]) == (401, "/signin")


def test_a_purchase_waits_for_it(client: PortalClient, alice: Somebody, arrive: Callable[..., Page]):
    arrive(client)
    offer = client.follow(set_up(client, password_of(client, alice)))
    later = next(href for href in re.findall(r'href="([^"]+)"', offer.html) if "/marketplace/purchases/" in href)
    assert client.follow(client.get(later)).response.request.path.startswith("/marketplace/purchases/")


def test_recovery_codes_are_offered_and_lead_on(client: PortalClient, alice: Somebody, app: Flask):
    offer = client.follow(set_up(client, password_of(client, alice, "/signin?next=/profile")))
    page = client.send(offer.form("/profile/second-factor/recovery-codes"))
    with app.app_context():
        assert (recovery.left(alice.id), 'href="/profile"' in page.html) == (10, True)


def test_who_has_recovery_codes_is_offered_none(client: PortalClient, first: Page, app: Flask, alice: Somebody):
    set_up(client, first)
    with app.app_context(), transaction():
        recovery.new_codes(alice.id)
    assert client.get("/second-factor/started?next=/profile").location == "/profile"


def test_nowhere_else_is_gone_on_to(client: PortalClient, alice: Somebody):
    page = password_of(client, alice, "/signin?next=//elsewhere.example/")
    assert "elsewhere" not in client.follow(set_up(client, page)).html


def test_other_browsers_are_signed_out_and_a_letter_tells_of_it(
    client: PortalClient, another_client: PortalClient, alice: Somebody, stored: Stored
):
    another_client.sign_in_as(alice)
    set_up(client, password_of(client, alice))
    assert another_client.get("/contracts").location.startswith("/signin")
    assert "factor_added" in [letter.kind for letter in stored(Letter)]


# --- Who has one gives it, and sets up no other on the way in -----------------------------------------------------


@pytest.fixture
def app_key(app: Flask, alice: Somebody) -> str:
    key = pyotp.random_base32()
    with app.app_context(), transaction():
        factors.ensure(alice.id).sealed_key = Seal(app.config["SECRET_KEY"], factors.PURPOSE).close(key)
    return key


def test_who_has_one_is_asked_for_it(client: PortalClient, alice: Somebody, app_key: str):
    assert password_of(client, alice).heading == "Your second factor"


def test_and_cannot_set_up_another_with_the_password_alone(client: PortalClient, alice: Somebody, app_key: str):
    token = password_of(client, alice).form("/second-factor").fields["csrf_token"]
    headers = {"X-CSRFToken": token, "Referer": client.site}
    answers = [
        client.http.post(path, json={}, base_url=client.site, headers=headers).status_code
        for path in (f"{START}/passkey/begin", f"{START}/passkey")
    ]
    app_answer = client.post(START, {"csrf_token": token, "code": "000000"})
    shown = client.get(START)
    assert (answers, app_answer.location, shown.location) == ([401, 401], "/second-factor", "/second-factor")


def test_of_two_browsers_with_the_password_the_first_sets_it_up(
    client: PortalClient, another_client: PortalClient, alice: Somebody, monkeypatch: pytest.MonkeyPatch, app: Flask
):
    mine, other = password_of(client, alice), password_of(another_client, alice)
    assert app_on(mine).secret != app_on(other).secret
    set_up(client, mine)
    monkeypatch.setattr(entering, "has_second_factor", lambda _person_id: False)  # the other looked a moment before
    assert set_up(another_client, other).status == 401
    with app.app_context():
        factor = factors.factor_of(alice.id)
        assert factor
        assert Seal(app.config["SECRET_KEY"], factors.PURPOSE).open(factor.sealed_key or "") == app_on(mine).secret


def test_whoever_lost_theirs_to_support_meanwhile_is_led_to_a_new_one(
    client: PortalClient, alice: Somebody, app_key: str, app: Flask
):
    password_of(client, alice)
    with app.app_context(), transaction():
        factors.forget(alice.id)
    assert client.follow(client.get("/second-factor")).heading == "Choose your second factor"


def test_it_takes_no_longer_than_ten_minutes(client: PortalClient, first: Page):
    with client.http.session_transaction(base_url=client.site) as session:
        session[entering.HALF] = session[entering.HALF] | {"until": int(utcnow().timestamp())}
    assert client.follow(set_up(client, first)).heading == "Sign in"


def test_a_stranger_is_sent_to_sign_in(client: PortalClient):
    assert client.follow(client.get(START)).heading == "Sign in"


def test_a_stranger_is_offered_no_codes(client: PortalClient):
    assert client.get("/second-factor/started").location.startswith("/signin")


# --- Nobody is left without ---------------------------------------------------------------------------------------


def signed_in_with_app(client: PortalClient, person: Somebody) -> None:
    set_up(client, password_of(client, person))


def test_the_last_one_stays(client: PortalClient, alice: Somebody, app: Flask):
    signed_in_with_app(client, alice)
    page = client.follow(client.press("/profile/second-factor", "/profile/second-factor/app/remove"))
    assert ("asks everybody for a second factor" in page.text, has_app(app, alice)) == (True, True)


def test_of_two_one_may_go(client: PortalClient, alice: Somebody, app: Flask):
    add = password_of(client, alice)
    assert add.heading == "Choose your second factor"
    add_passkey(client)
    page = client.follow(client.press("/profile/second-factor", "/profile/second-factor/app"))
    found = app_on(page)
    client.send(page.form("/profile/second-factor/app/confirm"), code=found.now())
    client.press("/profile/second-factor", "/profile/second-factor/app/remove")
    with app.app_context():
        assert (has_app(app, alice), len(passkeys.passkeys_of(alice.id))) == (False, 1)


@pytest.mark.parametrize(
    ("how", "left"), [("password", 0), ("corp", 0), ("password+app", 1), ("password+recovery", 1), ("corp+provider", 1)]
)
def test_sessions_that_began_without_one_end(app: Flask, add_person: Callable[..., Somebody], how: str, left: int):
    dora = add_person("Dora", "Delta")
    with app.app_context():
        with transaction():
            sessions.end_all(dora.id)
            sessions.begin(dora.id, how, "Firefox on Windows", utcnow())
        sweep.sweep()
        db.session.rollback()
        assert len(sessions.sessions_of(dora.id, utcnow())) == left


def test_but_not_of_staff_who_have_just_set_theirs_up(client: PortalClient, app: Flask):
    with app.app_context(), transaction():
        code = members.add("otto@seller.example", StaffRole.OPERATOR, "command", utcnow()).code
    fields = {"code": code, "name": "Otto", "password": "entirely new words here"}
    page = client.follow(client.press("/second-factor/set-up", "/second-factor/set-up", **fields))
    with app.app_context():
        sweep.sweep()
    inside = client.send(page.form("/second-factor/choose"), code=app_on(page).now())
    with app.app_context():
        sweep.sweep()
    assert client.follow(inside).response.request.path == "/staff/"


def test_where_customers_need_none_sessions_without_one_stay(
    app: Flask, client: PortalClient, alice: Somebody, monkeypatch: pytest.MonkeyPatch
):
    optional = replace(app.extensions["settings"], second_factor_required=False)
    monkeypatch.setitem(app.extensions, "settings", optional)
    with app.app_context():
        sweep.sweep()
    assert client.sign_in_as(alice).get("/contracts").status == 200
