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

ROLES = {
    "consumer": Thing("worker.consumer", "Worker: consumer"),
    "jobs": Thing("worker.jobs", "Worker: jobs"),
    "mail": Thing("worker.mail", "Worker: mail"),
    "clock": Thing("worker.clock", "Worker: clock"),
}
DOES = {
    "consumer": "Nobody takes AWS’s notifications from the queue",
    "jobs": "Nobody works on notifications or asks AWS",
    "mail": "Nobody sends letters",
    "clock": "Nobody asks for what is left undone to be done",
}
BACKLOG = Thing("worker.backlog", "Work left")

PATIENCE = timedelta(minutes=2)
TOO_LONG = timedelta(minutes=15)
START = "Start `python worker.py`, and let it be started again should it end."


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
            yield thing.unknown("Redis, which would tell, does not answer.", "See the line about Redis.")
        return
    for role in ROLES:
        yield _role(role, found, has_queue)


def _role(role: str, signs: Signs, has_queue: bool) -> Line:
    thing, number = ROLES[role], signs.alive.get(role, 0)
    if number:
        return thing.ok(f"{number} alive." if number > 1 else "Alive.")
    if role == "consumer" and not has_queue:
        return thing.unknown("Without a queue there is none.", "See the line about the queue.")
    return thing.wrong(f"{DOES[role]}: no sign of life for a minute and a half.", START)


def _backlog(subject: Subject) -> Line:
    statement = select(func.min(Notification.received_at), func.count()).where(
        has_fate(Fate.RECEIVED), Notification.due_at <= subject.now()
    )
    try:
        oldest, number = db.session.execute(statement).one()
    except SQLAlchemyError:
        return BACKLOG.unknown("The database does not tell.", "See the lines about the database.")
    if not number:
        return BACKLOG.ok("No notification waits to be worked on.")
    age = subject.now() - oldest
    found = f"{number:,} notifications wait; the oldest for {round(age.total_seconds() / 60):,} minutes."
    if age > TOO_LONG:
        return BACKLOG.wrong(found, "See the worker’s log; start more workers in the role jobs.")
    if age > PATIENCE:
        return BACKLOG.warning(found, "Look again in a few minutes; start more workers in the role jobs if it grows.")
    return BACKLOG.ok(found)
