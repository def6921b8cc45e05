"""The three use cases on a phone, and in a browser without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.orders import Order, analytics, archive
from tests.stories.patience import eventually

on_a_phone = pytest.mark.browser_context_args(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
without_javascript = pytest.mark.browser_context_args(java_script_enabled=False)


@on_a_phone
def test_on_a_phone_a_new_buyer_signs_up_and_the_open_page_follows(alice: Actor):
    """That no page is wider than the screen is watched over in every story."""
    agreement_id = alice.have_a_contract(analytics())
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.change_to(analytics(seats=26))
    alice.portal.see_includes(analytics(seats=26))
    assert alice.page.evaluate("window.innerWidth") == 390


@without_javascript
def test_without_javascript_a_new_buyer_signs_up_and_sees_what_was_bought(alice: Actor):
    alice.have_a_contract(analytics())
    expect(alice.portal.tiles).to_have_count(2)


@without_javascript
def test_without_javascript_a_customer_moves_on_from_sign_up_to_sign_in(alice: Actor):
    alice.portal.become_a_customer()
    alice.portal.sign_out()
    alice.arrive_with(archive())
    alice.portal.follow("Create an account")
    alice.portal.follow("I already have an account")
    alice.portal.sign_in()
    alice.portal.confirm("Tidemark Archive", "Acme")
    alice.portal.see_contract(archive())


@without_javascript
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(analytics(seats=25), analytics(seats=40), id="concurrent"),
        pytest.param(archive(users=12), archive(users=30), id="legacy"),
    ],
)
def test_without_javascript_a_change_is_there_after_reloading(alice: Actor, before: Order, after: Order):
    agreement_id = alice.have_a_contract(before)
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.change_to(after)

    def shown() -> bool:
        alice.page.reload()
        return alice.portal.tiles.get_by_text(list(after.shows().values())[-1]).count() == 1

    eventually(shown, alice.page, "the change on the contract page")
    alice.portal.see_includes(after)
