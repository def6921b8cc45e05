"""Getting into the console as somebody who is not staff, or as more than one is."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.database import transaction, utcnow
from portal.staff import members
from portal.staff.models import StaffRole
from portal.web.console import KEY
from tests.cast import PASSWORD, Somebody
from tests.console import Staff
from tests.portal_client import PortalClient

DOORS = ["/staff/", "/staff/contracts", "/staff/team", "/staff/audit", "/staff/queues"]


def console_key(client: PortalClient) -> str:
    with client.http.session_transaction(base_url=client.site) as session:
        return str(session[KEY])


@pytest.mark.parametrize("door", DOORS)
def test_a_customer_with_a_stolen_key_of_the_console_stays_outside(
    client: PortalClient, mallory: Somebody, sam_client: PortalClient, door: str
):
    stolen = console_key(sam_client)
    client.sign_in_as(mallory)
    with client.http.session_transaction(base_url=client.site) as session:
        session[KEY] = stolen
    assert client.get(door).status == 403


@pytest.mark.parametrize("door", DOORS)
def test_the_password_of_staff_alone_opens_nothing(client: PortalClient, sam: Staff, door: str):
    client.press("/signin", "/signin", email=sam.email, password=PASSWORD)
    assert client.get(door).status == 303


@pytest.mark.parametrize("door", DOORS)
def test_signed_in_without_the_second_factor_of_the_console_nothing_opens(client: PortalClient, sam: Staff, door: str):
    answer = client.sign_in_as(sam).get(door)
    assert (answer.status, answer.location.split("?")[0]) == (303, "/second-factor")


def test_a_viewer_does_nothing_and_sees_no_team(vera_client: PortalClient, contract_page: str):
    token = vera_client.get("/staff/contracts").forms[0].fields["csrf_token"]
    looks = [vera_client.get(path).status for path in ("/staff/team", "/staff/audit")]
    deeds = [f"/staff{contract_page}/check", f"/staff{contract_page}/move", "/staff/team", "/staff/reveal"]
    sent = [vera_client.post(path, {"csrf_token": token}).status for path in deeds]
    assert (looks, sent) == ([403] * len(looks), [403] * len(deeds))


def test_every_look_is_written_down(
    sam_client: PortalClient, sam: Staff, contract_page: str, stored: Callable[..., list[Any]]
):
    sam_client.get(f"/staff{contract_page}")
    looks = [(one.actor, one.action) for one in stored(AuditEntry) if one.thing == contract_page[1:].replace("s/", ":")]
    assert looks[-1] == (sam.actor, "saw")


def test_who_signs_up_with_the_address_of_somebody_in_the_team_is_nobody_there(
    client: PortalClient, app: Flask, mallory: Somebody
):
    with app.app_context(), transaction():
        members.add(mallory.email, StaffRole.ADMIN, "test", utcnow())
    client.sign_in_as(mallory)
    assert [client.get(door).status for door in DOORS] == [403] * len(DOORS)


def test_a_viewer_with_an_admin_s_key_is_no_admin(vera: Staff, vera_client: PortalClient, sam_client: PortalClient):
    stolen = console_key(sam_client)
    with vera_client.http.session_transaction(base_url=vera_client.site) as session:
        session[KEY] = stolen
    assert vera_client.get("/staff/team").status == 303  # on to her own second factor


@pytest.mark.parametrize(
    "deed", ["/staff/team", "/staff/contracts/00000000-0000-0000-0000-000000000000/check", "/staff/reveal"]
)
def test_a_page_elsewhere_makes_nobody_in_the_console_do_anything(sam_client: PortalClient, deed: str):
    answer = sam_client.post(
        deed, {"email": "m@evil.example", "role": "admin"}, headers={"Referer": "https://evil.example/"}
    )
    assert (answer.status, answer.heading) == (400, "This form is no longer valid")


def test_customers_see_nothing_of_who_helped_them(
    client: PortalClient, contract_page: str, alice: Somebody, sam: Staff, sam_client: PortalClient
):
    sam_client.get(f"/staff{contract_page}")
    client.sign_in_as(alice)
    assert [word for word in (sam.name, sam.email) if word in client.get(contract_page).text] == []


def test_taken_out_of_the_team_one_is_out_at_the_next_click(
    app: Flask, olga: Staff, sam: Staff, in_console: Callable[[Staff], PortalClient]
):
    browser = in_console(olga)
    before = browser.get("/staff/contracts").status
    with app.app_context(), transaction():
        members.remove(members.member_with_email(olga.email), "test")
    assert (before, browser.get("/staff/contracts").status) == (200, 403)
