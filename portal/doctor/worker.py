"""The worker: a sign of life of each role, and how long the oldest message has waited to be worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from portal.database import db
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Signs, Subject
from portal.notifications.models import Fate, Notification, has_fate
from portal.sentences import sentence

ROLES = {
    "consumer": Thing("worker.consumer", sentence("Worker: consumer")),
    "jobs": Thing("worker.jobs", sentence("Worker: jobs")),
    "mail": Thing("worker.mail", sentence("Worker: mail")),
    "clock": Thing("worker.clock", sentence("Worker: clock")),
}
SILENT = {
    "consumer": sentence("Nobody takes AWS’s notifications from the queue: no sign of life for a minute and a half."),
    "jobs": sentence("Nobody works on notifications or asks AWS: no sign of life for a minute and a half."),
    "mail": sentence("Nobody sends letters: no sign of life for a minute and a half."),
    "clock": sentence("Nobody asks for what is left undone to be done: no sign of life for a minute and a half."),
}
BACKLOG = Thing("worker.backlog", sentence("Work left"))

PATIENCE = timedelta(minutes=2)
TOO_LONG = timedelta(minutes=15)
START = sentence("Start `python worker.py`, and let it be started again should it end.")


def look(subject: Subject) -> Iterator[Line]:
    """Redis tells who is alive, the database what is left."""
    yield from look_quickly(subject.signs, has_queue=subject.routing is not None)
    yield _backlog(subject)


def look_quickly(signs: Callable[[], Signs], *, has_queue: bool) -> Iterator[Line]:
    """Who is alive: cheap enough for a page."""
    try:
        found = signs()
    except (RedisError, OSError):
        for thing in ROLES.values():
            yield thing.unknown(
                sentence("Redis, which would tell, does not answer."), sentence("See the line about Redis.")
            )
        return
    for role in ROLES:
        yield _role(role, found, has_queue)


def _role(role: str, signs: Signs, has_queue: bool) -> Line:
    thing, number = ROLES[role], signs.alive.get(role, 0)
    if number:
        return thing.ok(sentence("%(number)s alive.", number=number) if number > 1 else sentence("Alive."))
    if role == "consumer" and not has_queue:
        return thing.unknown(sentence("Without a queue there is none."), sentence("See the line about the queue."))
    return thing.wrong(SILENT[role], START)


def _backlog(subject: Subject) -> Line:
    statement = select(func.min(Notification.received_at), func.count()).where(
        has_fate(Fate.RECEIVED), Notification.due_at <= subject.now()
    )
    try:
        oldest, number = db.session.execute(statement).one()
    except SQLAlchemyError:
        return BACKLOG.unknown(sentence("The database does not tell."), sentence("See the lines about the database."))
    if not number:
        return BACKLOG.ok(sentence("No notification waits to be worked on."))
    age = subject.now() - oldest
    found = sentence(
        "%(number)s notifications wait; the oldest for %(minutes)s minutes.",
        number=number,
        minutes=round(age.total_seconds() / 60),
    )
    if age > TOO_LONG:
        return BACKLOG.wrong(found, sentence("See the worker’s log; start more workers in the role jobs."))
    if age > PATIENCE:
        return BACKLOG.warning(
            found, sentence("Look again in a few minutes; start more workers in the role jobs if it grows.")
        )
    return BACKLOG.ok(found)
