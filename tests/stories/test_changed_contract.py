"""Use case 3: the contract is changed on the product contract page, and the portal follows."""

from dataclasses import dataclass

import pytest

from tests.stories.actors import Actor
from tests.stories.orders import Order, analytics, archive


@dataclass(frozen=True)
class Change:
    """What is bought first, what it becomes, and how the history tells of it."""

    before: Order
    after: Order
    told: tuple[tuple[str, str, str], ...]


CHANGES = [
    pytest.param(
        Change(analytics(seats=25), analytics(seats=40), (("Seats", "25 users", "40 users"),)),
        id="concurrent",
    ),
    pytest.param(
        Change(
            archive(storage=7, users=12),
            archive(storage=9, users=30),
            (("Storage", "7 TB", "9 TB"), ("Users", "12 users", "30 users")),
        ),
        id="legacy",
    ),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_open_contract_page_follows_by_itself(alice: Actor, change: Change):
    agreement_id = alice.have_a_contract(change.before)
    alice.portal.leave_a_mark()

    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.change_to(change.after)

    alice.portal.see_includes(change.after)
    for what, before, after in change.told:
        alice.portal.see_change(what, before, after)
    alice.portal.see_the_mark()


@pytest.mark.parametrize("change", CHANGES)
def test_somebody_who_signs_in_later_sees_the_change(alice: Actor, change: Change):
    agreement_id = alice.have_a_contract(change.before)
    alice.portal.sign_out()

    alice.marketplace.come_back_to(agreement_id)
    alice.marketplace.change_to(change.after)

    alice.portal.open("/signin")
    alice.portal.sign_in()
    alice.portal.see_includes(change.after)


def test_another_plan_takes_the_place_of_the_old_one(alice: Actor):
    agreement_id = alice.have_a_contract(analytics("Team plan", seats=10))
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.change_to(analytics("Business plan", seats=10))
    alice.portal.see_includes(analytics("Business plan", seats=10))


@pytest.mark.parametrize("order", [pytest.param(analytics(), id="concurrent"), pytest.param(archive(), id="legacy")])
def test_a_cancelled_contract_shows_that_it_has_ended(alice: Actor, order: Order):
    agreement_id = alice.have_a_contract(order)
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.cancel()
    alice.portal.see_status("Ended")


@pytest.mark.parametrize("order", [pytest.param(analytics(), id="concurrent"), pytest.param(archive(), id="legacy")])
def test_a_contract_that_ran_out_shows_that_it_has_ended(alice: Actor, order: Order):
    agreement_id = alice.have_a_contract(order)
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.let_it_expire()
    alice.portal.see_status("Ended")


def test_a_renewed_contract_stays_active_and_ends_later(alice: Actor):
    agreement_id = alice.have_a_contract(analytics())
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.renew()
    alice.portal.see_a_later_end()
    alice.portal.see_contract(analytics())
