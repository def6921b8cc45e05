"""Use case 1 with the keyboard alone: Tab, Enter, Space, and the keys that write."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.stories.actors import Actor
from tests.stories.keyboard import IS_FOCUSED, Keyboard
from tests.stories.marketplace import Account
from tests.stories.orders import analytics
from tests.stories.portal import CHOICE

FIRST_IN_THE_LIST = Account("Acme procurement", "444455556666")


@pytest.fixture
def alice(somebody: Callable[..., Actor]) -> Actor:
    """She buys with the account that is chosen to begin with: changing that would take the arrow keys."""
    return replace(somebody("Alice", "Acme"), account=FIRST_IN_THE_LIST)


def test_a_new_buyer_needs_no_mouse(alice: Actor):
    keyboard, order = Keyboard(alice.page), analytics("Team plan", seats=10)  # what the page offers to begin with
    alice.marketplace.see_the_sellers_products()
    keyboard.press("Enter", "link", "View on AWS Marketplace")
    keyboard.press("Enter", "button", "Purchase")
    keyboard.press("Space", "button", "Set up your account")

    alice.portal.see_choice(order)
    keyboard.press("Enter", "link", "Create an account")
    alice.portal.see("Create your account")
    keyboard.write("Your name", alice.person.name)
    keyboard.write("email", alice.person.email)
    keyboard.go_to("textbox", "Password")
    alice.page.keyboard.type(alice.person.password)
    keyboard.write("Organisation", alice.person.organisation)
    keyboard.press("Space", "checkbox", "I accept the")
    keyboard.press("Enter", "button", "Create account")

    alice.portal.see("Sign in")
    keyboard.go_to("textbox", "Password")
    alice.page.keyboard.type(alice.person.password)
    alice.page.keyboard.press("Enter")
    keyboard.press("Enter", "button", "Link to Acme")
    alice.portal.see_contract(order)
    keyboard.press("Enter", "button", "Check with AWS now")
    alice.portal.read("We are asking AWS now.")


def test_the_first_stop_leads_past_the_navigation(alice: Actor):
    alice.portal.open("/signin")
    alice.portal.see("Sign in")
    Keyboard(alice.page).press("Enter", "link", "Skip to the content")
    alice.page.keyboard.press("Tab")
    assert alice.page.get_by_role("main").evaluate("main => main.contains(document.activeElement)")


def test_a_page_that_follows_aws_leaves_the_focus_where_it_is(alice: Actor):
    agreement_id = alice.have_a_contract(analytics())
    keyboard = Keyboard(alice.page)
    keyboard.go_to("link", "The product’s page on AWS Marketplace")
    alice.sandbox.change(agreement_id, dimensions={"seats": 31})
    alice.portal.see_includes(analytics(seats=31))
    focused = alice.page.get_by_role("link", name="The product’s page on AWS Marketplace")
    assert focused.evaluate(IS_FOCUSED)


def test_choosing_how_to_go_on_is_reached_with_the_keyboard_after_a_mistake(alice: Actor):
    alice.arrive_with(analytics())
    alice.portal.see(CHOICE)
    alice.portal.follow("Create an account")
    alice.portal.press("Create account")
    alice.portal.read("Please enter your name.")
    Keyboard(alice.page).press("Enter", "link", "Please enter your name.")
    assert alice.page.get_by_label("Your name").evaluate(IS_FOCUSED)
