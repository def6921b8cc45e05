"""Asking AWS again about contracts, because somebody wants to know or because an answer is doubted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.contracts import checks, sync
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.database import db, transaction
from tests.worker_fixtures import Bench, bench

__all__ = ["bench"]
Buy = Callable[..., dict[str, Any]]


def wish(*contracts: Contract) -> None:
    with transaction():
        for contract in contracts:
            checks.request_check(contract.id)


def work(bench: Bench, later: timedelta = timedelta(seconds=1)) -> int:
    return checks.work_on_checks(bench.marketplace, bench.products, bench.now() + later)


def test_many_wishes_are_one_call(bench: Bench, buy: Buy) -> None:
    contracts = [bench.land(buy()["agreement_id"]) for _ in range(5)]
    wish(*contracts)
    bench.sandbox.forget_calls()
    assert work(bench) == 5
    assert bench.sandbox.calls()["GetEntitlements"]["calls"] == 1


def test_what_is_taken_is_not_taken_twice_until_its_taker_must_be_dead(bench: Bench, buy: Buy) -> None:
    wish(bench.land(buy()["agreement_id"]))
    with transaction():
        assert len(checks._take(10, bench.now())) == 1
    assert work(bench) == 0
    assert work(bench, checks.LEASE + timedelta(seconds=1)) == 1


def test_a_fault_with_one_contract_leaves_the_others_alone(
    bench: Bench, buy: Buy, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = (bench.land(buy()["agreement_id"]) for _ in range(2))
    wish(broken, other)
    real = sync.write_locked

    def write(contract: Contract, *rest: Any) -> bool:
        if contract.id == broken.id:
            raise KeyError("a fault")
        return real(contract, *rest)

    monkeypatch.setattr(checks.sync, "write_locked", write)
    work(bench)
    states = [bench.fresh(contract).check_requested_at is None for contract in (broken, other)]
    assert states == [False, True]


def test_a_look_nobody_asked_for_is_not_shown(bench: Bench, buy: Buy) -> None:
    contract = bench.land(buy()["agreement_id"])
    with transaction():
        checks.look_again([contract.id], bench.now())
    assert bench.fresh(contract).check_requested_at is None


def test_a_wish_that_comes_while_aws_is_being_asked_is_answered_too(bench: Bench, buy: Buy) -> None:
    contract = bench.land(buy()["agreement_id"])
    wish(contract)
    reading = checks.read_many([contract.id], bench.marketplace)
    answers = next(reading)
    with transaction():
        later = bench.now() + timedelta(minutes=1)
        db.session.execute(db.update(Contract).values(check_requested_at=later))
    checks._write_all([contract.id], answers, bench.products, bench.now())
    fresh = bench.fresh(contract)
    assert (fresh.state, fresh.check_requested_at) == (State.ACTIVE, later)
    assert fresh.check_due_at is not None
