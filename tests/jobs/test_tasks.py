"""What the jobs do, run by a real RQ worker; and what the sweep finds after Redis has forgotten everything."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from portal import jobs
from portal.contracts import checks
from portal.contracts.lifecycle import State
from portal.database import db, transaction
from portal.doctor import kept
from portal.doctor.lines import Part
from portal.jobs import heartbeat, schedule, sweep, tasks, workers
from portal.jobs.connections import patient
from portal.mail import outbox
from portal.mail.letters import KINDS, Sender
from portal.mail.models import Letter, MailState
from portal.notifications.models import Fate, Notification
from portal.registration.models import Claim, ClaimState
from tests.cast import Somebody
from tests.notifications import shapes
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]
NOW = timedelta(0)


def test_a_job_about_the_inbox_works_it_off(bench: Bench, buy: Buy, run: Callable[[], None]) -> None:
    contract = bench.land(buy()["agreement_id"])
    bench.hear()
    jobs.work_on_inbox()
    run()
    assert bench.fresh(contract).state == State.ACTIVE


def test_a_check_that_was_requested_is_answered(bench: Bench, buy: Buy, run: Callable[[], None]) -> None:
    contract = bench.land(buy()["agreement_id"])
    with transaction():
        checks.request_check(contract.id)
    jobs.check_contracts()
    jobs.check_contracts()
    run()
    fresh = bench.fresh(contract)
    assert fresh.check_requested_at is None
    assert bench.entitlements(contract) == {"team": "1", "seats": "10"}


def test_a_check_waits_for_aws_and_a_refused_one_does_not(bench: Bench, buy: Buy, run: Callable[[], None]) -> None:
    contract = bench.land(buy()["agreement_id"])
    with transaction():
        checks.request_check(contract.id)
    bench.sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    jobs.check_contracts()
    run()
    assert bench.fresh(contract).check_requested_at is not None
    bench.sandbox.work_again()
    bench.sandbox.fail("GetEntitlements", "InvalidParameterException")
    with transaction():
        bench.fresh(contract).check_due_at = bench.now()
    jobs.check_contracts()
    run()
    assert bench.fresh(contract).check_requested_at is None


def test_the_sweep_finds_what_a_wiped_redis_has_forgotten(bench: Bench, buy: Buy, run: Callable[[], None]) -> None:
    waiting, checked = bench.land(buy()["agreement_id"]), bench.land(buy()["agreement_id"])
    bench.hear()
    bench.sandbox.fail("ResolveCustomer", "ThrottlingException")
    token = bench.sandbox.token(buy()["agreement_id"])["token"]
    claim_id, _secret = bench.app.extensions["desk"].arrive(token, None, bench.now() - timedelta(minutes=5))
    bench.sandbox.work_again()
    with transaction():
        checks.request_check(checked.id)
        db.session.add(Letter(to="alice@acme.example", subject="Welcome", text="Hello", due_at=bench.now()))
    bench.redis.flushdb()
    sweep.sweep(patience=NOW)
    run()
    assert bench.fresh(waiting).state == State.ACTIVE
    assert bench.fresh(checked).check_requested_at is None
    assert db.session.get_one(Claim, claim_id, populate_existing=True).state == ClaimState.OPEN
    assert db.session.scalars(db.select(Letter)).one().state == MailState.SENT


def test_the_sweep_of_a_portal_with_nothing_to_do_asks_for_nothing(bench: Bench) -> None:
    sweep.sweep(patience=NOW)
    assert [*bench.app.extensions["jobs"].jobs, *bench.app.extensions["mail_jobs"].jobs] == []


def test_mail_is_worked_on_by_those_who_do_nothing_else(bench: Bench, redis_url: str) -> None:
    jobs.send_mail()
    jobs.work_on_inbox()
    with patient(redis_url) as connection:
        workers.Clock(connection).enqueue_jobs()
        connection.connection_pool.disconnect()
    of_mail = {job.func_name.rpartition(".")[2] for job in bench.app.extensions["mail_jobs"].jobs}
    others = {job.func_name.rpartition(".")[2] for job in bench.app.extensions["jobs"].jobs}
    assert (of_mail, of_mail & others) == ({"send_mail", "tell_changes", "tell_endings"}, set())


def test_a_letter_about_a_contract_that_has_moved_is_not_sent(
    bench: Bench, buy: Buy, run: Callable[[], None], alice: Somebody
) -> None:
    sender = Sender("Tidemark", "https://portal.example", "help@tidemark.example")
    contract = bench.land(buy()["agreement_id"])
    with transaction():
        letter = KINDS["linked"].example(sender)
        outbox.post(alice.email, letter, organisation_id=alice.organisation_id, contract_id=contract.id)
    jobs.send_mail()
    run()
    assert db.session.scalars(db.select(Letter)).one().state == MailState.WITHDRAWN


def test_a_job_that_fails_ends_neither_the_worker_nor_the_next_job(
    bench: Bench, buy: Buy, run: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = bench.land(buy()["agreement_id"])
    bench.hear()
    bench.app.extensions["jobs"].enqueue("portal.jobs.tasks.try_claim", "no uuid")
    jobs.work_on_inbox()
    run()
    assert bench.fresh(contract).state == State.ACTIVE
    assert bench.app.extensions["jobs"].failed_job_registry.count == 1


def test_everything_on_the_list_can_be_found_by_name_and_run(bench: Bench) -> None:
    assert schedule.PERIODIC
    for periodic in schedule.PERIODIC:
        periodic.job()


def test_the_clock_asks_for_everything_on_the_list(bench: Bench, redis_url: str) -> None:
    with patient(redis_url) as connection:
        workers.Clock(connection).enqueue_jobs()
        connection.connection_pool.disconnect()
    queues = (bench.app.extensions[name] for name in ("jobs", "mail_jobs"))
    asked = {job.func_name for queue in queues for job in queue.jobs}
    assert asked == {
        f"{periodic.job.__module__}.{periodic.job.__name__}" for periodic in schedule.PERIODIC if not periodic.cron
    }


def test_workers_give_signs_of_life(bench: Bench) -> None:
    heartbeat.beat(bench.redis, "consumer")
    assert heartbeat.alive(bench.redis) == {"consumer": 1}
    heartbeat.beat(Redis(port=1), "consumer")  # nobody hears it, and nothing happens


def test_a_parked_message_is_left_alone_by_the_sweep(bench: Bench, buy: Buy) -> None:
    buy()
    bench.hear()
    bench.work()
    sweep.sweep(patience=NOW)
    assert set(bench.fates()) == {Fate.PARKED}


# --- Storms --------------------------------------------------------------------------------------------------------


@pytest.fixture
def pouring_in(bench: Bench) -> Callable[..., None]:
    """Stores messages about so many purchases, the first and the last of which came so many seconds ago."""

    def pour(purchases: int, first: float = 0.2, last: float = 0.0) -> None:
        for number in range(purchases):
            bench.receive(shapes.event(detail=shapes.agreement_detail(id=f"agmt-{number}"), id=str(number)))
        rows = bench.notifications()
        with transaction():
            for row in rows:
                share = (row.id - rows[0].id) / max(1, len(rows) - 1)
                received_at = bench.now() - timedelta(seconds=first + (last - first) * share)
                db.session.execute(
                    db.update(Notification).where(Notification.id == row.id).values(received_at=received_at)
                )
        while bench.marketplace.budget.left() > 5:
            bench.marketplace.budget.spend()

    return pour


def test_while_more_is_due_than_can_be_read_and_messages_pour_in_the_job_waits(
    bench: Bench, pouring_in: Callable[..., None]
) -> None:
    pouring_in(100)
    assert tasks._is_storm()


def test_a_few_purchases_are_no_storm(bench: Bench, pouring_in: Callable[..., None]) -> None:
    pouring_in(20)
    assert not tasks._is_storm()


def test_a_storm_is_over_once_nothing_came_for_a_moment(bench: Bench, pouring_in: Callable[..., None]) -> None:
    pouring_in(100, first=5, last=1)
    assert not tasks._is_storm()


def test_a_storm_that_does_not_end_is_worked_on_all_the_same(bench: Bench, pouring_in: Callable[..., None]) -> None:
    pouring_in(100, first=tasks.LONGEST_HOLD.total_seconds() + 1)
    assert not tasks._is_storm()


def test_what_was_held_up_is_applied_as_one(
    bench: Bench, buy: Buy, run: Callable[[], None], pouring_in: Callable[..., None]
) -> None:
    contract = bench.land(buy()["agreement_id"])
    bench.hear()
    pouring_in(100)
    jobs.work_on_inbox()
    run()
    assert bench.fresh(contract).state == State.ACTIVE
    assert Fate.RECEIVED not in bench.fates()


def test_a_check_up_that_was_asked_for_is_made_and_kept(bench: Bench, run: Callable[[], None]) -> None:
    jobs.later.check_up()
    assert jobs.later.check_up_is_on_its_way()
    run()
    checkup = kept.latest(bench.redis)
    assert checkup
    assert {line.part for line in checkup.lines} == set(Part)
    assert not jobs.later.check_up_is_on_its_way()


def test_what_has_its_minute_is_asked_for_then(redis_url: str) -> None:
    with patient(redis_url) as connection:
        (hourly,) = [job for job in workers.Clock(connection).get_jobs() if job.cron]
        connection.connection_pool.disconnect()
    assert hourly.next_enqueue_time
    assert hourly.next_enqueue_time.minute == 23
