"""What the proofs found, each as small as it gets. They stay when they are mended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.contracts import checks, watch
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange
from portal.database import db, transaction
from tests.cast import ALERTS, ANALYTICS, ARCHIVE
from tests.notifications import shapes
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]


@pytest.fixture
def say(bench: Bench) -> Callable[..., None]:
    """Takes in an agreement event about a purchase, told at a minute of a day, and works on it."""

    def tell(bought: dict[str, Any], name: str, minute: int, **agreement: Any) -> None:
        detail = shapes.agreement_detail(**({"id": bought["agreement_id"]} | agreement))
        event = shapes.event(f"Purchase Agreement {name} - Proposer", detail, time=f"2026-11-21T10:{minute:02}:00Z")
        bench.receive(event)
        quiet(bench)

    return tell


def quiet(bench: Bench) -> None:
    """Work until nothing is due, doubts included."""
    for minutes in range(0, 60, 5):
        bench.work(later=timedelta(minutes=minutes))


def hear(bench: Bench) -> None:
    bench.hear()
    quiet(bench)


def history(contract: Contract, subject: str) -> list[tuple[Any, Any]]:
    statement = db.select(ContractChange).where(
        ContractChange.contract_id == contract.id, ContractChange.subject == subject
    )
    return [
        ((line.before or {}).get("value"), (line.after or {}).get("value"))
        for line in db.session.scalars(statement.order_by(ContractChange.id))
    ]


@pytest.mark.parametrize("new_license", [False, True])
def test_the_end_of_a_renewed_agreement_is_the_end_of_its_contract(bench: Bench, buy: Buy, new_license: bool) -> None:
    """It stayed *changing*: that the first agreement was handed over outweighed that the second one ended."""
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    hear(bench)
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=new_license)
    hear(bench)
    assert bench.fresh(contract).state == State.ACTIVE
    # EventBridge tells whole seconds, and of one second the hand-over stands.
    detail = shapes.agreement_detail(id=renewed["agreement_id"], status="CANCELLED")
    bench.sandbox.cancel(renewed["agreement_id"])
    bench.receive(shapes.event("Purchase Agreement Ended - Proposer", detail, time="2099-01-01T00:00:00Z"))
    hear(bench)
    assert bench.fresh(contract).state == State.ENDED


def test_a_renewal_whose_messages_come_together_takes_nothing_away_in_between(bench: Bench, buy: Buy) -> None:
    """The licence event of the new agreement was parked before the event beside it had told whose that is: AWS was
    asked for the old licence, and the history told that everything was gone and had come again."""
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    hear(bench)
    bench.sandbox.renew(bought["agreement_id"], new_license=True)
    hear(bench)
    assert bench.entitlements(contract)["seats"] == "10"
    assert ("10", None) not in history(contract, "dimension:seats")


def test_what_an_agreement_event_told_stands_although_a_later_one_without_it_was_heard_first(
    bench: Bench, buy: Buy, say: Callable[..., None]
) -> None:
    """*Created* tells no auto-renewal, but an *Amended* that is older than it was not listened to any more."""
    contracts = []
    for amended_first in (True, False):
        bought = buy()
        contracts.append(bench.land(bought["agreement_id"]))
        renewal = {"id": f"{bought['agreement_id']}-next", "previousAgreementId": bought["agreement_id"]}
        if amended_first:
            say(bought, "Amended", 1, intent="AMEND", autoRenewalEnabled=False)
        say(bought, "Created", 2, intent="RENEW", endTime="2028-01-01T00:00:00Z", **renewal)
        if not amended_first:
            say(bought, "Amended", 1, intent="AMEND", autoRenewalEnabled=False)
    assert {bench.fresh(contract).auto_renew for contract in contracts} == {False}


def test_pay_as_you_go_that_is_handed_over_is_the_same_in_any_order(bench: Bench, buy: Buy) -> None:
    """It stayed *ending* for ever when the licence event came first, and *active* when the agreement event did."""
    contracts = []
    for backwards in (False, True):
        bought = buy(ALERTS)
        contracts.append(bench.land(bought["agreement_id"]))
        hear(bench)
        licence = {"arn": bought["license_arn"].replace("arn:aws:", "aws:").replace(":license:", ":")}
        about = {"agreement": {"id": bought["agreement_id"]}, "license": licence, "product": {"code": ALERTS}}
        told = [
            shapes.event(
                "Purchase Agreement Ended - Proposer",
                shapes.agreement_detail(id=bought["agreement_id"], status="REPLACED"),
                time="2099-01-01T00:00:00Z",
            ),
            shapes.event(
                "License Deprovisioned - Manufacturer", shapes.licence_detail(**about), time="2099-01-01T00:00:00Z"
            ),
        ]
        for body in reversed(told) if backwards else told:
            bench.receive(body)
            quiet(bench)
    assert len({bench.fresh(contract).state for contract in contracts}) == 1


@pytest.fixture
def joined(bench: Bench, buy: Buy) -> Contract:
    """A contract whose buyer landed with its renewal, too, before anybody had told that it is one."""
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    hear(bench)
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    other = bench.land(renewed["agreement_id"])
    detail = shapes.agreement_detail(id=renewed["agreement_id"], intent="AMEND", autoRenewalEnabled=True)
    bench.receive(shapes.event("Purchase Agreement Amended - Proposer", detail, time="2099-01-01T00:00:00Z"))
    with transaction():  # the page reads at once when somebody lands
        db.session.get_one(Contract, other.id).check_due_at = bench.now()
    checks.work_on_checks(bench.marketplace, bench.products, bench.now())
    quiet(bench)
    assert bench.entitlements(other)["seats"] == "10"
    hear(bench)
    assert bench.fresh(other).merged_into_id == contract.id
    return contract


def test_the_history_of_contracts_that_were_joined_is_one_history(joined: Contract) -> None:
    """Both told of their beginning: ten seats came twice, and the contract was opened while it was active."""
    assert history(joined, "opened") == [(None, "waiting")]
    for subject in ("dimension:seats", "state"):
        lines = history(joined, subject)
        assert [before for before, _after in lines[1:]] == [after for _before, after in lines[:-1]]


def test_the_terms_of_contracts_that_were_joined_are_the_later_ones(bench: Bench, joined: Contract) -> None:
    """What had been told of the renewal before it was known to be one was lost with its contract."""
    assert bench.fresh(joined).auto_renew is True


def test_a_legacy_contract_that_goes_on_is_not_ending_for_ever(bench: Bench, buy: Buy) -> None:
    """With `subscribe-success` lost, an announced end that never came was believed as long as AWS granted anything."""
    bought = buy(ARCHIVE)
    contract = bench.land(bought["agreement_id"])
    hear(bench)
    customer = {"customer-identifier": bought["customer_identifier"]}
    bench.receive(
        shapes.wrapped(shapes.action("unsubscribe-pending", **customer), "m-1", Timestamp=bench.now().isoformat())
    )
    quiet(bench)
    assert bench.fresh(contract).state == State.ENDING
    later = bench.now() + timedelta(hours=2)
    with transaction():
        watch.look_at_unsettled(later)
    watch.close_last_hours(bench.products, later)
    checks.work_on_checks(bench.marketplace, bench.products, later)
    assert bench.fresh(contract).state == State.ACTIVE


@pytest.mark.parametrize("product", [ANALYTICS, ARCHIVE])
def test_the_end_of_a_renewal_that_waits_for_its_day_takes_nothing_from_what_runs(
    bench: Bench, buy: Buy, product: str
) -> None:
    """The sandbox withdrew the licence that both agreements share, though the first one was still active."""
    bought = buy(product)
    contract = bench.land(bought["agreement_id"])
    hear(bench)
    renewal = bench.sandbox.renew(bought["agreement_id"], early=True)
    bench.sandbox.cancel(renewal["agreement_id"])
    hear(bench)
    with transaction():
        checks.look_again([contract.id], bench.now())
    for minutes in range(0, 60, 5):
        checks.work_on_checks(bench.marketplace, bench.products, bench.now() + timedelta(minutes=minutes))
    assert bench.sandbox.purchase(bought["agreement_id"])["status"] == "ACTIVE"
    assert bench.fresh(contract).state == State.ACTIVE


def test_renewals_of_renewals_whose_messages_come_together_backwards_are_one_contract(bench: Bench, buy: Buy) -> None:
    """The buyer landed with the first and with the last of three agreements; of that in the middle nobody knew yet.
    Two contracts stood for ever, each with a part of the names."""
    first = buy()
    bench.land(first["agreement_id"])
    hear(bench)
    second = bench.sandbox.renew(first["agreement_id"])
    third = bench.sandbox.renew(second["agreement_id"], new_license=True, early=True)
    bench.land(third["agreement_id"])
    bench.take_bodies()
    for number, (new, old) in enumerate([(third, second), (second, first)]):
        terms = {"id": new["agreement_id"], "intent": "RENEW", "previousAgreementId": old["agreement_id"]}
        detail = shapes.agreement_detail(**terms)
        bench.receive(shapes.event("Purchase Agreement Created - Proposer", detail, id=f"created-{number}"))
    quiet(bench)
    assert len(db.session.scalars(db.select(Contract).where(Contract.merged_into_id.is_(None))).all()) == 1
