"""Saying which contract is meant: the name goes there, what waits goes on, and it can be undone."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.audit import AuditEntry
from portal.contracts import book
from portal.contracts.models import Cause, Contract, ContractName, NameKind
from portal.database import db, transaction, utcnow
from portal.marketplace.values import Purchase
from portal.notifications.models import Fate, Notification
from portal.registration.arrival import PurchaseUnclear
from portal.registration.models import UnclearPurchase
from portal.registration.moving import Deed
from portal.staff.attention import deciding
from portal.staff.attention.deciding import CannotDecide, Decision
from tests.cast import ACME_AWS, ANALYTICS
from tests.notifications import shapes
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]


def opened(product_code: str = ANALYTICS, **names: str) -> Contract:
    with transaction():
        purchase = Purchase(product_code, aws_account_id=ACME_AWS, **names)
        return book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)


@pytest.fixture
def one(bench: Bench) -> Contract:
    """A contract that bears the licence of the message."""
    return opened(license_arn=shapes.LICENCE)


@pytest.fixture
def two(bench: Bench) -> Contract:
    """Another, which bears its agreement."""
    return opened(agreement_id=shapes.AGREEMENT)


@pytest.fixture
def message(bench: Bench, one: Contract, two: Contract) -> Notification:
    """A message that may be about either of them."""
    bench.receive(shapes.event(detail=shapes.licence_detail(product={"code": ANALYTICS})))
    bench.work()
    (row,) = bench.notifications()
    assert (row.fate, row.problem) == (Fate.PARKED, "It may be about any of 2 contracts; a person must decide.")
    return row


def decide(message: Notification, contract: Contract) -> Decision:
    with transaction():
        return deciding.decide_message(message.id, contract.id, Deed("person:1", "asked the buyer", utcnow()))


def take_back(decision: Decision) -> None:
    with transaction():
        deciding.undo(decision.id, Deed("person:2", "the buyer was wrong", utcnow()))


def bearers() -> dict[str, Any]:
    db.session.rollback()
    rows = db.session.execute(select(ContractName.kind, ContractName.contract_id))
    return {row.kind: row.contract_id for row in rows}


def test_the_page_learns_which_contracts_it_may_be(message: Notification, one: Contract, two: Contract) -> None:
    assert deciding.question_of_message(message).candidates == [one.id, two.id]


@pytest.mark.parametrize("which", [0, 1])
def test_the_chosen_contract_bears_all_its_names_then(
    message: Notification, one: Contract, two: Contract, which: int
) -> None:
    chosen = [one, two][which]
    decide(message, chosen)
    assert set(bearers().values()) == {chosen.id}


def test_the_message_goes_on_to_work(bench: Bench, message: Notification, one: Contract) -> None:
    decide(message, one)
    bench.work()
    assert [(row.fate, row.contract_id) for row in bench.notifications()] == [(Fate.APPLIED, one.id)]


def test_so_does_the_next_one_by_itself(bench: Bench, message: Notification, one: Contract) -> None:
    decide(message, one)
    detail = shapes.licence_detail(product={"code": ANALYTICS}, requestId="another")
    bench.receive(shapes.event(detail=detail))
    bench.work()
    assert bench.fates() == [Fate.APPLIED, Fate.APPLIED]


def test_aws_is_asked_again_about_both(bench: Bench, message: Notification, one: Contract, two: Contract) -> None:
    decide(message, one)
    assert [bench.fresh(contract).check_due_at is not None for contract in (one, two)] == [True, True]


def test_it_is_audited_with_its_reason(message: Notification, one: Contract) -> None:
    decide(message, one)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "decided")).one()
    assert (entry.actor, entry.thing, entry.why) == ("person:1", f"notification:{message.id}", "asked the buyer")


def test_one_that_bears_none_of_its_names_cannot_be_chosen(message: Notification) -> None:
    with pytest.raises(CannotDecide):
        decide(message, opened(agreement_id="agmt-of-another"))


def test_what_is_decided_is_not_decided_again(message: Notification, one: Contract, two: Contract) -> None:
    decide(message, one)
    with pytest.raises(CannotDecide):
        decide(message, two)


def test_of_two_who_decide_at_once_one_does(
    message: Notification, one: Contract, two: Contract, at_once: Callable[..., list[Any]]
) -> None:
    number, chosen = message.id, [one.id, two.id]
    db.session.rollback()

    def say(contract_id: Any) -> Callable[[], Decision]:
        def do() -> Decision:
            with transaction():
                return deciding.decide_message(number, contract_id, Deed("person:1", "x", utcnow()))

        return do

    outcomes = at_once(*map(say, chosen))
    assert sorted(type(each).__name__ for each in outcomes) == ["CannotDecide", "Decision"]


def test_a_contract_for_another_product_keeps_its_name(bench: Bench, one: Contract, two: Contract) -> None:
    with transaction():
        other = Contract(product_code="another-product")
        db.session.add(other)
        db.session.flush()
        name = db.session.scalars(select(ContractName).where(ContractName.kind == NameKind.AGREEMENT)).one()
        name.contract_id = other.id
    bench.receive(shapes.event(detail=shapes.licence_detail(product={"code": ANALYTICS})))
    bench.work()
    assert (bench.fates(), bearers()["agreement"]) == ([Fate.APPLIED], other.id)


def test_a_decision_can_be_undone(message: Notification, one: Contract, two: Contract) -> None:
    before = bearers()
    take_back(decide(message, one))
    assert bearers() == before


def test_once(message: Notification, one: Contract) -> None:
    decision = decide(message, one)
    take_back(decision)
    with pytest.raises(CannotDecide):
        take_back(decision)


def test_a_name_that_went_on_to_another_contract_stays_there(
    message: Notification, one: Contract, two: Contract
) -> None:
    decision = decide(message, one)
    third = opened(agreement_id="agmt-third")
    with transaction():
        name = db.session.scalars(select(ContractName).where(ContractName.key == shapes.AGREEMENT)).one()
        name.contract_id = third.id
    take_back(decision)
    assert db.session.scalar(select(ContractName.contract_id).where(ContractName.key == shapes.AGREEMENT)) == third.id


def test_a_message_that_is_not_there_is_not_decided(bench: Bench) -> None:
    with pytest.raises(CannotDecide), transaction():
        deciding.decide_message(999, uuid4(), Deed("person:1", "x", utcnow()))


@pytest.fixture
def turned_away(bench: Bench, buy: Buy) -> dict[str, Any]:
    """A purchase whose licence one contract bears and whose agreement another; its buyer was turned away."""
    bought = buy()
    purchase = bench.marketplace.resolve_customer(bench.sandbox.token(bought["agreement_id"])["token"])
    assert purchase.license_arn
    assert purchase.agreement_id
    opened(license_arn=purchase.license_arn)
    opened(agreement_id=purchase.agreement_id)
    with pytest.raises(PurchaseUnclear):
        arrive(bench, bought)
    return bought


def arrive(bench: Bench, bought: dict[str, Any]) -> Any:
    token = bench.sandbox.token(bought["agreement_id"])["token"]
    return bench.app.extensions["desk"].arrive(token, None, utcnow())


def unclear() -> UnclearPurchase:
    db.session.rollback()
    return db.session.scalars(select(UnclearPurchase).execution_options(populate_existing=True)).one()


def test_a_purchase_whose_buyer_was_turned_away_is_kept(turned_away: dict[str, Any]) -> None:
    kept = unclear()
    assert (kept.arrivals, kept.settled_at, len(deciding.question_of_purchase(kept).candidates)) == (1, None, 2)


def test_once_however_often_its_buyer_tries(bench: Bench, turned_away: dict[str, Any]) -> None:
    with pytest.raises(PurchaseUnclear):
        arrive(bench, turned_away)
    assert unclear().arrivals == 2


def test_once_it_is_decided_the_buyer_arrives(bench: Bench, turned_away: dict[str, Any]) -> None:
    kept = unclear()
    chosen = deciding.question_of_purchase(kept).candidates[0]
    with transaction():
        deciding.decide_purchase(kept.id, chosen, Deed("person:1", "the older one", utcnow()))
    assert unclear().contract_id == chosen
    assert arrive(bench, turned_away)


def test_an_undone_decision_is_open_again(turned_away: dict[str, Any]) -> None:
    kept = unclear()
    chosen = deciding.question_of_purchase(kept).candidates[0]
    with transaction():
        decision = deciding.decide_purchase(kept.id, chosen, Deed("person:1", "the older one", utcnow()))
    take_back(decision)
    assert unclear().settled_at is None


def test_one_that_became_clear_by_itself_is_settled_when_its_buyer_comes(
    bench: Bench, turned_away: dict[str, Any]
) -> None:
    with transaction():
        names = db.session.scalars(select(ContractName)).all()
        for name in names:
            name.contract_id = names[0].contract_id
    arrive(bench, turned_away)
    assert (unclear().settled_at is not None, unclear().contract_id) == (True, names[0].contract_id)
