"""What a replay would change is found out without changing anything; then it is replayed for real."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.audit import AuditEntry
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange
from portal.database import Base, db, rehearsal, transaction, utcnow
from portal.notifications.models import Fate, Notification
from portal.notifications.rehearsal import Outcome, rehearse
from portal.staff.attention import replaying
from portal.staff.attention.replaying import Preview, PreviewState, TooMany
from portal.staff.attention.seen import SeenTo, Thing, see_to
from tests.notifications import shapes
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select()))) for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def failed(bench: Bench, buy: Buy) -> tuple[Contract, list[int]]:
    """A contract that nobody has read, and the messages about it, given up."""
    contract = bench.land(buy()["agreement_id"])
    bench.hear()
    with transaction():
        db.session.execute(db.update(Notification).values(fate=Fate.FAILED, problem="A fault", settled_at=utcnow()))
    return bench.fresh(contract), [row.id for row in bench.notifications()]


def outcome_of(bench: Bench, ids: list[int]) -> Outcome:
    return rehearse(ids, bench.app.extensions["sources"], utcnow())


def test_a_rehearsal_says_what_would_change(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    (told,) = outcome_of(bench, failed[1]).contracts
    assert {line["subject"] for line in told["lines"]} >= {"state", "dimension:seats", "dimension:team"}


def test_before_and_after(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    (told,) = outcome_of(bench, failed[1]).contracts
    seats = next(line for line in told["lines"] if line["subject"] == "dimension:seats")
    assert (told["state"], told["becomes"], seats["before"], seats["after"]["value"]) == (
        "waiting",
        "active",
        None,
        "10",
    )


def test_and_what_would_become_of_the_messages(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    contract, ids = failed
    told = outcome_of(bench, ids).messages
    assert {(one["fate"], one["becomes"], one["contract"]) for one in told} == {("failed", "applied", str(contract.id))}


def test_nothing_is_written(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    before = everything()
    outcome_of(bench, failed[1])
    assert everything() == before


def test_no_job_is_left_and_no_mail(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    outcome_of(bench, failed[1])
    assert bench.app.extensions["jobs"].jobs == []


def test_it_says_what_the_replay_then_does(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    _contract, ids = failed
    (told,) = outcome_of(bench, ids).contracts
    with transaction():
        replaying.put_to_work(ids, why="tried it", actor="person:1", now=utcnow())
    bench.work()
    written = db.session.scalars(select(ContractChange).where(ContractChange.notification_id.in_(ids))).all()
    assert {(line["subject"], repr(line["after"])) for line in told["lines"]} == {
        (line.subject, repr(line.after)) for line in written
    }


def test_a_message_about_a_purchase_that_nobody_has_landed_with_would_be_parked(bench: Bench) -> None:
    bench.receive(shapes.event())
    bench.work()
    (row,) = bench.notifications()
    told = outcome_of(bench, [row.id])
    assert (told.messages[0]["becomes"], told.contracts) == ("parked", [])


def test_what_is_not_understood_stays_so(bench: Bench) -> None:
    bench.receive("no JSON at all")
    (row,) = bench.notifications()
    assert outcome_of(bench, [row.id]).messages[0]["becomes"] == "not understood"


def test_what_is_applied_is_left_alone(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    with transaction():
        db.session.execute(db.update(Notification).values(fate=Fate.APPLIED))
    assert outcome_of(bench, failed[1]).messages[0]["becomes"] == "applied"


def test_that_aws_cannot_be_asked_is_said(bench: Bench, failed: tuple[Contract, list[int]]) -> None:
    bench.sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    (told,) = outcome_of(bench, failed[1]).contracts
    bench.sandbox.work_again()
    assert (told["problem"] is not None, told["lines"]) == (True, [])


def test_a_name_that_would_be_learned_is_not(bench: Bench, buy: Buy) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    before = everything()["contract_names"]
    detail = shapes.licence_detail(agreement={"id": bought["agreement_id"]}, product={"code": contract.product_code})
    bench.receive(shapes.event(detail=detail))
    with transaction():
        db.session.execute(db.update(Notification).values(fate=Fate.PARKED, settled_at=utcnow()))
    outcome_of(bench, [row.id for row in bench.notifications()])
    assert everything()["contract_names"] == before


def test_a_commit_in_a_rehearsal_is_refused(bench: Bench) -> None:
    with pytest.raises(RuntimeError), rehearsal():
        db.session.commit()


def test_a_transaction_in_a_rehearsal_is_taken_back(bench: Bench) -> None:
    with rehearsal():
        with transaction():
            db.session.add(Contract(product_code="abc"))
        with db.session.begin_nested():
            db.session.add(Contract(product_code="def"))
    assert db.session.scalars(select(Contract)).all() == []


def test_and_so_is_one_that_fails(bench: Bench) -> None:
    with suppress(ZeroDivisionError), rehearsal():
        db.session.add(Contract(product_code="abc"))
        db.session.flush()
        raise ZeroDivisionError
    with transaction():
        db.session.add(Contract(product_code="def"))
    assert [one.product_code for one in db.session.scalars(select(Contract))] == ["def"]


@pytest.fixture
def preview(failed: tuple[Contract, list[int]]) -> Preview:
    with transaction():
        return replaying.ask(failed[1], "person:1", utcnow())


def fresh(preview: Preview) -> Preview:
    db.session.rollback()
    return db.session.get_one(Preview, preview.id, populate_existing=True)


def test_a_preview_waits_for_the_worker(preview: Preview) -> None:
    assert fresh(preview).state == PreviewState.WAITING


def test_and_the_worker_keeps_the_outcome(bench: Bench, preview: Preview) -> None:
    replaying.find_out(preview.id, bench.app.extensions["sources"], utcnow())
    done = fresh(preview)
    assert done.outcome is not None
    assert (done.state, done.outcome["contracts"][0]["becomes"]) == (PreviewState.READY, State.ACTIVE)


def test_a_fault_is_said_and_ends_the_waiting(bench: Bench, preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise ValueError("anything")

    monkeypatch.setattr(replaying, "rehearse", fault)
    replaying.find_out(preview.id, bench.app.extensions["sources"], utcnow())
    assert (fresh(preview).state, fresh(preview).problem) == (
        PreviewState.FAILED,
        "A fault of the portal (ValueError)",
    )


def test_one_that_redis_forgot_is_found(preview: Preview) -> None:
    assert replaying.forgotten(utcnow() + timedelta(seconds=1)) == [preview.id]


def test_it_is_audited_who_looked(preview: Preview) -> None:
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "rehearsed a replay")).one()


def test_old_previews_go(preview: Preview) -> None:
    with transaction():
        replaying.ask([1], "person:1", utcnow() + timedelta(days=2))
    assert db.session.get(Preview, preview.id, populate_existing=True) is None


def test_so_many_and_no_more(bench: Bench) -> None:
    with pytest.raises(TooMany), transaction():
        replaying.ask(range(1, replaying.MOST_AT_ONCE + 2), "person:1", utcnow())


def test_a_replay_is_audited_with_its_reason(failed: tuple[Contract, list[int]]) -> None:
    with transaction():
        replaying.put_to_work(failed[1][:1], why="the fault is mended", actor="person:1", now=utcnow())
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "replayed")).one()
    assert (entry.actor, entry.why, entry.detail) == (
        "person:1",
        "the fault is mended",
        {"before": "failed", "after": "received"},
    )


def test_what_is_replayed_is_seen_to_no_more(failed: tuple[Contract, list[int]]) -> None:
    with transaction():
        see_to(Thing.MESSAGE, failed[1], why="known", actor="person:1", now=utcnow())
    with transaction():
        replaying.put_to_work(failed[1], why="try", actor="person:1", now=utcnow())
    assert db.session.scalars(select(SeenTo)).all() == []
