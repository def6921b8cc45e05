"""Arrivals that do not work at once, or at all: each has a page of its own, with the way out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.orders import VAULT, Order, analytics, archive
from tests.stories.portal import CHOICE

BUSY = "One moment: AWS is busy"


def test_an_expired_token_says_that_the_purchase_is_safe_and_how_to_come_back(alice: Actor):
    alice.sandbox.settings(token_lifetime_seconds=0)
    agreement_id = alice.marketplace.buy(analytics())
    assert alice.marketplace.set_up_account() == 410
    alice.portal.see("Your purchase is safe, but the way here has expired")
    alice.portal.read("You do not need to buy again.")
    alice.portal.read("Set up your account")
    expect(alice.page.get_by_role("main").get_by_role("link", name="Manage subscriptions")).to_be_visible()
    expect(alice.page.get_by_role("main").get_by_role("link", name="help@tidemark.example")).to_be_visible()

    alice.sandbox.settings(token_lifetime_seconds=14400)
    alice.arrive_again_with(agreement_id)
    alice.portal.see_choice(analytics())


def test_while_aws_throttles_the_place_is_kept_and_then_goes_on_by_itself(alice: Actor, somebody: Callable[..., Actor]):
    """With JavaScript and without: there the page loads itself again."""
    plain = somebody("Bob", "Bob's bureau", java_script_enabled=False)
    alice.sandbox.fail("ResolveCustomer", "ThrottlingException")
    for person in (alice, plain):
        person.arrive_with(analytics())
        person.portal.see(BUSY)
        person.portal.read("Your purchase is safe.")
    alice.sandbox.work_again()
    for person in (alice, plain):
        person.portal.see(CHOICE, within=60)
        person.portal.see_choice(analytics())


def test_while_aws_is_down_one_may_ask_again_oneself(alice: Actor):
    alice.sandbox.fail("*", "InternalServiceErrorException")
    alice.arrive_with(archive())
    alice.portal.see(BUSY)
    alice.portal.press("Try now")
    alice.portal.read("AWS is still busy. Your place is kept")
    alice.sandbox.work_again()
    alice.portal.press_if_there("Try now")  # unless the page was quicker
    alice.portal.see_choice(archive())


def test_a_product_that_is_not_ours_says_so(alice: Actor):
    alice.marketplace.buy(VAULT)
    assert alice.marketplace.set_up_account() == 422
    alice.portal.see("This purchase belongs somewhere else")
    alice.portal.read("Your purchase is safe with AWS.")


def test_a_token_that_aws_cannot_read_says_so(alice: Actor):
    alice.marketplace.buy(analytics())
    alice.marketplace.spoil_the_token("not a token")
    assert alice.marketplace.set_up_account() == 400
    alice.portal.see("AWS did not recognise this link to your purchase")


def test_arriving_without_a_token_says_so(alice: Actor):
    alice.marketplace.buy(analytics())
    alice.marketplace.spoil_the_token("")
    assert alice.marketplace.set_up_account() == 400
    alice.portal.see("We did not receive your purchase")


def test_the_landing_page_welcomes_somebody_without_a_purchase(alice: Actor):
    alice.portal.open("/marketplace/landing")
    alice.portal.see("Welcome")


@pytest.mark.parametrize("order", [pytest.param(analytics(), id="concurrent"), pytest.param(archive(), id="legacy")])
def test_entitlements_that_come_late_follow_by_themselves(alice: Actor, order: Order):
    alice.sandbox.settings(entitlement_delay_seconds=8)
    alice.arrive_with(order)
    alice.portal.see(CHOICE)
    alice.portal.read("AWS has not shown us yet what your purchase includes.")
    alice.portal.follow("Create an account")
    alice.portal.sign_up()
    alice.portal.sign_in()
    alice.portal.confirm(order.product, "Acme")
    alice.portal.see_contract(order, within=60)
