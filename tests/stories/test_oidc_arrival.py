"""Buyers whose company has an identity provider: they come with a purchase, sign in there, and the purchase is here."""

from collections.abc import Callable

import httpx
import pytest

from tests.stories.actors import Actor
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics


@pytest.fixture
def known_there(issuer: str) -> Callable[[Actor], str]:
    """The identity provider knows this person; what they are called there."""

    def tell(actor: Actor) -> str:
        claims = {"email": actor.person.email, "email_verified": True, "name": actor.person.name}
        answer = httpx.put(f"{issuer}/users/{actor.person.email}", json=claims)
        assert answer.status_code == 204
        return actor.person.email

    return tell


def sign_in_there(actor: Actor, name: str) -> None:
    """On the provider's own page."""
    actor.page.get_by_placeholder("sub").fill(name)
    actor.page.get_by_role("button", name="Authorize").click()


def test_a_new_buyer_signs_in_with_their_company_s_account(alice: Actor, known_there: Callable[[Actor], str]):
    name, order = known_there(alice), analytics()
    alice.arrive_with(order)
    alice.portal.see_choice(order)
    alice.portal.follow("I already have an account")
    alice.portal.follow("Sign in with Customer Login")
    sign_in_there(alice, name)
    alice.portal.see("One more step")
    alice.portal.see_purchase(order)
    keyboard = Keyboard(alice.page)
    keyboard.write("Organisation", alice.person.organisation)
    keyboard.press("Space", "checkbox", "I accept the")
    keyboard.press("Enter", "button", "Create account")
    alice.portal.confirm(order.product, alice.person.organisation)
    alice.portal.see_contract(order)


def test_an_existing_customer_joins_the_two_and_links(alice: Actor, known_there: Callable[[Actor], str]):
    name, order = known_there(alice), analytics()
    alice.portal.become_a_customer()
    alice.portal.sign_out()

    alice.arrive_with(order)
    alice.portal.follow("I already have an account")
    alice.portal.follow("Sign in with Customer Login")
    sign_in_there(alice, name)
    alice.portal.see("You have an account already")
    alice.portal.follow("Sign in to join the two")
    alice.portal.sign_in()
    alice.portal.see("Sign in with Customer Login from now on?")
    Keyboard(alice.page).press("Enter", "button", "Join the two")
    alice.portal.confirm(order.product, alice.person.organisation)

    alice.portal.sign_out()
    alice.portal.follow("Sign in with Customer Login")
    sign_in_there(alice, name)
    alice.portal.see_contract(order)


def test_whoever_changes_their_mind_there_still_has_their_purchase(alice: Actor):
    order = analytics()
    alice.arrive_with(order)
    alice.portal.follow("I already have an account")
    alice.portal.follow("Sign in with Customer Login")
    alice.page.get_by_role("button", name="Deny").click()
    alice.portal.see("Sign in")
    alice.portal.read("You did not sign in with Customer Login")
    alice.portal.see_purchase(order)
