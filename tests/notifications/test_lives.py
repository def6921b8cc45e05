"""The life of a contract as messages tell it, whatever their order: landing before, between or after them."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from portal.accounts.models import Organisation
from portal.audit import AuditEntry
from portal.contracts import checks, watch
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange
from portal.database import db, transaction
from portal.notifications.models import Fate
from tests.cast import ALERTS, ANALYTICS, ARCHIVE, GLOBEX_AWS, RELAY
from tests.notifications import shapes
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def settle(bench: Bench, minutes: int = 10) -> None:
    """Let the worker hear and do all there is, over so many minutes of its time."""
    for minute in range(minutes):
        bench.hear()
        bench.work(later=MINUTE * minute)
        checks.work_on_checks(bench.marketplace, bench.products, bench.now() + MINUTE * minute)


def outcome(bench: Bench, contract: Contract) -> tuple[str, dict[str, str], str | None]:
    """What the page would show: state, entitlements, reason."""
    fresh = bench.fresh(contract)
    if fresh.merged_into_id:
        fresh = db.session.get_one(Contract, fresh.merged_into_id)
    return fresh.state, bench.entitlements(fresh), fresh.ended_because


def states_told(contract: Contract) -> list[tuple[str, str]]:
    """Every change of state in the history, oldest first."""
    statement = db.select(ContractChange).where(
        ContractChange.contract_id == contract.id, ContractChange.subject == "state"
    )
    return [
        (line.before["value"], line.after["value"])
        for line in db.session.scalars(statement.order_by(ContractChange.id))
        if line.before and line.after
    ]


def give_to(contract: Contract, name: str) -> int:
    """Link a contract to a new organisation."""
    with transaction():
        organisation = Organisation(name=name)
        db.session.add(organisation)
        db.session.flush()
        db.session.get_one(Contract, contract.id).organisation_id = organisation.id
    return organisation.id


# --- Landing before, between and after --------------------------------------------------------------------------


@pytest.mark.parametrize("product", [ANALYTICS, ARCHIVE, ALERTS, RELAY])
@pytest.mark.parametrize("landing", ["before", "between", "after"])
def test_a_purchase_ends_in_the_same_state_whenever_its_buyer_lands(
    bench: Bench, buy: Buy, product: str, landing: str
) -> None:
    bought = buy(product)
    contract = bench.land(bought["agreement_id"]) if landing == "before" else None
    bench.hear()
    bench.work()
    contract = contract or (bench.land(bought["agreement_id"]) if landing == "between" else None)
    bench.sandbox.cancel(bought["agreement_id"])
    settle(bench)
    contract = contract or bench.land(bought["agreement_id"])
    settle(bench)
    assert outcome(bench, contract)[:2] == (State.ENDED, {})


@pytest.mark.parametrize("new_license", [True, False])
@pytest.mark.parametrize("landing", ["before", "between", "after"])
def test_a_renewal_is_one_contract_whenever_its_buyer_lands(
    bench: Bench, buy: Buy, landing: str, new_license: bool
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"]) if landing == "before" else None
    settle(bench, 1)
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=new_license)
    contract = contract or (bench.land(renewed["agreement_id"]) if landing == "between" else None)
    settle(bench)
    contract = contract or bench.land(renewed["agreement_id"])
    settle(bench)
    assert outcome(bench, contract) == (State.ACTIVE, {"team": "1", "seats": "10"}, None)
    assert bench.land(bought["agreement_id"]).id == bench.land(renewed["agreement_id"]).id


@pytest.mark.parametrize("order", list(permutations(range(4)))[::4])
def test_any_order_of_the_messages_of_a_renewal_comes_to_the_same(
    bench: Bench, buy: Buy, order: tuple[int, ...]
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.renew(bought["agreement_id"], new_license=True)
    bodies = bench.take_bodies()
    for place in order:
        bench.receive(bodies[place])
        bench.work()
    settle(bench, 4)
    assert outcome(bench, contract) == (State.ACTIVE, {"team": "1", "seats": "10"}, None)
    assert states_told(contract) == [("waiting", "active")]


def test_a_renewal_is_never_shown_as_an_end(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.renew(bought["agreement_id"], new_license=True)
    created, updated, ended, deprovisioned = bench.take_bodies()
    bench.receive(ended, deprovisioned)
    settle(bench, 1)
    assert bench.fresh(contract).state == State.CHANGING
    bench.receive(created, updated)
    settle(bench)
    assert states_told(contract) == [("waiting", "active")]


def test_what_was_set_up_apart_from_what_it_renews_is_joined_and_keeps_the_organisation(bench: Bench, buy: Buy) -> None:
    bought = buy()
    earlier = bench.land(bought["agreement_id"])
    acme = give_to(earlier, "Acme")
    settle(bench, 1)
    later = bench.land(bench.sandbox.renew(bought["agreement_id"], new_license=True)["agreement_id"])
    settle(bench)
    joined = bench.fresh(earlier)
    assert (bench.fresh(later).merged_into_id, joined.organisation_id) == (earlier.id, acme)
    assert joined.state == State.ACTIVE


def test_two_organisations_with_one_part_each_keep_what_they_have(bench: Bench, buy: Buy) -> None:
    bought = buy()
    earlier = bench.land(bought["agreement_id"])
    settle(bench, 1)
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    later = bench.land(renewed["agreement_id"])
    give_to(earlier, "Acme")
    give_to(later, "Globex")
    settle(bench)
    assert (bench.fresh(later).continues_id, bench.fresh(later).state) == (earlier.id, State.ACTIVE)
    assert (bench.fresh(earlier).merged_into_id, bench.fresh(earlier).state) == (None, State.SUPERSEDED)


def test_a_renewal_whose_predecessor_lands_later_is_one_contract_with_it(bench: Bench, buy: Buy) -> None:
    bought = buy()
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    settle(bench)
    contract = bench.land(bought["agreement_id"])
    settle(bench)
    assert bench.land(renewed["agreement_id"]).id == contract.id
    assert outcome(bench, contract) == (State.ACTIVE, {"team": "1", "seats": "10"}, None)


# --- Waiting -----------------------------------------------------------------------------------------------------


def test_an_agreement_for_a_later_date_waits_and_begins_by_itself(bench: Bench, buy: Buy) -> None:
    bought = buy(starts_in_seconds=3600)
    contract = bench.land(bought["agreement_id"])
    settle(bench)
    fresh = bench.fresh(contract)
    assert (fresh.state, fresh.starts_at is not None and fresh.starts_at > bench.now()) == (State.WAITING, True)
    bench.sandbox.start(bought["agreement_id"])
    settle(bench)
    assert bench.fresh(contract).state == State.ACTIVE


def test_nobody_asks_about_an_agreement_before_its_date(bench: Bench, buy: Buy) -> None:
    contract = bench.land(buy(starts_in_seconds=3600)["agreement_id"])
    settle(bench)
    with transaction():
        watch.look_at_unsettled(bench.now() + MINUTE * 20)
    assert bench.fresh(contract).check_due_at is None


@pytest.mark.parametrize("product", [ALERTS, RELAY, ANALYTICS, ARCHIVE])
def test_a_payment_that_fails_lets_nobody_in(bench: Bench, buy: Buy, product: str) -> None:
    contract = bench.land(buy(product, payment="fails")["agreement_id"])
    settle(bench)
    assert outcome(bench, contract)[:2] == (State.WAITING, {})


def test_and_its_page_says_why(bench: Bench, buy: Buy) -> None:
    contract = bench.land(buy(RELAY, payment="fails")["agreement_id"])
    settle(bench)
    assert bench.fresh(contract).ended_because == "PAYMENT_FAILED"


def test_a_purchase_that_is_paid_after_all_begins(bench: Bench, buy: Buy) -> None:
    bought = buy(RELAY, payment="pending")
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    assert bench.fresh(contract).state == State.WAITING
    bench.sandbox.pay(bought["agreement_id"])
    settle(bench)
    assert (bench.fresh(contract).state, bench.fresh(contract).ended_because) == (State.ACTIVE, None)


# --- Changing ----------------------------------------------------------------------------------------------------


def test_a_change_that_aws_does_not_show_yet_is_looked_for_again(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.settings(entitlement_delay_seconds=2)
    bench.sandbox.change(bought["agreement_id"], dimensions={"seats": 44})
    bench.hear()
    bench.work()
    assert bench.entitlements(contract)["seats"] == "10"
    due_at = bench.fresh(contract).check_due_at
    assert due_at is not None
    bench.pause(2.1)
    checks.work_on_checks(bench.marketplace, bench.products, due_at)
    assert bench.entitlements(contract)["seats"] == "44"


def test_an_upgrade_keeps_its_end(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    before = bench.fresh(contract).ends_at
    bench.sandbox.change(bought["agreement_id"], plan="business", dimensions={"seats": 50})
    settle(bench)
    expiries = {row.expires_at for row in bench.fresh(contract).entitlements}
    assert (bench.fresh(contract).ends_at, len(expiries)) == (before, 1)


def test_while_aws_cannot_be_asked_a_contract_shows_that_it_changes(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.change(bought["agreement_id"], dimensions={"seats": 45})
    bench.sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    bench.hear()
    bench.work()
    assert bench.fresh(contract).state == State.CHANGING
    bench.sandbox.work_again()
    settle(bench)
    assert (bench.fresh(contract).state, bench.entitlements(contract)["seats"]) == (State.ACTIVE, "45")


def test_an_empty_answer_that_goes_on_is_believed_in_the_end(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.cancel(bought["agreement_id"])
    bench.take_bodies()  # the messages of the end are lost
    with transaction():
        checks.request_check(contract.id)
    states = []
    for asked in range(len(checks.DOUBTS) + 1):
        with transaction():
            bench.fresh(contract).check_due_at = bench.now()
        checks.work_on_checks(bench.marketplace, bench.products, bench.now() + MINUTE * asked)
        states.append(bench.fresh(contract).state)
    assert states == [State.CHANGING] * len(checks.DOUBTS) + [State.ENDED]


# --- Ending ------------------------------------------------------------------------------------------------------


def test_a_legacy_subscription_that_is_taken_up_again_leaves_its_ending_without_an_end(bench: Bench, buy: Buy) -> None:
    bench.sandbox.settings(final_window_seconds=3600)
    bought = buy(RELAY)
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.cancel(bought["agreement_id"])
    settle(bench, 1)
    assert bench.fresh(contract).state == State.ENDING
    again = bench.sandbox.resubscribe(bought["agreement_id"])
    settle(bench)
    told = states_told(contract)[-1]
    bench.sandbox.cancel(again["agreement_id"])  # it is not the one that was bought, and others buy after us
    assert told == ("ending", "active")


def test_the_last_hour_of_a_subscription_ends_by_the_clock(bench: Bench, buy: Buy) -> None:
    bench.sandbox.settings(final_window_seconds=7200)
    bought = buy(RELAY, GLOBEX_AWS)
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.cancel(bought["agreement_id"])
    settle(bench, 1)
    watch.close_last_hours(bench.products, bench.now() + HOUR)
    assert bench.fresh(contract).state == State.ENDING
    watch.close_last_hours(bench.products, bench.now() + HOUR + MINUTE * 10)
    assert bench.fresh(contract).state == State.ENDED


# --- For people --------------------------------------------------------------------------------------------------


def test_news_for_people_revokes_nothing_and_stands_beside_the_contract(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.advise(bought["agreement_id"])
    bench.sandbox.request_cancellation(bought["agreement_id"], "pending")
    bench.sandbox.request_cancellation(bought["agreement_id"], "rejected")
    bench.hear()
    bench.work()
    news = [row for row in bench.notifications() if row.fate == Fate.NEWS]
    assert [row.contract_id for row in news] == [contract.id] * 3
    assert bench.fresh(contract).state == State.ACTIVE
    assert db.session.scalar(db.select(db.func.count()).where(AuditEntry.action.in_(["advisory", "cancellation"]))) == 3


def test_a_reminder_asks_aws_nothing(bench: Bench, buy: Buy) -> None:
    bought = buy()
    bench.land(bought["agreement_id"])
    settle(bench)
    bench.sandbox.forget_calls()
    bench.sandbox.remind(bought["agreement_id"], 60)
    bench.hear()
    bench.work()
    assert bench.sandbox.calls()["GetEntitlements"]["calls"] == 0


def test_a_message_sent_twice_is_in_the_history_once(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.change(bought["agreement_id"], dimensions={"seats": 12})
    bodies = bench.take_bodies()
    bench.receive(*bodies, *bodies)
    bench.work()
    bench.receive(*bodies)
    bench.work()
    lines = db.session.scalars(
        db.select(ContractChange).where(
            ContractChange.contract_id == contract.id, ContractChange.subject == "dimension:seats"
        )
    ).all()
    assert len(lines) == 2


# --- Replacements ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_license", [True, False])
@pytest.mark.parametrize("landing", ["before", "between"])
def test_a_replacement_names_nothing_and_is_found_to_go_on_all_the_same(
    bench: Bench, buy: Buy, landing: str, new_license: bool
) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    replaced = bench.sandbox.replace(bought["agreement_id"], new_license=new_license, plan="business")
    if landing == "between":
        bench.land(replaced["agreement_id"])
    settle(bench)
    assert outcome(bench, contract) == (State.ACTIVE, {"business": "1", "seats": "10"}, None)
    assert bench.land(replaced["agreement_id"]).id == contract.id


def test_where_the_account_may_not_ask_what_is_replaced_is_changing_and_not_over(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    settle(bench, 1)
    bench.sandbox.fail("DescribeAgreement", "AccessDeniedException")
    bench.sandbox.replace(bought["agreement_id"], new_license=True)
    settle(bench)
    assert bench.fresh(contract).state == State.CHANGING


def test_what_waited_for_a_person_goes_on_once_its_two_contracts_are_one(bench: Bench, buy: Buy) -> None:
    bought = buy()
    earlier = bench.land(bought["agreement_id"])
    settle(bench, 1)
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    later = bench.land(renewed["agreement_id"])
    created, *others = bench.take_bodies()
    mixed = shapes.licence_detail(
        agreement={"id": renewed["agreement_id"]}, license={"arn": bought["license_arn"]}, product={"code": ANALYTICS}
    )
    bench.receive(shapes.event(detail=mixed))
    bench.work()
    assert bench.notifications()[-1].fate == Fate.PARKED
    bench.receive(created, *others)
    settle(bench)
    assert bench.fresh(later).merged_into_id == earlier.id
    assert {row.fate for row in bench.notifications()} == {Fate.APPLIED}
