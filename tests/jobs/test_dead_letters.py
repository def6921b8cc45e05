"""The dead letters: looked at by the worker, kept for the page, and back to the queue when staff want it."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.jobs import dead_letters as job
from portal.jobs import tasks
from portal.marketplace.queue import NotificationQueue
from portal.staff.attention import dead_letters
from portal.staff.attention.dead_letters import DeadLetter
from tests.notifications import shapes
from tests.worker_fixtures import Bench


@pytest.fixture
def queue(bench: Bench) -> NotificationQueue:
    return NotificationQueue(bench.queue_url)


@pytest.fixture
def dead(queue: NotificationQueue) -> Iterator[NotificationQueue]:
    """The queue of dead letters of the sandbox, empty."""
    found = queue.dead_letters()
    assert found is not None
    while letters := found.receive(0):
        found.delete(letters)
    yield found
    while letters := found.receive(0):
        found.delete(letters)


@pytest.fixture
def let_die(queue: NotificationQueue, dead: NotificationQueue, bench: Bench) -> Callable[[str], None]:
    """Puts a message into the queue and takes it so often that SQS gives it up."""

    def do(body: str) -> None:
        queue.send(body)
        for _ in range(20):
            if taken := queue.receive(1, keep_seconds=0):
                queue.let_go(taken)
            elif dead.count().messages:
                return

    return do


def letters() -> list[DeadLetter]:
    db.session.rollback()
    return list(
        db.session.scalars(select(DeadLetter).execution_options(populate_existing=True).order_by(DeadLetter.id))
    )


def back(ids: list[int] | None = None) -> int:
    with transaction():
        return dead_letters.ask_back(ids, why="the database is well again", actor="person:1", now=utcnow())


def test_the_queue_of_dead_letters_is_found_by_the_policy(queue: NotificationQueue) -> None:
    found = queue.dead_letters()
    assert found is not None
    assert found.name == "marketplace-notifications-dead"


def test_a_queue_without_one_has_none(dead: NotificationQueue) -> None:
    assert dead.dead_letters() is None


def test_what_sqs_gave_up_is_kept_for_the_page(queue: NotificationQueue, let_die: Callable[[str], None]) -> None:
    let_die(shapes.event())
    job.tend(queue)
    (letter,) = letters()
    assert (letter.body, letter.sent_at is not None, letter.receives > 0, letter.gone_at) == (
        shapes.event(),
        True,
        True,
        None,
    )


def test_looking_takes_nothing_away(
    queue: NotificationQueue, dead: NotificationQueue, let_die: Callable[[str], None]
) -> None:
    let_die(shapes.event())
    job.tend(queue)
    job.tend(queue)
    assert (dead.count().messages, len(dead.receive(1, keep_seconds=0))) == (1, 1)


def test_how_many_there_are_is_kept(queue: NotificationQueue, let_die: Callable[[str], None]) -> None:
    let_die(shapes.event())
    job.tend(queue)
    look = dead_letters.last_look()
    assert look is not None
    assert (look.queue, look.waiting, look.problem) == ("marketplace-notifications-dead", 1, None)


def test_a_letter_goes_back_to_the_queue_as_it_was(
    bench: Bench, queue: NotificationQueue, dead: NotificationQueue, let_die: Callable[[str], None]
) -> None:
    let_die(shapes.event())
    job.tend(queue)
    back([letters()[0].id])
    job.tend(queue)
    assert (dead.count().messages, bench.take_bodies()) == (0, [shapes.event()])


def test_and_says_so(queue: NotificationQueue, let_die: Callable[[str], None]) -> None:
    let_die(shapes.event())
    job.tend(queue)
    back()
    job.tend(queue)
    (letter,) = letters()
    assert (letter.returned_at is not None, letter.gone_at is not None, dead_letters.being_returned()) == (
        True,
        True,
        0,
    )


def test_only_what_is_asked_for_goes_back(
    bench: Bench, queue: NotificationQueue, dead: NotificationQueue, let_die: Callable[[str], None]
) -> None:
    let_die("one")
    let_die("two")
    job.tend(queue)
    back([one.id for one in letters() if one.body == "two"])
    job.tend(queue)
    assert (bench.take_bodies(), [one.body for one in dead.receive(1, keep_seconds=0)]) == (["two"], ["one"])


def test_twice_in_the_queue_is_once_in_the_inbox(
    bench: Bench, queue: NotificationQueue, let_die: Callable[[str], None]
) -> None:
    bench.receive(shapes.event())
    let_die(shapes.event())
    job.tend(queue)
    back()
    job.tend(queue)
    assert bench.hear() == 0


def test_asking_is_audited_once(queue: NotificationQueue, let_die: Callable[[str], None]) -> None:
    let_die(shapes.event())
    job.tend(queue)
    assert [back(), back()] == [1, 0]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "asked back")).one()
    assert (entry.actor, entry.why) == ("person:1", "the database is well again")


def test_what_somebody_else_took_away_is_gone(
    queue: NotificationQueue, dead: NotificationQueue, let_die: Callable[[str], None]
) -> None:
    let_die(shapes.event())
    job.tend(queue)
    dead.delete(dead.receive(1))
    job.tend(queue)
    assert [one.gone_at is not None for one in letters()] == [True]


def test_a_queue_that_gives_up_itself_is_counted_and_not_looked_at(
    bench: Bench, queue: NotificationQueue, dead: NotificationQueue, let_die: Callable[[str], None]
) -> None:
    let_die(shapes.event())
    arn = "arn:aws:sqs:us-east-1:123456789012:marketplace-notifications"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 100})
    bench.sqs.set_queue_attributes(QueueUrl=dead._url, Attributes={"RedrivePolicy": policy})
    try:
        job.tend(queue)
    finally:
        bench.sqs.set_queue_attributes(QueueUrl=dead._url, Attributes={"RedrivePolicy": ""})
    look = dead_letters.last_look()
    assert look is not None
    assert (letters(), look.waiting, "not looked at" in (look.problem or "")) == ([], 1, True)


def test_a_portal_without_a_queue_says_so(bench: Bench) -> None:
    job.tend(None)
    look = dead_letters.last_look()
    assert look is not None
    assert look.problem == "No queue is configured: NOTIFICATIONS_QUEUE_URL is not set."


def test_a_queue_that_does_not_answer_is_said(bench: Bench) -> None:
    job.tend(NotificationQueue(f"{bench.place.aws_url}/123456789012/no-such-queue"))
    look = dead_letters.last_look()
    assert look is not None
    assert "did not answer as it should" in (look.problem or "")


def test_the_job_does_it_with_the_queue_of_the_settings(bench: Bench, let_die: Callable[[str], None]) -> None:
    let_die(shapes.event())
    tasks.tend_dead_letters()
    assert len(letters()) == 1
