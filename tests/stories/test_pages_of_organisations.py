"""The pages of organisations and invitations, looked at closely."""

from tests.stories.actors import Actor
from tests.stories.inspection import Inspector
from tests.stories.test_invitation import invite_by_keyboard, open_the_letter


def test_the_pages_of_an_organisation(alice: Actor, bob: Actor, mallory: Actor, inspector: Inspector):
    alice.portal.become_a_customer()
    mallory.portal.become_a_customer()
    invite_by_keyboard(alice, bob.person.email)
    inspector.look(alice.page, "organisation-owner")
    alice.portal.press("Send the invitation")
    alice.portal.read("Please enter an email address.")
    inspector.look(alice.page, "organisation-mistyped")
    alice.portal.open("/organisations?all=1")
    inspector.look(alice.page, "organisations")
    alice.portal.press("Create the organisation")
    alice.portal.read("Please enter a name.")
    inspector.look(alice.page, "organisations-mistyped")

    link = open_the_letter(bob)
    inspector.look(bob.page, "invitation-stranger")
    bob.portal.follow("Create an account")
    bob.portal.see("Create your account")
    inspector.look(bob.page, "sign-up-invited")
    bob.portal.press("Create account")
    bob.portal.read("Please enter your name.")
    bob.page.get_by_label("Your name").fill(bob.person.name)
    bob.page.get_by_label("Password", exact=True).fill(bob.person.password)
    bob.page.get_by_label("I accept the").check()
    bob.portal.press("Create account")
    bob.portal.sign_in()
    bob.portal.see("You are invited to Acme")
    inspector.look(bob.page, "invitation-right-person")

    mallory.page.goto(link)
    inspector.look(mallory.page, "invitation-somebody-else")
    bob.portal.press("Join Acme")
    bob.portal.follow("Organisation")
    bob.portal.see("Acme")
    inspector.look(bob.page, "organisation-member")
    mallory.page.goto(link)
    inspector.look(mallory.page, "invitation-gone")

    alice.portal.open("/organisations")
    alice.page.get_by_text("Change Bob Example").click()
    inspector.look(alice.page, "organisation-change")
