"""Who enters the console, and who does not."""

import re
import subprocess
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import expect

from laptop.environment import ROOT
from laptop.stack import python
from portal.staff.models import StaffRole
from tests.services import Stack
from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.keyboard import Keyboard


@pytest.fixture
def set_up_code(stack: Stack, strangers: Iterator[int]) -> str:
    """What the engineer who installs the portal hands to the first of its staff."""
    command = python("-m", "flask", "--app", "wsgi", "staff", "add", f"otto.{next(strangers)}@seller.example")
    result = subprocess.run(
        [*command, "--role", "admin"],
        env=stack.place.for_portal(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"^  ([\w-]{24})$", result.stdout, re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.fixture
def otto(somebody: Callable[..., Actor]) -> Actor:
    """New in support."""
    return somebody("Otto", "nobody's")


def begin(otto: Actor, code: str) -> None:
    otto.portal.see("Set up your console account")
    keyboard = Keyboard(otto.page)
    keyboard.write("Set-up code", code)
    keyboard.write("Your name", "Otto")
    keyboard.write("New password", otto.person.password, exact=True)
    keyboard.press("Enter", "button", "Go on to the second factor")
    otto.portal.see("Choose your second factor")


def test_somebody_new_sets_up_an_app_and_is_in_the_console(otto: Actor, set_up_code: str):
    otto.portal.open("/second-factor/set-up")
    begin(otto, set_up_code)
    expect(otto.page.get_by_role("img", name="QR code with the key below")).to_be_visible()
    key = (otto.page.locator("code.key").text_content() or "").replace(" ", "")
    otto.page.get_by_label("Code", exact=True).fill(pyotp.TOTP(key).now())
    otto.portal.press("Use this app")
    expect(otto.page.get_by_role("navigation", name="Console")).to_be_visible()


def test_somebody_new_sets_up_a_passkey_and_comes_back_with_it(otto: Actor, set_up_code: str):
    """At `localhost`: browsers make no passkeys for an address of numbers."""
    devices = otto.context.new_cdp_session(otto.page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device | {"automaticPresenceSimulation": True}})
    at_home = otto.stack.portal_url.replace("127.0.0.1", "localhost")

    otto.page.goto(f"{at_home}/second-factor/set-up")
    begin(otto, set_up_code)
    keyboard = Keyboard(otto.page)
    keyboard.press("Enter", "button", "Create a passkey")
    expect(otto.page.get_by_role("navigation", name="Console")).to_be_visible()

    email = otto.page.locator(".nav-person").get_attribute("title") or ""
    otto.portal.sign_out()
    otto.page.goto(f"{at_home}/staff/team")
    otto.page.get_by_label("Email").fill(email)
    otto.page.get_by_label("Password", exact=True).fill(otto.person.password)
    otto.portal.press("Sign in")
    otto.portal.see("Your second factor")
    keyboard.press("Enter", "button", "Use your passkey")
    otto.portal.see("Team")


def test_a_passkey_tells_where_it_works_when_it_does_not_work_here(otto: Actor, set_up_code: str):
    otto.portal.open("/second-factor/set-up")
    begin(otto, set_up_code)
    otto.portal.read("Passkeys work at http://localhost:")
    expect(otto.page.get_by_role("button", name="Create a passkey")).to_be_disabled()


def test_staff_come_back_with_password_and_code(supporter: Callable[..., Supporter]):
    sam = supporter("Sam", StaffRole.ADMIN, inside=False)
    sam.open("/staff/team")
    sam.sign_in()
    sam.see("Your second factor")
    sam.page.get_by_label("Code").fill(pyotp.TOTP(sam.staff.app_key).now())
    sam.press("Go on")
    sam.see("Team")


def test_a_viewer_is_refused_what_is_for_others(vera: Supporter):
    vera.open("/staff/audit")
    vera.see("You may not see this")
    vera.read("Your role in the console is viewer, and this is for the role admin.")
    vera.follow("Back to the console")
    expect(vera.page.get_by_role("link", name="Team")).to_have_count(0)


def test_mallory_can_not_reach_any_of_it(mallory: Actor, portal_paths: list[str]):
    mallory.portal.become_a_customer()
    refused = {
        path: mallory.page.request.get(mallory.stack.portal_url + path, max_redirects=0).status for path in portal_paths
    }
    assert set(refused.values()) == {403}, refused
    mallory.portal.open("/staff/")
    mallory.portal.see("You may not see this")
    expect(mallory.page.get_by_role("navigation", name="Console")).to_have_count(0)


@pytest.fixture
def portal_paths(portal_beside: object) -> list[str]:
    """Every page of the console."""
    one = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}
    return [
        re.sub(r"<(?:(\w+)[^:>]*:)?[^>]*>", lambda found: one.get(found[1] or "", "x"), rule.rule)
        for rule in portal_beside.url_map.iter_rules()  # type: ignore[attr-defined]
        if rule.rule.startswith("/staff") and "GET" in (rule.methods or set())
    ]
