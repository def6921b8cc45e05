"""One's organisations, founding another, and the name."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from portal.accounts.models import Membership, Organisation, Role
from portal.database import db, transaction
from tests.cast import Somebody
from tests.portal_client import PortalClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def homeless(app: Flask, bob: Somebody) -> Somebody:
    """Bob, who belongs nowhere."""
    with app.app_context(), transaction():
        db.session.execute(delete(Membership).where(Membership.person_id == bob.id))
    return bob


def test_with_one_organisation_one_is_there_at_once(client: PortalClient, alice: Somebody, acme: str):
    assert client.sign_in_as(alice).get("/organisations").location == acme


def test_unless_the_list_is_asked_for(client: PortalClient, alice: Somebody):
    assert client.sign_in_as(alice).get("/organisations?all=1").heading == "Your organisations"


def test_with_none_one_is_told_what_to_do(client: PortalClient, homeless: Somebody):
    assert "You do not belong to an organisation." in client.sign_in_as(homeless).get("/organisations").text


def test_another_one_is_founded_as_its_owner(client: PortalClient, bob: Somebody, stored: Stored):
    client.sign_in_as(bob)
    page = client.follow(client.press("/organisations?all=1", "/organisations", name=" Bob's   bureau "))
    assert (page.heading, "You are an owner here." in page.text) == ("Bob's bureau", True)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_not_without_a_name(client: PortalClient, alice: Somebody, stored: Stored, name: str):
    client.sign_in_as(alice)
    page = client.press("/organisations?all=1", "/organisations", name=name)
    assert (page.status, len(stored(Organisation))) == (400, 1)


def test_a_stranger_is_asked_to_sign_in(client: PortalClient, acme: str):
    assert client.get(acme).location.startswith("/signin?next=")


@pytest.mark.parametrize("path", ["", "/name", "/leave", "/hand-over", "/invitations", "/members/1/role"])
def test_for_everybody_else_there_is_no_such_page(client: PortalClient, mallory: Somebody, acme: str, path: str):
    client.sign_in_as(mallory)
    token = client.get("/organisations?all=1").form("/organisations").fields["csrf_token"]
    page = client.post(acme + path, {"csrf_token": token, "role": "owner"}) if path else client.get(acme)
    assert (page.status, "Acme" in page.html) == (404, False)


@pytest.mark.parametrize("number", [0, 99999999999999999999])
def test_nor_of_one_that_is_not_there(client: PortalClient, alice: Somebody, number: int):
    assert client.sign_in_as(alice).get(f"/organisations/{number}").status == 404


def test_the_page_says_what_each_role_may_do(client: PortalClient, bob: Somebody, acme: str):
    text = client.sign_in_as(bob).get(acme).text
    assert [
        word for word in ("Links purchases to the organisation", "makes and unmakes owners") if word not in text
    ] == []


def test_and_who_belongs_to_it(client: PortalClient, alice: Somebody, bob: Somebody, acme: str):
    text = client.sign_in_as(alice).get(acme).text
    assert ("Alice (you)" in text, "bob@acme.example" in text) == (True, True)


def test_addresses_are_for_those_who_run_it(client: PortalClient, alice: Somebody, bob: Somebody, acme: str):
    assert "alice@acme.example" not in client.sign_in_as(bob).get(acme).text


def test_a_member_finds_nothing_to_change_but_to_leave(client: PortalClient, bob: Somebody, acme: str):
    forms = [form.action for form in client.sign_in_as(bob).get(acme).forms]
    assert forms == ["/signout", f"{acme}/leave"]


@pytest.mark.parametrize("who", ["alice", "ann"])
def test_owners_and_admins_change_the_name(client: PortalClient, acme: str, request: pytest.FixtureRequest, who: str):
    client.sign_in_as(request.getfixturevalue(who))
    page = client.follow(client.press(acme, f"{acme}/name", name="Acme \r\n Europe"))
    assert page.heading == "Acme Europe"


def test_a_member_cannot_by_hand_either(client: PortalClient, bob: Somebody, acme: str):
    client.sign_in_as(bob)
    token = client.get(acme).form(f"{acme}/leave").fields["csrf_token"]
    assert client.post(f"{acme}/name", {"csrf_token": token, "name": "Bob's"}).status == 403


def test_a_name_that_is_none_is_said_beside_its_field(client: PortalClient, alice: Somebody, acme: str):
    page = client.sign_in_as(alice).press(acme, f"{acme}/name", name=" ")
    assert (page.status, page.heading, "Please enter a name." in page.text) == (400, "Acme", True)


def test_markup_in_a_name_is_only_a_name(client: PortalClient, alice: Somebody, acme: str):
    client.sign_in_as(alice).press(acme, f"{acme}/name", name="<img src=x onerror=alert(1)>")
    assert "<img" not in client.get(acme).html


def test_the_navigation_leads_there(client: PortalClient, alice: Somebody):
    assert client.sign_in_as(alice).get("/terms").links["Organisation"] == "/organisations"


def test_who_belongs_to_several_finds_all(client: PortalClient, app: Flask, alice: Somebody, mallory: Somebody):
    with app.app_context(), transaction():
        db.session.add(Membership(person_id=alice.id, organisation_id=mallory.organisation_id, role=Role.ADMIN))
    links = client.sign_in_as(alice).get("/organisations").links
    assert {"Acme", "Globex"} <= set(links)
