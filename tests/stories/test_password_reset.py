"""Somebody has forgotten their password in the middle of a purchase, and links it all the same."""

import re

from tests.stories.actors import Actor
from tests.stories.inspection import Inspector
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics

NEW = "mauve lantern cabbage 7"


def test_a_password_that_is_forgotten_during_a_purchase(alice: Actor, inspector: Inspector):
    order = analytics()
    alice.portal.become_a_customer()
    alice.portal.sign_out()
    alice.arrive_with(order)
    alice.portal.see_choice(order)
    alice.portal.follow("I already have an account")
    keyboard = Keyboard(alice.page)
    keyboard.press("Enter", "link", "Forgotten your password?")
    alice.portal.see("Choose a new password")
    alice.portal.see_purchase(order)
    inspector.look(alice.page, "password-forgot")
    keyboard.write("Email", alice.person.email)
    keyboard.press("Enter", "button", "Send the link")
    alice.portal.see("Look into your mailbox")
    alice.portal.see_purchase(order)
    inspector.look(alice.page, "password-sent")

    link = open_link_in_letter(alice)
    alice.portal.see("Choose a new password")
    alice.portal.see_purchase(order)
    inspector.look(alice.page, "password-reset")
    keyboard.write("New password", "password1234", exact=True)
    keyboard.press("Enter", "button", "Save the new password")
    alice.portal.read("on the lists that attackers try first")
    inspector.look(alice.page, "password-refused")
    keyboard.write("New password", NEW, exact=True)
    keyboard.press("Enter", "button", "Save the new password")
    alice.portal.see("Sign in")
    alice.portal.read("Your password is changed")
    alice.portal.sign_in(NEW)
    alice.portal.confirm(order.product, alice.person.organisation)
    alice.portal.see_contract(order)

    alice.page.goto(link)
    alice.portal.see("This link is no longer valid")
    inspector.look(alice.page, "password-gone")
    alice.marketplace.read_mail(alice.person.email, re.compile("Your .+ password was changed"))


def open_link_in_letter(reader: Actor) -> str:
    """Open the letter, and follow the address that stands in it; gives the address."""
    reader.marketplace.read_mail(reader.person.email, re.compile("Choose a new password for"))
    found = re.search(r"http\S+/password/reset/[\w-]+", reader.page.locator("body").inner_text())
    assert found
    reader.page.goto(found[0])
    return found[0]
