"""Name, language and time zone."""

from collections.abc import Callable

import pytest

from portal.accounts.models import Person
from portal.audit import AuditEntry
from tests.cast import Somebody
from tests.portal_client import PortalClient

ABOUT = "/profile/about"


def test_the_name_in_the_navigation_leads_to_the_account(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert client.get("/contracts").links[alice.name] == "/profile"
    assert client.get("/profile").heading == "Your account"


def test_strangers_are_sent_to_sign_in(client: PortalClient):
    assert client.get("/profile").location == "/signin?next=%2Fprofile"


def test_a_new_name_is_kept(client: PortalClient, alice: Somebody, people: Callable[[], list[Person]]):
    page = client.sign_in_as(alice).press(ABOUT, ABOUT, name="  Alice \n Liddell ")
    assert (page.status, people()[0].name) == (303, "Alice Liddell")
    assert "Your changes are saved." in client.follow(page).text


def test_a_language_counts_from_the_next_page_on(
    client: PortalClient, alice: Somebody, people: Callable[[], list[Person]]
):
    client.sign_in_as(alice).press(ABOUT, ABOUT, language="ja")
    assert people()[0].language == "ja"
    assert '<html lang="ja">' in client.get("/profile").html


def test_no_language_is_the_browser_s(client: PortalClient, alice: Somebody, people: Callable[[], list[Person]]):
    client.sign_in_as(alice).press(ABOUT, ABOUT, language="ja")
    client.press(ABOUT, ABOUT, language="")
    assert people()[0].language is None
    assert '<html lang="en">' in client.get("/profile").html


def test_a_time_zone_is_kept(client: PortalClient, alice: Somebody, people: Callable[[], list[Person]]):
    client.sign_in_as(alice).press(ABOUT, ABOUT, time_zone="Asia/Tokyo")
    assert people()[0].time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 201}, {"name": "\u200b"}, {"language": "xx"}, {"time_zone": "Mars/Olympus"}]
)
def test_what_cannot_be_kept_is_said(
    client: PortalClient, alice: Somebody, people: Callable[[], list[Person]], wrong: dict[str, str]
):
    page = client.sign_in_as(alice).press(ABOUT, ABOUT, **{"name": "Alice", "language": "ja", **wrong})
    assert (page.status, people()[0].language) == (400, None)
    assert "Please have another look at this" in page.text


def test_a_change_is_audited_without_its_words(
    client: PortalClient, alice: Somebody, stored: Callable[..., list[AuditEntry]]
):
    client.sign_in_as(alice).press(ABOUT, ABOUT, name="Secret Name")
    (line,) = stored(AuditEntry)
    assert (line.action, line.thing, line.detail) == (
        "changed their profile",
        f"person:{alice.id}",
        {"changed": ["name"]},
    )
