"""A contract moves to another organisation: both owners agree, both are told, and either puts it back."""

import re

from playwright.sync_api import Response

from tests.stories.actors import Actor
from tests.stories.inspection import Inspector
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics

OFFERED = "Would you take the contract for Tidemark Analytics?"


def open_offer(reader: Actor) -> str:
    """Open the letter, and follow the address that stands in it."""
    reader.marketplace.read_mail(reader.person.email, OFFERED)
    found = re.search(r"http\S+/moves/offers/[\w-]+", reader.page.locator("body").inner_text())
    assert found
    reader.page.goto(found[0])
    return found[0]


def offer_to(giver: Actor, email: str) -> None:
    keyboard = Keyboard(giver.page)
    keyboard.press("Enter", "link", "Move this contract")
    giver.portal.see("Move this contract")
    keyboard.write("Email address of an owner there", email)
    keyboard.press("Enter", "button", "Send the offer")
    giver.portal.read(f"The offer is on its way to {email}.")


def test_both_owners_agree_and_one_puts_it_back(alice: Actor, mallory: Actor, inspector: Inspector):
    mallory.portal.become_a_customer()
    alice.have_a_contract(analytics())
    contract = alice.page.url
    alice.portal.follow("Move this contract")
    inspector.look(alice.page, "move-choose")
    alice.page.get_by_label("Email address of an owner there").fill("nobody")
    alice.portal.press("Send the offer")
    alice.portal.read("Please enter an email address such as")
    alice.page.goto(contract)
    offer_to(alice, mallory.person.email)
    inspector.look(alice.page, "move-offered")

    offer = open_offer(mallory)
    mallory.portal.see("Take the contract for Tidemark Analytics?")
    mallory.portal.read("Alice Example, an owner of Acme")
    inspector.look(mallory.page, "move-offer")
    Keyboard(mallory.page).press("Enter", "button", "Accept the contract")
    mallory.portal.see_contract(analytics())
    mallory.portal.read("Linked to Mallory & Sons by Mallory Example.")
    assert "Acme" not in mallory.page.content()

    answer = alice.page.goto(contract)
    assert isinstance(answer, Response)
    assert answer.status == 404
    alice.marketplace.read_mail(alice.person.email, "Tidemark Analytics is no longer linked to Acme")
    alice.portal.open("/moves")
    inspector.look(alice.page, "moves")
    alice.portal.follow("Tidemark Analytics")
    alice.portal.see("A contract that was moved")
    inspector.look(alice.page, "move")
    Keyboard(alice.page).press("Enter", "button", "Put it back")
    alice.portal.read("The contract is back where it was")
    inspector.look(alice.page, "move-undone")
    alice.page.goto(contract)
    alice.portal.see_contract(analytics())
    mallory.marketplace.read_mail(mallory.person.email, "Tidemark Analytics is no longer linked to Mallory & Sons")
    mallory.page.goto(offer)
    mallory.portal.see("This offer is over")
    inspector.look(mallory.page, "move-offer-gone")


def test_whoever_is_asked_refuses(alice: Actor, mallory: Actor):
    mallory.portal.become_a_customer()
    alice.have_a_contract(analytics())
    contract = alice.page.url
    offer_to(alice, "somebody@gmail.com")
    Keyboard(alice.page).press("Enter", "button", "Withdraw the offer")
    alice.portal.read("The offer is withdrawn")
    alice.page.goto(contract)
    offer_to(alice, mallory.person.email)
    open_offer(mallory)
    Keyboard(mallory.page).press("Enter", "button", "Refuse it")
    mallory.portal.read("You have refused.")
    alice.marketplace.read_mail(alice.person.email, "The contract for Tidemark Analytics stays with Acme")
    alice.page.goto(contract)
    alice.portal.see_contract(analytics())


def test_somebody_else_cannot_answer_with_the_letter(alice: Actor, bob: Actor, mallory: Actor, inspector: Inspector):
    mallory.portal.become_a_customer()
    alice.have_a_contract(analytics())
    offer_to(alice, bob.person.email)
    bob.marketplace.read_mail(bob.person.email, OFFERED)
    found = re.search(r"http\S+/moves/offers/[\w-]+", bob.page.locator("body").inner_text())
    assert found
    mallory.page.goto(found[0])
    mallory.portal.see("This offer is for another account")
    inspector.look(mallory.page, "move-not-for-you")
    assert "Acme" not in mallory.page.content()


def test_it_moves_between_ones_own_organisations(alice: Actor, inspector: Inspector):
    alice.have_a_contract(analytics())
    contract = alice.page.url
    alice.arrive_with(analytics(seats=7))
    alice.portal.follow("Continue as Alice Example")
    keyboard = Keyboard(alice.page)
    keyboard.press("Enter", "link", "Choose another organisation")
    alice.portal.see("Which organisation is it for?")
    keyboard.choose("A new organisation")
    keyboard.write("Name of the new organisation", "Acme Labs")
    keyboard.press("Enter", "button", "Continue")
    alice.portal.confirm("Tidemark Analytics", "Acme Labs")
    alice.page.goto(contract)
    alice.portal.follow("Move this contract")
    inspector.look(alice.page, "move-choose-own")
    keyboard.choose("Acme Labs")
    keyboard.press("Enter", "button", "Continue")
    alice.portal.see("Move Tidemark Analytics to Acme Labs?")
    inspector.look(alice.page, "move-confirm")
    keyboard.press("Enter", "button", "Move it to Acme Labs")
    alice.portal.read("The contract belongs to Acme Labs now.")
    alice.portal.see_contract(analytics())
