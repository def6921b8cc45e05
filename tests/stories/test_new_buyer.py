"""Use case 1: a new account, created by sign-up after a purchase."""

import pytest

from tests.stories.actors import Actor
from tests.stories.keyboard import Keyboard
from tests.stories.orders import Order, analytics, archive


@pytest.mark.parametrize("order", [pytest.param(analytics(), id="concurrent"), pytest.param(archive(), id="legacy")])
def test_a_new_buyer_signs_up_and_sees_exactly_what_was_bought(alice: Actor, order: Order):
    alice.marketplace.see_the_sellers_products()
    alice.marketplace.view(order.product)
    alice.marketplace.purchase(order)
    alice.marketplace.set_up_account()

    alice.portal.see_choice(order)
    alice.portal.follow("Create an account")
    alice.portal.see_purchase(order)
    alice.portal.sign_up()

    alice.portal.see_purchase(order)
    alice.portal.sign_in()
    alice.portal.confirm(order.product, "Acme")

    alice.portal.follow("Contracts")
    alice.portal.see_contract(order)
    alice.portal.read(f"ending in {alice.account.account_id[-4:]}")
    alice.portal.read(f"by {alice.person.name}")


def test_the_welcome_mail_reaches_the_mailbox(alice: Actor):
    alice.portal.open("/signup")
    alice.portal.sign_up()
    alice.marketplace.read_mail(alice.person.email, "Your Tidemark account is ready")


def test_the_button_in_the_welcome_mail_leads_to_the_portal_and_confirms_the_address(alice: Actor):
    alice.portal.open("/signup")
    alice.portal.sign_up()
    alice.marketplace.read_mail(alice.person.email, "Your Tidemark account is ready")
    with alice.page.context.expect_page() as opened:
        alice.page.frame_locator("iframe").get_by_role("link", name="Confirm your address", exact=True).click()
    alice.page = opened.value
    alice.portal.sign_in()
    alice.portal.see("Is this your address?")
    Keyboard(alice.page).press("Enter", "button", "Yes, this is my address")
    alice.portal.read("your address is confirmed")
