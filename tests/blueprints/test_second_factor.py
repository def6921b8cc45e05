"""Setting up a member of staff, and giving the second factor."""

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update

from portal.accounts import factors, recovery
from portal.accounts import sessions as person_sessions
from portal.accounts.factors import MOST_TRIES, SecondFactor
from portal.accounts.models import Person
from portal.accounts.passkeys import House, Passkey
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.sealing import Seal
from portal.staff import members
from portal.staff.models import StaffMember, StaffRole
from portal.web import entering
from tests.cast import PASSWORD, Somebody
from tests.console import Staff
from tests.device import Device
from tests.portal_client import Page, PortalClient

NEW = "entirely new words here"


@pytest.fixture
def code_for(app: Flask) -> Callable[..., str]:
    """A set-up code for an address."""

    def make(email: str, role: StaffRole = StaffRole.OPERATOR) -> str:
        with app.app_context(), transaction():
            return members.add(email, role, "command", utcnow()).code

    return make


def begin(client: PortalClient, code: str, **changes: str) -> Page:
    fields = {"code": code, "name": "Otto", "password": NEW} | changes
    return client.press("/second-factor/set-up", "/second-factor/set-up", **fields)


def app_on(page: Page) -> pyotp.TOTP:
    """The authenticator app that has read the key on this page."""
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", ""))


def test_with_the_code_a_password_and_an_app_somebody_is_in(client: PortalClient, code_for: Callable[..., str]):
    choice = client.follow(begin(client, code_for("otto@seller.example")))
    inside = client.send(choice.form("/second-factor/choose"), code=app_on(choice).now())
    assert client.follow(inside).status == 200
    assert client.get("/staff/").status == 200


def test_the_key_is_there_as_a_picture_too(client: PortalClient, code_for: Callable[..., str]):
    choice = client.follow(begin(client, code_for("otto@seller.example")))
    assert re.search(r'<svg[^>]*class="qr"', choice.html)


def test_nobody_is_staff_before_the_second_factor(client: PortalClient, code_for: Callable[..., str]):
    client.follow(begin(client, code_for("otto@seller.example")))
    assert client.get("/staff/").status == 403


def test_a_code_works_once(client: PortalClient, another_client: PortalClient, code_for: Callable[..., str]):
    code = code_for("otto@seller.example")
    choice = client.follow(begin(client, code))
    client.send(choice.form("/second-factor/choose"), code=app_on(choice).now())
    page = begin(another_client, code)
    assert (page.status, "is not known, was used, or is too old" in page.text) == (410, True)


def test_an_old_code_does_not_work(client: PortalClient, code_for: Callable[..., str], app: Flask):
    code = code_for("otto@seller.example")
    with app.app_context(), transaction():
        db.session.execute(db.update(StaffMember).values(code_expires_at=utcnow()))
    assert begin(client, code).status == 410


def test_a_short_password_is_refused_and_the_code_kept(client: PortalClient, code_for: Callable[..., str]):
    code = code_for("otto@seller.example")
    page = begin(client, code, password="short")
    assert (page.status, page.form("/second-factor/set-up").fields["code"]) == (400, code)


def test_whoever_had_an_account_of_that_address_is_signed_out_of_it(
    client: PortalClient, another_client: PortalClient, mallory: Somebody, code_for: Callable[..., str]
):
    """Anybody can sign up with any address, so an account is no proof; the code is."""
    another_client.sign_in_as(mallory)
    begin(client, code_for(mallory.email, StaffRole.ADMIN))
    assert another_client.get("/staff/").location.startswith("/signin")
    signed_in = another_client.press("/signin", "/signin", email=mallory.email, password=PASSWORD)
    assert signed_in.status == 401


def test_a_wrong_first_code_is_said(client: PortalClient, code_for: Callable[..., str]):
    choice = client.follow(begin(client, code_for("otto@seller.example")))
    page = client.send(choice.form("/second-factor/choose"), code="000000")
    assert (page.status, "This code is not right" in page.text) == (401, True)


def test_without_a_code_nobody_sets_up_a_second_factor(client: PortalClient, mallory: Somebody):
    client.sign_in_as(mallory)
    assert client.get("/second-factor/choose").location == "/second-factor/set-up"


def test_a_new_start_is_for_whoever_has_the_code_and_not_for_the_old_password(
    client: PortalClient, sam: Staff, vera: Staff, code_for: Callable[..., str]
):
    client.sign_in_as(vera)
    code_for(vera.email, StaffRole.VIEWER)
    token = client.get("/contracts").form("/signout").fields["csrf_token"]
    begun = client.post("/second-factor/choose/passkey/begin", headers={"X-CSRFToken": token})
    assert (begun.status, client.get("/second-factor/choose").location) == (410, "/second-factor/set-up")


# --- Giving it ----------------------------------------------------------------------------------------------------


def test_signing_in_and_a_code_lead_to_the_page_that_was_wanted(client: PortalClient, sam: Staff):
    page = client.follow(client.get("/staff/team"))
    page = client.follow(client.send(page.form("/signin"), email=sam.email, password=PASSWORD))
    assert page.heading == "Your second factor"
    page = client.send(page.form("/second-factor"), code=pyotp.TOTP(sam.app_key).now())
    assert page.location == "/staff/team"


def test_staff_who_sign_in_without_a_wish_go_to_the_console(client: PortalClient, sam: Staff):
    page = client.press("/signin", "/signin", email=sam.email, password=PASSWORD)
    assert page.location == "/second-factor?next=/staff/"


def test_a_wrong_code_is_said_and_audited(client: PortalClient, sam: Staff, stored: Callable[..., list[AuditEntry]]):
    page = client.sign_in_as(sam).press("/second-factor", "/second-factor", code="000000")
    assert (page.status, "This code is not right" in page.text) == (401, True)
    assert [one.action for one in stored(AuditEntry)] == ["second factor refused"]


def test_too_many_wrong_codes_have_to_wait(client: PortalClient, sam: Staff):
    client.sign_in_as(sam)
    for _ in range(MOST_TRIES):
        page = client.press("/second-factor", "/second-factor", code="000000")
    assert (page.status, "Please try again in 15 minutes." in page.text) == (429, True)


def test_no_code_is_said(client: PortalClient, sam: Staff):
    page = client.sign_in_as(sam).press("/second-factor", "/second-factor", code="")
    assert (page.status, "Please enter the six digits your app shows." in page.text) == (400, True)


def test_customers_have_no_second_factor_to_give(client: PortalClient, mallory: Somebody):
    assert client.sign_in_as(mallory).get("/second-factor").status == 403


@pytest.mark.parametrize("answer", [None, {}, {"id": "x"}, [1], "x", {"id": "", "rawId": "", "response": {}}])
def test_a_passkey_that_is_none_is_refused(client: PortalClient, sam: Staff, answer: object):
    client.sign_in_as(sam)
    token = client.get("/second-factor").form("/second-factor").fields["csrf_token"]
    client.post("/second-factor/passkey/begin", headers={"X-CSRFToken": token})
    response = client.http.post(
        "/second-factor/passkey", json=answer, base_url=client.site, headers={"X-CSRFToken": token}
    )
    assert (response.status_code, response.get_json()["problem"][:28]) == (401, "This passkey was not accepte")


def test_what_a_passkey_is_asked_is_used_up_by_a_wrong_answer(
    client: PortalClient, sam: Staff, stored: Callable[..., list[SecondFactor]]
):
    client.sign_in_as(sam)
    headers = {"X-CSRFToken": client.get("/second-factor").form("/second-factor").fields["csrf_token"]}
    client.post("/second-factor/passkey/begin", headers=headers)
    asked = [one.challenge is not None for one in stored(SecondFactor)]
    client.http.post("/second-factor/passkey", json={}, base_url=client.site, headers=headers)
    assert (asked, [one.challenge for one in stored(SecondFactor)]) == ([True], [None])


def test_a_passkey_that_comes_too_late_is_not_kept(
    client: PortalClient,
    code_for: Callable[..., str],
    stored: Callable[..., list[Passkey]],
    monkeypatch: pytest.MonkeyPatch,
):
    """Somebody else has just finished the set-up, between two statements."""
    client.follow(begin(client, code_for("otto@seller.example")))
    headers = {"X-CSRFToken": client.get("/contracts").form("/signout").fields["csrf_token"]}
    asked = client.http.post("/second-factor/choose/passkey/begin", base_url=client.site, headers=headers).get_json()
    monkeypatch.setattr(members, "finish_set_up", lambda _member, _now: False)
    device = Device(House.at(client.app.extensions["settings"].portal_url, "Seller"))
    path = "/second-factor/choose/passkey"
    answer = client.http.post(path, json=device.make(asked), base_url=client.site, headers=headers)
    assert (answer.get_json(), stored(Passkey)) == ({"go": "/second-factor/set-up"}, [])


# --- Customers who have one ---------------------------------------------------------------------------------------


@pytest.fixture
def app_key(app: Flask, alice: Somebody) -> str:
    """What Alice's authenticator app holds."""
    key = pyotp.random_base32()
    with app.app_context(), transaction():
        seal = Seal(app.config["SECRET_KEY"], factors.PURPOSE)
        factors.ensure(alice.id).sealed_key = seal.close(key)
    return key


def password_of(client: PortalClient, person: Somebody, path: str = "/signin") -> Page:
    return client.press(path, "/signin", email=person.email, password=PASSWORD)


def test_a_customer_with_an_app_is_asked_for_its_code(client: PortalClient, alice: Somebody, app_key: str):
    assert client.follow(password_of(client, alice)).heading == "Your second factor"


def test_the_password_alone_opens_nothing(client: PortalClient, alice: Somebody, app_key: str):
    password_of(client, alice)
    assert [client.get(path).location.partition("?")[0] for path in ("/contracts", "/profile", "/staff/")] == [
        "/signin"
    ] * 3


def test_with_the_code_they_are_in(client: PortalClient, alice: Somebody, app_key: str):
    page = client.follow(password_of(client, alice))
    inside = client.send(page.form("/second-factor"), code=pyotp.TOTP(app_key).now())
    assert (inside.location, client.get("/profile").status) == ("/contracts", 200)


def test_how_they_signed_in_is_kept(client: PortalClient, alice: Somebody, app_key: str, app: Flask):
    page = client.follow(password_of(client, alice))
    client.send(page.form("/second-factor"), code=pyotp.TOTP(app_key).now())
    with app.app_context():
        assert person_sessions.sessions_of(alice.id, utcnow())[0].how == "password+app"


def test_a_wrong_code_leaves_them_outside(client: PortalClient, alice: Somebody, app_key: str):
    page = client.send(client.follow(password_of(client, alice)).form("/second-factor"), code="000000")
    assert (page.status, client.get("/contracts").location[:7]) == (401, "/signin")


def test_half_the_way_is_forgotten_after_a_while(client: PortalClient, alice: Somebody, app_key: str):
    page = client.follow(password_of(client, alice))
    with client.http.session_transaction(base_url=client.site) as session:
        session[entering.HALF] = session[entering.HALF] | {"until": int(utcnow().timestamp())}
    late = client.send(page.form("/second-factor"), code=pyotp.TOTP(app_key).now())
    assert (late.location.partition("?")[0], client.get("/contracts").location[:7]) == ("/signin", "/signin")


def test_a_purchase_waits_for_the_code(
    client: PortalClient, alice: Somebody, app_key: str, arrive: Callable[..., Page]
):
    arrive(client)
    page = client.follow(password_of(client, alice))
    inside = client.follow(client.send(page.form("/second-factor"), code=pyotp.TOTP(app_key).now()))
    assert inside.response.request.path.startswith("/marketplace/purchases/")


def test_whoever_is_signed_in_is_signed_out_by_half_a_sign_in(client: PortalClient, alice: Somebody, app_key: str):
    client.sign_in_as(alice)
    client.post("/signout", client.get("/contracts").form("/signout").fields)
    password_of(client, alice)
    assert client.get("/contracts").location.startswith("/signin")


def test_a_recovery_code_opens_too(client: PortalClient, alice: Somebody, app_key: str, app: Flask):
    with app.app_context(), transaction():
        code = recovery.new_codes(alice.id)[0]
    page = client.follow(password_of(client, alice))
    inside = client.send(page.form("/second-factor/recovery"), recovery_code=code)
    assert (inside.location, "You have used a recovery code" in client.get("/profile").text) == ("/contracts", True)


def test_a_wrong_recovery_code_does_not(client: PortalClient, alice: Somebody, app_key: str, app: Flask):
    with app.app_context(), transaction():
        recovery.new_codes(alice.id)
    page = client.follow(password_of(client, alice))
    answer = client.send(page.form("/second-factor/recovery"), recovery_code="aaaa-bbbb-cccc-dddd")
    assert (answer.status, "is not known, or was used already" in answer.text) == (401, True)


def test_without_recovery_codes_none_is_asked_for(client: PortalClient, alice: Somebody, app_key: str):
    page = client.follow(password_of(client, alice))
    assert "recovery code instead" not in page.text


def test_half_the_way_ends_with_a_new_password(client: PortalClient, alice: Somebody, app_key: str, app: Flask):
    password_of(client, alice)
    with app.app_context(), transaction():
        db.session.execute(update(Person).where(Person.id == alice.id).values(password_hash="another"))
    assert client.get("/second-factor").location.startswith("/signin")
