"""A colleague is invited by mail, joins, and grows into the role."""

import re

from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.keyboard import Keyboard
from tests.stories.orders import ALERTS, analytics

INVITED = "You are invited to Acme"


def test_a_colleague_joins_by_mail_and_is_made_an_admin(alice: Actor, bob: Actor):
    alice.have_a_contract(analytics())
    invite_by_keyboard(alice, bob.person.email)

    open_the_letter(bob)
    bob.portal.read("Alice Example asks you to join")
    join_by_keyboard(bob)
    bob.portal.see_contract(analytics())

    bob.portal.follow("Organisation")
    bob.portal.see("Acme")
    bob.portal.read("Owners and admins invite.")
    bob.arrive_with(ALERTS)
    bob.portal.follow("Continue as Bob Example")
    bob.portal.see("Which organisation is it for?")
    bob.portal.read("You can ask: Alice Example.")
    expect(bob.page.get_by_role("radio", name="Acme", exact=True)).to_be_disabled()
    purchase = bob.page.url

    make_an_admin(alice, "Bob Example")
    bob.page.goto(purchase)
    bob.portal.confirm("Tidemark Alerts", "Acme")
    bob.portal.follow("Organisation")
    bob.page.get_by_label("Email of your colleague").fill("carol@gmail.com")
    bob.portal.press("Send the invitation")
    bob.portal.read("The invitation is on its way to carol@gmail.com.")


def test_an_invitation_is_for_one_person_and_for_one_time(alice: Actor, bob: Actor, mallory: Actor):
    alice.portal.become_a_customer()
    bob.portal.become_a_customer()
    mallory.portal.become_a_customer()
    invite_by_keyboard(alice, bob.person.email)
    link = open_the_letter(bob)

    mallory.page.goto(link)
    mallory.portal.see(INVITED)
    mallory.portal.read("only whoever has that address can accept it")
    expect(mallory.page.get_by_role("button", name="Join Acme")).to_have_count(0)

    bob.portal.press("Join Acme")
    bob.portal.read("Welcome! You belong to Acme now.")
    mallory.page.goto(link)
    mallory.portal.see("This invitation is no longer valid")
    assert "Acme" not in mallory.page.content()


def test_whoever_is_removed_sees_the_contract_no_more(alice: Actor, bob: Actor):
    alice.have_a_contract(analytics())
    bob.portal.become_a_customer()
    invite_by_keyboard(alice, bob.person.email)
    open_the_letter(bob)
    bob.portal.press("Join Acme")
    bob.portal.see_contract(analytics())

    alice.page.reload()
    keyboard = Keyboard(alice.page)
    keyboard.unfold("Change Bob Example")
    keyboard.press("Enter", "button", "Remove Bob Example")
    alice.portal.read("Bob Example does not belong to the organisation any more.")
    bob.page.reload()
    bob.portal.see("There is no such page")


def test_an_owner_looks_after_the_organisation_without_a_mouse(alice: Actor, bob: Actor):
    alice.portal.become_a_customer()
    bob.portal.become_a_customer()
    invite_by_keyboard(alice, "carol@gmail.com")
    keyboard = Keyboard(alice.page)
    keyboard.press("Enter", "button", "Withdraw carol@gmail.com")
    alice.portal.read("withdrawn")
    keyboard.write("Name of the organisation", "Acme Ltd")
    keyboard.press("Enter", "button", "Change the name")
    alice.portal.see("Acme Ltd")

    keyboard.write("Email of your colleague", bob.person.email)
    keyboard.select("Role", "Admin")
    keyboard.press("Enter", "button", "Send the invitation")
    alice.portal.read(f"The invitation is on its way to {bob.person.email}.")
    bob.marketplace.read_mail(bob.person.email, "Your invitation to Acme Ltd at Tidemark")
    bob.page.get_by_role("link", name=re.compile("invitations")).click()
    Keyboard(bob.page).press("Enter", "button", "Join Acme Ltd")
    bob.portal.read("Welcome! You belong to Acme Ltd now.")

    alice.page.reload()
    keyboard.select("The new owner", "Bob")
    keyboard.press("Enter", "button", "Hand over")
    alice.portal.read("You are an admin here.")
    keyboard.press("Enter", "button", "Leave the organisation")
    alice.portal.read("You have left Acme Ltd.")
    keyboard.write("Name of the organisation", "Alice alone")
    keyboard.press("Enter", "button", "Create the organisation")
    alice.portal.see("Alice alone")


def invite_by_keyboard(inviter: Actor, email: str) -> None:
    keyboard = Keyboard(inviter.page)
    keyboard.press("Enter", "link", "Organisation")
    inviter.portal.see("Acme")
    keyboard.write("Email of your colleague", email)
    keyboard.press("Enter", "button", "Send the invitation")
    inviter.portal.read(f"The invitation is on its way to {email}.")


def open_the_letter(reader: Actor) -> str:
    """Follow the link in the mailbox; gives it."""
    reader.marketplace.read_mail(reader.person.email, "Your invitation to Acme at Tidemark")
    link = reader.page.get_by_role("link", name=re.compile("invitations"))
    address = link.get_attribute("href") or ""
    link.click()
    reader.portal.see(INVITED)
    return address


def join_by_keyboard(newcomer: Actor) -> None:
    """Sign up from the invitation, sign in, and accept."""
    keyboard, person = Keyboard(newcomer.page), newcomer.person
    keyboard.press("Enter", "link", "Create an account")
    newcomer.portal.see("Create your account")
    newcomer.portal.read(f"You sign in with {person.email}")
    keyboard.write("Your name", person.name)
    keyboard.go_to("textbox", "Password")
    newcomer.page.keyboard.type(person.password)
    keyboard.press("Space", "checkbox", "I accept the")
    keyboard.press("Enter", "button", "Create account")
    newcomer.portal.sign_in()
    newcomer.portal.see(INVITED)
    keyboard.press("Enter", "button", "Join Acme")


def make_an_admin(owner: Actor, name: str) -> None:
    owner.portal.follow("Organisation")
    owner.portal.see("Acme")
    keyboard = Keyboard(owner.page)
    keyboard.unfold(f"Change {name}")
    keyboard.select(f"Role of {name}", "Admin")
    keyboard.press("Enter", "button", "Change the role")
    owner.portal.read("The role is now: Admin.")
