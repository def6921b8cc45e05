import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.audit import AuditEntry
from portal.contracts.lifecycle import State
from portal.contracts.models import ContractChange, ContractName
from portal.database import db, transaction
from portal.marketplace.values import Purchase
from portal.notifications import apply, inbox
from portal.notifications.models import Fate
from tests.cast import ALERTS, ANALYTICS, ARCHIVE
from tests.notifications import shapes
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]
MINUTE = timedelta(minutes=1)


def say(bought: dict[str, Any], name: str = "License Updated - Manufacturer", time: str = "10:00:00") -> str:
    """An event about a purchase of the sandbox, at a time of its day."""
    detail = shapes.licence_detail(
        agreement={"id": bought["agreement_id"]},
        license={"arn": bought["license_arn"].replace("arn:aws:", "aws:").replace(":license:", ":")},
        product={"code": bought["product"]},
    )
    return shapes.event(name, detail, time=f"{bought['accepted_at'][:10]}T{time}Z")


def tell(bought: dict[str, Any], name: str, time: str = "10:00:00", **agreement: Any) -> str:
    """An agreement event about a purchase of the sandbox."""
    detail = shapes.agreement_detail(**({"id": bought["agreement_id"]} | agreement))
    return shapes.event(name, detail, time=f"{bought['accepted_at'][:10]}T{time}Z")


@pytest.mark.parametrize("product", [ANALYTICS, ARCHIVE])
def test_a_change_on_aws_is_written_with_its_history(bench: Bench, buy: Buy, product: str) -> None:
    bought = buy(product)
    contract = bench.land(bought["agreement_id"])
    bench.hear()
    bench.work()
    before = bench.entitlements(contract)
    dimension = "seats" if product == ANALYTICS else "users"
    bench.sandbox.change(bought["agreement_id"], dimensions={**bought["dimensions"], dimension: 77})
    assert bench.hear() >= 1
    bench.work()
    assert bench.entitlements(contract) == before | {dimension: "77"}
    assert set(bench.fates()) == {Fate.APPLIED}
    change = db.session.scalars(db.select(ContractChange).order_by(ContractChange.id.desc()).limit(1)).one()
    assert (change.subject, change.cause) == (f"dimension:{dimension}", "notification")
    assert change.before is not None
    assert change.after is not None
    assert (change.before["value"], change.after["value"]) == (before[dimension], "77")
    assert change.notification_id == bench.notifications()[-1].id
    assert db.session.scalar(db.select(db.func.count(AuditEntry.id)).where(AuditEntry.actor == "worker")) == 2


def test_many_messages_about_one_contract_are_one_reading(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    bench.hear()
    bench.receive(*(say(bought, time=f"10:00:{second:02}") for second in range(20)))
    asked: list[str] = []

    class Counting:
        def entitlement_pages(self, product_code: str, *filters: Any) -> Any:
            asked.append(product_code)
            return bench.marketplace.entitlement_pages(product_code, *filters)

    agreements = bench.app.extensions["sources"].agreements
    apply.work_on_inbox(Counting(), bench.products, bench.now(), agreements=agreements)  # type: ignore[arg-type]
    assert asked == [ANALYTICS]
    assert set(bench.fates()) == {Fate.APPLIED}
    assert bench.entitlements(contract) == {"team": "1", "seats": "10"}


@pytest.mark.parametrize("product", [ANALYTICS, ARCHIVE])
def test_messages_that_come_before_the_buyer_are_parked_and_applied_when_he_lands(
    bench: Bench, buy: Buy, product: str
) -> None:
    bought = buy(product)
    assert bench.hear() >= 2
    bench.work()
    assert set(bench.fates()) == {Fate.PARKED}
    contract = bench.land(bought["agreement_id"])
    assert set(bench.fates()) == {Fate.RECEIVED}
    bench.work()
    assert set(bench.fates()) == {Fate.APPLIED}
    assert bench.fresh(contract).state == State.ACTIVE


def test_a_licence_event_joins_the_agreement_to_its_licence(bench: Bench, buy: Buy) -> None:
    bought = buy()
    bench.hear()
    bench.work()
    contract = bench.open(Purchase(ANALYTICS, bought["account_id"], license_arn=bought["license_arn"]))
    bench.work()
    bench.work()
    names = db.session.scalars(db.select(ContractName.key).where(ContractName.contract_id == contract.id)).all()
    assert bought["agreement_id"] in names
    # Created names only the agreement; it was parked until the licence event had told whose that is.
    assert bench.fates() == [Fate.APPLIED, Fate.APPLIED]
    assert bench.fresh(contract).ends_at is not None


def test_two_possible_contracts_are_left_to_a_person(bench: Bench, buy: Buy) -> None:
    one, other = buy(), buy()
    bench.hear()
    bench.land(one["agreement_id"])
    bench.land(other["agreement_id"])
    bench.work()
    mixed = shapes.licence_detail(
        agreement={"id": one["agreement_id"]}, license={"arn": other["license_arn"]}, product={"code": ANALYTICS}
    )
    bench.receive(shapes.event(detail=mixed))
    bench.work()
    last = bench.notifications()[-1]
    assert last.fate == Fate.PARKED
    assert last.problem is not None
    assert "2 contracts" in last.problem
    with transaction():
        assert inbox.unpark_forgotten(bench.now() - MINUTE) == 0


def test_when_aws_is_away_the_messages_wait_and_come_again(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    bench.hear()
    bench.sandbox.fail("GetEntitlements", "ThrottlingException")
    bench.work()
    assert set(bench.fates()) == {Fate.RECEIVED}
    assert "ThrottlingException" in (bench.notifications()[0].problem or "")
    assert bench.work() == 0  # not due yet
    bench.sandbox.work_again()
    bench.work(later=MINUTE)
    assert set(bench.fates()) == {Fate.APPLIED}
    assert bench.fresh(contract).state == State.ACTIVE


def test_a_refusal_of_aws_is_tried_again_and_then_left_to_people(bench: Bench, buy: Buy) -> None:
    bought = buy()
    bench.land(bought["agreement_id"])
    bench.hear()
    bench.sandbox.fail("GetEntitlements", "InvalidParameterException")
    for days in range(apply.MOST_REFUSALS):
        assert set(bench.fates()) == {Fate.RECEIVED}
        bench.work(later=timedelta(days=days))
        db.session.execute(db.update(inbox.Notification).values(due_at=bench.now()))
        db.session.commit()
    assert set(bench.fates()) == {Fate.FAILED}
    assert "InvalidParameterException" in (bench.notifications()[0].problem or "")


def test_a_fault_with_one_message_leaves_its_neighbours_alone(
    bench: Bench, buy: Buy, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = buy(), buy()
    first = bench.land(one["agreement_id"])
    second = bench.land(other["agreement_id"])
    real = apply.sync.write_locked

    def broken(contract: Any, *others: Any) -> Any:
        if contract.id == first.id:
            raise KeyError("a fault")
        return real(contract, *others)

    monkeypatch.setattr(apply.sync, "write_locked", broken)
    bench.receive(say(one), say(other))
    bench.work()
    assert bench.fates() == [Fate.RECEIVED, Fate.APPLIED]
    assert "KeyError" in (bench.notifications()[0].problem or "")
    assert bench.entitlements(second) == {"team": "1", "seats": "10"}


def test_an_empty_answer_right_after_a_grant_is_asked_again(bench: Bench, buy: Buy) -> None:
    bench.sandbox.settings(entitlement_delay_seconds=1)
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    bench.hear()
    bench.work()
    assert bench.fresh(contract).state == State.WAITING
    assert Fate.RECEIVED in bench.fates()
    time.sleep(1.2)
    bench.work(later=MINUTE)
    assert bench.fresh(contract).state == State.ACTIVE
    assert set(bench.fates()) == {Fate.APPLIED}


def test_an_agreement_that_is_renewed_goes_on_as_the_same_contract(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    bench.hear()
    bench.work()
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    for _ in range(4):
        bench.hear()
        bench.work(later=MINUTE)
    fresh = bench.fresh(contract)
    assert fresh.state == State.ACTIVE
    assert fresh.ended_because is None
    names = db.session.scalars(db.select(ContractName.key).where(ContractName.contract_id == contract.id)).all()
    assert renewed["agreement_id"] in names
    assert set(bench.fates()) == {Fate.APPLIED}


def test_a_renewal_whose_buyer_landed_first_is_joined_to_what_it_renews(bench: Bench, buy: Buy) -> None:
    bought = buy()
    earlier = bench.land(bought["agreement_id"])
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    later = bench.land(renewed["agreement_id"])
    assert later.id != earlier.id
    bench.hear()
    bench.work()
    assert bench.fresh(later).merged_into_id == earlier.id
    assert bench.fresh(earlier).state == State.ACTIVE


def test_the_terms_of_the_latest_event_stand(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    name = "Purchase Agreement Amended - Proposer"
    bench.receive(tell(bought, name, "12:00:00", endTime="2030-01-01T00:00:00Z", autoRenewalEnabled=True))
    bench.work()
    bench.receive(tell(bought, name, "11:00:00", endTime="2029-01-01T00:00:00Z", autoRenewalEnabled=False))
    bench.work()
    fresh = bench.fresh(contract)
    assert fresh.ends_at is not None
    assert (fresh.ends_at.year, fresh.auto_renew) == (2030, True)


def test_the_order_of_arrival_does_not_decide_over_a_subscription(bench: Bench, buy: Buy) -> None:
    bought = buy(ALERTS)
    contract = bench.land(bought["agreement_id"])
    grant = say(bought, time="10:00:00")
    bench.receive(tell(bought, "Purchase Agreement Ended - Proposer", "11:00:00", status="CANCELLED"))
    bench.work()
    assert bench.fresh(contract).state == State.ENDED
    bench.receive(grant)
    bench.work()
    assert bench.fresh(contract).state == State.ENDED
    assert bench.fresh(contract).ended_because == "CANCELLED"


def test_an_advisory_is_shown_to_people_and_changes_nothing(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    version = bench.fresh(contract).version
    bench.receive(tell(bought, "Purchase Agreement Advisory Issued - Manufacturer", advisory={"issuedAt": "now"}))
    bench.work()
    (row,) = bench.notifications()
    assert (row.fate, row.contract_id) == (Fate.NEWS, contract.id)
    assert bench.fresh(contract).version == version


def test_what_a_dead_worker_had_taken_is_due_again(bench: Bench, buy: Buy) -> None:
    bought = buy()
    bench.land(bought["agreement_id"])
    bench.receive(say(bought))
    assert len(inbox.take(10, bench.now())) == 1
    assert inbox.take(10, bench.now()) == []
    bench.work(later=inbox.LEASE + inbox.LEASE_FOR_EACH)
    assert bench.fates() == [Fate.APPLIED]


def test_a_landing_that_crossed_with_parking_is_found_by_the_sweep(bench: Bench, buy: Buy) -> None:
    bought = buy()
    bench.receive(say(bought))
    bench.work()
    with transaction():
        assert inbox.unpark_forgotten(bench.now() - MINUTE) == 0
    bench.land(bought["agreement_id"])
    db.session.execute(db.update(inbox.Notification).values(fate=Fate.PARKED, settled_at=bench.now()))
    db.session.commit()
    with transaction():
        assert inbox.unpark_forgotten(bench.now() - MINUTE) == 1
    assert bench.fates() == [Fate.RECEIVED]
