"""The console with the keyboard alone: find, reveal, move, undo."""

from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics


def test_support_needs_no_mouse(olga: Supporter, alice: Actor, mallory: Actor):
    agreement_id = alice.have_a_contract(analytics())
    mallory.portal.become_a_customer()
    keyboard, page = Keyboard(olga.page), olga.page

    olga.open("/staff/dashboard")
    page.keyboard.press("/")
    page.keyboard.type(agreement_id)
    page.keyboard.press("Enter")
    olga.see("Tidemark Analytics")

    keyboard.press("Enter", "button", "Reveal the account of contract")
    expect(page.locator(".revealed")).to_have_text(alice.account.account_id)

    keyboard.go_to("searchbox", "Move it to")
    page.keyboard.type("Mallory & Sons")
    page.keyboard.press("Enter")
    olga.see("Who is to have this contract?")
    keyboard.press("Space", "radio", "Mallory & Sons")
    keyboard.write("Why", "bought for them")
    keyboard.press("Enter", "button", "Go on: see what that means")
    olga.see("Move this contract to Mallory & Sons?")
    keyboard.press("Enter", "button", "Move it")
    olga.read("Done: it belongs to Mallory & Sons now.")

    keyboard.press("Enter", "link", "See it, or undo it")
    keyboard.write("Why", "it was right before")
    keyboard.press("Enter", "button", "Undo the move")
    olga.read("Undone: it is where it was")
