"""Somebody looks after their own account, with the keyboard alone."""

import re
import time
from collections.abc import Callable

import pyotp
from flask import Flask
from playwright.sync_api import expect

from portal.web.confirming import CONFIRMED
from tests.stories.actors import Actor
from tests.stories.keyboard import Keyboard


def test_name_second_factor_recovery_codes_and_signing_in_again(alice: Actor):
    alice.portal.become_a_customer()
    keyboard = Keyboard(alice.page)
    keyboard.press("Enter", "link", "Alice Example")
    alice.portal.see("Your account")
    keyboard.press("Enter", "link", "Change name, language and time zone")
    alice.portal.see("Name and language")
    keyboard.write("Your name", "Alice Liddell")
    keyboard.press("Enter", "button", "Save")
    alice.portal.read("Your changes are saved.")
    alice.portal.read("Alice Liddell")

    app = switch_on_the_app(alice, keyboard)
    keyboard.press("Enter", "button", "Make recovery codes")
    alice.portal.see("Your recovery codes")
    expect(alice.page.get_by_role("main").get_by_role("listitem").locator("code")).not_to_have_count(0)
    keyboard.press("Enter", "link", "I have put them away")
    alice.portal.see("Second factor")

    keyboard.press("Enter", "button", "Sign out")
    sign_in_by_keyboard(alice, keyboard)
    alice.portal.see("Your second factor")
    keyboard.write("Code", app.at(_moment_later(app)))
    keyboard.press("Enter", "button", "Go on")
    alice.portal.see("Your contracts")
    alice.portal.open("/profile/second-factor")
    keyboard.press("Enter", "button", "Switch the app off")
    keyboard.go_to("button", "Set up an app")


def test_another_browser_is_signed_out(alice: Actor, somebody: Callable[..., Actor]):
    alice.portal.become_a_customer()
    elsewhere = somebody("Alice", "Acme")
    elsewhere.person = alice.person
    elsewhere.portal.open("/signin")
    elsewhere.portal.sign_in()
    elsewhere.portal.see("Your contracts")

    keyboard = Keyboard(alice.page)
    alice.portal.open("/profile/browsers")
    alice.portal.see("Where you are signed in")
    expect(alice.page.get_by_role("main").get_by_text("this one")).to_have_count(1)
    main = alice.page.get_by_role("main")
    other = main.get_by_role("button", name=re.compile("^Sign out Chrom"))
    expect(other).to_have_count(1)
    keyboard.press("Enter", "button", other.inner_text().replace("\n", " ").strip())
    alice.portal.read("That browser is signed out.")
    elsewhere.portal.open("/contracts")
    elsewhere.portal.see("Sign in")
    alice.portal.open("/contracts")
    alice.portal.see("Your contracts")


def test_another_password_a_download_and_goodbye(alice: Actor, portal_beside: Flask):
    alice.portal.become_a_customer()
    keyboard, new = Keyboard(alice.page), "seven quiet boats at dawn"
    let_time_pass(alice, portal_beside)
    alice.portal.open("/profile/password")
    alice.portal.see("Please confirm it is you")
    keyboard.write("Password", alice.person.password, exact=True)
    keyboard.press("Enter", "button", "Go on")
    alice.portal.see("Password")
    keyboard.write("New password", new, exact=True)
    keyboard.press("Enter", "button", "Save the new password")
    alice.portal.read("Your password is changed")
    keyboard.press("Enter", "button", "Sign out")
    alice.portal.sign_in(new)
    alice.portal.see("Your contracts")

    alice.portal.open("/profile/data")
    with alice.page.expect_download() as download:
        keyboard.press("Enter", "button", "Download my data")
    assert download.value.suggested_filename.endswith(".json")
    keyboard.press("Enter", "link", "Delete my account")
    alice.portal.see("Delete your account")
    keyboard.write("Your email address", alice.person.email)
    keyboard.press("Enter", "button", "Delete my account for good")
    alice.portal.read("deleted")


def test_the_address_moves_once_both_mailboxes_have_agreed(alice: Actor):
    alice.portal.become_a_customer()
    keyboard, old, new = Keyboard(alice.page), alice.person.email, f"new.{alice.person.email}"
    alice.portal.open("/profile/address")
    keyboard.write("New email address", new)
    keyboard.press("Enter", "button", "Write to both addresses")
    alice.portal.read("We have written to both addresses.")
    alice.portal.read("The new address has not agreed yet.")

    open_link_in_letter(alice, new, "Is this your new address")
    alice.portal.see("Is this your new address?")
    keyboard.press("Enter", "button", "Yes, this is my address")
    alice.portal.see("Thank you, one more to go")
    open_link_in_letter(alice, old, "May your .+ move")
    alice.portal.see("Move your account to another address?")
    keyboard.press("Enter", "button", "Yes, move my account")
    alice.portal.see("Your address is changed")
    alice.portal.open("/profile")
    alice.portal.read(new)


def let_time_pass(owner: Actor, app: Flask) -> None:
    """That they have just signed in is forgotten, as it is after ten minutes."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = app.config["SESSION_COOKIE_NAME"]
    (cookie,) = (one for one in owner.context.cookies(owner.stack.portal_url) if one.get("name") == name)
    kept = signer.loads(cookie.get("value"))
    del kept[CONFIRMED]
    owner.context.add_cookies([{"name": name, "value": str(signer.dumps(kept)), "url": owner.stack.portal_url}])


def switch_on_the_app(owner: Actor, keyboard: Keyboard) -> pyotp.TOTP:
    """Set up an authenticator app with the key that is shown."""
    keyboard.press("Enter", "link", "Switch it on")
    owner.portal.see("Second factor")
    keyboard.press("Enter", "button", "Set up an app")
    key = owner.page.locator("code.key")
    expect(key).to_be_visible()
    app = pyotp.TOTP(key.inner_text().replace(" ", ""))
    keyboard.write("Code", app.now())
    keyboard.press("Enter", "button", "Use this app")
    owner.portal.read("From now on you are asked for a code when you sign in.")
    return app


def sign_in_by_keyboard(owner: Actor, keyboard: Keyboard) -> None:
    owner.portal.see("Sign in")
    keyboard.write("Email", owner.person.email)
    keyboard.go_to("textbox", "Password")
    owner.page.keyboard.type(owner.person.password)
    owner.page.keyboard.press("Enter")


def open_link_in_letter(reader: Actor, email: str, subject: str) -> None:
    """Open the letter about the change that came to this address, and follow the address that stands in it."""
    reader.marketplace.read_mail(email, re.compile(subject))
    found = re.search(r"http\S+/profile/address/link/[\w-]+", reader.page.locator("body").inner_text())
    assert found
    reader.page.goto(found[0])


def _moment_later(app: pyotp.TOTP) -> int:
    """In the next half minute: a code that was used is good no more, and one that comes early is let in."""
    return int(time.time()) + app.interval
