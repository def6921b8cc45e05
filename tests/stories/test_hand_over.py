"""Procurement buys, an engineer sets up: a purchase goes from one browser to another."""

import re

from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.inspection import Inspector
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics

ASKED = "You are asked to set up Tidemark Analytics"


def open_link_in_letter(reader: Actor, subject: str) -> None:
    """Open the letter, and follow the address that stands in it."""
    reader.marketplace.read_mail(reader.person.email, subject)
    found = re.search(r"http\S+/marketplace/hand-over/[\w-]+", reader.page.locator("body").inner_text())
    assert found
    reader.page.goto(found[0])


def test_procurement_sends_a_purchase_to_an_engineer_who_sets_it_up(alice: Actor, bob: Actor, inspector: Inspector):
    keyboard, his = Keyboard(alice.page), Keyboard(bob.page)
    alice.arrive_with(analytics())
    keyboard.press("Enter", "link", "Hand the purchase over")
    alice.portal.see("Have somebody else set it up")
    keyboard.press("Enter", "button", "Send the link")
    alice.portal.read("Please enter your name")
    inspector.look(alice.page, "hand-over-mistyped")
    keyboard.write("Your name", "Alice from procurement")
    keyboard.write("Your colleague’s email address", bob.person.email)
    keyboard.press("Enter", "button", "Send the link")
    alice.portal.read(f"The link is on its way to {bob.person.email}.")
    inspector.look(alice.page, "hand-over-sent")

    open_link_in_letter(bob, ASKED)
    bob.portal.see(ASKED)
    bob.portal.read("Alice from procurement")
    inspector.look(bob.page, "take-over")
    bob.page.reload()  # looking uses nothing up
    his.press("Enter", "button", "Take it over")
    bob.portal.see_choice(analytics())
    bob.portal.follow("Create an account")
    bob.portal.see_purchase(analytics())
    bob.portal.sign_up()
    bob.portal.sign_in()

    alice.page.reload()
    alice.portal.see("You have handed Tidemark Analytics over")
    inspector.look(alice.page, "handed-over")

    bob.portal.confirm("Tidemark Analytics", bob.person.organisation)
    bob.portal.see_contract(analytics())
    alice.page.reload()
    alice.portal.see("Tidemark Analytics is set up")
    alice.portal.read(bob.person.name)
    inspector.look(alice.page, "handed-over-set-up")

    open_link_in_letter(bob, ASKED)
    bob.portal.see("This link has done its work")
    inspector.look(bob.page, "hand-over-gone")


def test_a_purchase_is_finished_in_another_browser(alice: Actor, bob: Actor, inspector: Inspector):
    alice.portal.become_a_customer()
    bob.portal.become_a_customer()
    alice.arrive_with(analytics())
    alice.portal.follow("Hand the purchase over")
    Keyboard(alice.page).press("Enter", "button", "Show a link")
    link = alice.page.get_by_label("Open this in the other browser")
    expect(link).to_have_value(re.compile("/marketplace/hand-over/"))
    inspector.look(alice.page, "hand-over-link")

    bob.page.goto(link.input_value())
    bob.portal.press("Take it over")
    bob.portal.confirm("Tidemark Analytics", bob.person.organisation)
    alice.marketplace.read_mail(alice.person.email, "Tidemark Analytics is set up")
    expect(alice.page.locator("body")).to_contain_text(f"set up by {bob.person.name}")


def test_a_link_in_the_wrong_hands_is_taken_back(alice: Actor, mallory: Actor):
    alice.portal.become_a_customer()
    mallory.portal.become_a_customer()
    alice.arrive_with(analytics())
    choice = alice.page.url
    alice.portal.follow("Hand the purchase over")
    alice.portal.press("Show a link")
    mallory.page.goto(alice.page.get_by_label("Open this in the other browser").input_value())
    mallory.portal.press("Take it over")
    mallory.portal.see("Link Tidemark Analytics to Mallory & Sons")

    alice.page.goto(choice)
    alice.portal.see("You have handed Tidemark Analytics over")
    Keyboard(alice.page).press("Enter", "button", "Take it back")
    alice.portal.read("You have the purchase back.")
    mallory.portal.press("Link to Mallory & Sons")
    mallory.portal.see("This page has done its work")
    alice.portal.follow("Continue as Alice Example")
    alice.portal.confirm("Tidemark Analytics", "Acme")


def test_whoever_stops_half_way_goes_on_later_elsewhere(alice: Actor, bob: Actor, inspector: Inspector):
    alice.portal.become_a_customer()
    alice.arrive_with(analytics())
    alice.portal.follow("Hand the purchase over")
    Keyboard(alice.page).press("Enter", "button", "Send me a link")
    alice.portal.read("The link is on its way")

    bob.person = alice.person  # Alice, at home
    open_link_in_letter(bob, "Tidemark Analytics waits to be set up")
    bob.portal.sign_in()
    bob.portal.see("Go on with Tidemark Analytics")
    inspector.look(bob.page, "resume")
    bob.portal.press("Take it over")
    bob.portal.confirm("Tidemark Analytics", "Acme")
