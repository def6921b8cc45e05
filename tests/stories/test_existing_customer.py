"""Use case 2: somebody who has an account already buys, and moves on from sign-up to sign-in."""

import pytest

from tests.stories.actors import Actor
from tests.stories.orders import Order, analytics, archive


@pytest.mark.parametrize("order", [pytest.param(analytics(), id="concurrent"), pytest.param(archive(), id="legacy")])
def test_a_customer_with_two_organisations_signs_in_and_links_to_one(alice: Actor, order: Order):
    _belongs_to_two_organisations(alice, "Acme Labs")

    alice.marketplace.see_the_sellers_products()
    alice.marketplace.view(order.product)
    alice.marketplace.purchase(order)
    alice.marketplace.set_up_account()

    alice.portal.see_choice(order)
    alice.portal.follow("Create an account")
    alice.portal.see("Create your account")
    alice.portal.follow("I already have an account")
    alice.portal.see_purchase(order)
    alice.portal.sign_in()
    alice.portal.choose_organisation("Acme Labs")
    alice.portal.confirm(order.product, "Acme Labs")

    alice.portal.follow("Contracts")
    alice.portal.see("Your contracts")
    alice.portal.follow(order.product)
    alice.portal.see_contract(order)
    alice.portal.read("Acme Labs")


def _belongs_to_two_organisations(customer: Actor, second: str) -> None:
    """Set up earlier: an account, and a purchase that was linked to an organisation founded for it."""
    customer.portal.become_a_customer()
    bought = customer.sandbox.buy("4tidemarkalerts0000000004", customer.account.account_id)
    customer.arrive_again_with(bought["agreement_id"])
    customer.portal.follow(f"Continue as {customer.person.name}")
    customer.portal.follow("Choose another organisation")
    customer.portal.found_organisation(second)
    customer.portal.confirm("Tidemark Alerts", second)
    customer.portal.sign_out()
