"""Switching one's own second factor on and off."""

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask

from portal.accounts import factors, passkeys, recovery
from portal.accounts.passkeys import House
from portal.database import transaction
from portal.mail.models import Letter
from tests.cast import Somebody
from tests.console import Staff
from tests.device import Device
from tests.portal_client import Page, PortalClient

PATH = "/profile/second-factor"
Confirmed = Callable[[PortalClient, Somebody], PortalClient]


@pytest.fixture
def own(client: PortalClient, alice: Somebody, confirmed: Confirmed) -> PortalClient:
    return confirmed(client, alice)


def set_up_app(client: PortalClient) -> Page:
    page = client.follow(client.press(PATH, f"{PATH}/app"))
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    assert found is not None
    return client.send(page.form(f"{PATH}/app/confirm"), code=pyotp.TOTP(found[1].replace(" ", "")).now())


def add_passkey(client: PortalClient) -> tuple[int, str]:
    token = client.get(PATH).form("/signout").fields["csrf_token"]
    headers = {"X-CSRFToken": token, "Accept": "application/json", "Referer": client.site}
    asked = client.http.post(f"{PATH}/passkeys/begin", json={}, base_url=client.site, headers=headers).get_json()
    device = Device(House.at(client.app.extensions["settings"].portal_url, "Seller"))
    answer = client.http.post(f"{PATH}/passkeys", json=device.make(asked), base_url=client.site, headers=headers)
    return answer.status_code, answer.get_json().get("go", "")


def has_app(app: Flask, person_id: int) -> bool:
    with app.app_context():
        factor = factors.factor_of(person_id)
        return bool(factor and factor.sealed_key)


def test_an_app_is_on_once_its_first_code_was_right(own: PortalClient, alice: Somebody, app: Flask):
    set_up_app(own)
    assert (has_app(app, alice.id), "It is on" in own.get(PATH).text) == (True, True)


def test_and_not_before(own: PortalClient, alice: Somebody, app: Flask):
    page = own.follow(own.press(PATH, f"{PATH}/app"))
    wrong = own.send(page.form(f"{PATH}/app/confirm"), code="000000")
    assert (wrong.status, has_app(app, alice.id)) == (401, False)


def test_the_next_sign_in_asks_for_it(own: PortalClient, another_client: PortalClient, alice: Somebody):
    set_up_app(own)
    page = another_client.press("/signin", "/signin", email=alice.email, password=alice.password)
    assert another_client.follow(page).heading == "Your second factor"


def test_other_browsers_are_signed_out(own: PortalClient, another_client: PortalClient, alice: Somebody):
    another_client.sign_in_anew_as(alice)
    set_up_app(own)
    assert (another_client.get("/profile").location[:7], own.get("/profile").status) == ("/signin", 200)


def test_it_can_be_switched_off(own: PortalClient, alice: Somebody, app: Flask):
    set_up_app(own)
    own.press(PATH, f"{PATH}/app/remove")
    assert not has_app(app, alice.id)


def test_somebody_who_changes_their_mind_has_none(own: PortalClient, alice: Somebody, app: Flask):
    own.follow(own.press(PATH, f"{PATH}/app"))
    page = own.follow(own.press(PATH, f"{PATH}/app/stop"))
    assert ("Set up an app" in page.text, has_app(app, alice.id)) == (True, False)


def test_each_change_is_told_by_mail(own: PortalClient, alice: Somebody, mail_to: Callable[[str], list[Letter]]):
    set_up_app(own)
    own.press(PATH, f"{PATH}/app/remove")
    assert [letter.kind for letter in mail_to(alice.email)] == ["factor_added", "factor_removed"]


def test_a_passkey_is_added_named_and_removed(own: PortalClient, alice: Somebody, app: Flask):
    assert add_passkey(own) == (200, PATH)
    (form,) = [form for form in own.get(PATH).forms if form.action.endswith("/name")]
    own.send(form, name="The blue key")
    assert "The blue key" in own.get(PATH).text
    (form,) = [form for form in own.get(PATH).forms if form.action.endswith("/remove")]
    own.send(form)
    with app.app_context():
        assert passkeys.passkeys_of(alice.id) == []


def test_nobody_removes_or_names_somebody_else_s(
    own: PortalClient,
    another_client: PortalClient,
    alice: Somebody,
    mallory: Somebody,
    confirmed: Confirmed,
    app: Flask,
):
    add_passkey(own)
    with app.app_context():
        (mine,) = passkeys.passkeys_of(alice.id)
    confirmed(another_client, mallory)
    token = another_client.get("/profile").form("/signout").fields["csrf_token"]
    for deed in ("name", "remove"):
        another_client.post(f"{PATH}/passkeys/{mine.id}/{deed}", {"csrf_token": token, "name": "Pwned"})
    with app.app_context():
        assert [one.name for one in passkeys.passkeys_of(alice.id)] == ["Passkey 1"]


def test_recovery_codes_are_shown_once(own: PortalClient, alice: Somebody, app: Flask):
    set_up_app(own)
    page = own.press(PATH, f"{PATH}/recovery-codes")
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code></li>", page.html)
    assert (len(codes), codes[0] in own.get(PATH).html, "10 are left" in own.get(PATH).text) == (10, False, True)
    assert page.headers["Cache-Control"] == "no-store"


def test_without_any_factor_there_are_none(own: PortalClient, alice: Somebody, app: Flask):
    token = own.get(PATH).form("/signout").fields["csrf_token"]
    own.post(f"{PATH}/recovery-codes", {"csrf_token": token})
    with app.app_context():
        assert recovery.left(alice.id) == 0


def test_they_go_with_the_last_factor(own: PortalClient, alice: Somebody, app: Flask):
    set_up_app(own)
    own.press(PATH, f"{PATH}/recovery-codes")
    own.press(PATH, f"{PATH}/app/remove")
    with app.app_context():
        assert recovery.left(alice.id) == 0


def test_staff_keep_their_last_factor(client: PortalClient, sam: Staff, confirmed: Confirmed, app: Flask):
    page = client.follow(confirmed(client, sam).press(PATH, f"{PATH}/app/remove"))  # type: ignore[arg-type]
    assert ("Add another one first" in page.text, has_app(app, sam.id)) == (True, True)


def test_with_another_one_they_may_switch_one_off(client: PortalClient, sam: Staff, confirmed: Confirmed, app: Flask):
    add_passkey(confirmed(client, sam))  # type: ignore[arg-type]
    client.press(PATH, f"{PATH}/app/remove")
    assert not has_app(app, sam.id)


@pytest.mark.parametrize("path", ["", "/app", "/app/confirm", "/app/remove", "/recovery-codes", "/passkeys/1/remove"])
def test_whoever_has_not_just_confirmed_is_asked_to(client: PortalClient, alice: Somebody, path: str, app: Flask):
    client.sign_in_as(alice)
    with app.app_context(), transaction():
        factors.ensure(alice.id)
    token = client.get("/profile").form("/signout").fields["csrf_token"]
    page = client.post(PATH + path, {"csrf_token": token, "code": "000000"}) if path else client.get(PATH)
    assert page.location.startswith("/profile/confirm")
