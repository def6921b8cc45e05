"""How each part of the installation is, in words: read when the dashboard is drawn, by nothing that could take long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from redis.exceptions import RedisError
from sqlalchemy import text

from portal.database import db
from portal.marketplace.budget import Budget
from portal.staff.overview.dashboard import Now

ROLES = {
    "consumer": "takes messages from the queue",
    "jobs": "works on them, asks AWS",
    "mail": "sends letters",
    "clock": "sees that nothing is forgotten",
}
GOOD, CARE, BAD = "good", "care", "bad"
OLD_MESSAGE = timedelta(minutes=2)
OLD_MAIL = timedelta(minutes=15)


@dataclass(frozen=True)
class Part:
    """One part, how it is (`good`, `care`, `bad`), in a few words, and what follows from it or what to do."""

    name: str
    state: str
    words: str
    more: str = ""


@dataclass(frozen=True)
class Spending:
    """A budget of calls to AWS: how many could be made at this moment, of how many a second."""

    name: str
    left: int
    per_second: int


def health(
    budgets: Sequence[Budget], roles: Mapping[str, int] | None, waits: Now, now: datetime, *, sends_mail: bool
) -> list[Part]:
    """Every part, as it is at this moment.

    Args:
        roles: how many processes of the worker are alive in each role; None when Redis does not answer.
    """
    lines = [_messages(waits, now), _mail(waits, now, sends_mail)]
    return [_database(), *_redis_and_workers(roles), *map(_aws, budgets), *lines]


def _database() -> Part:
    began = monotonic()
    db.session.execute(text("SELECT 1"))
    return Part("Database", GOOD, f"answers in {max((monotonic() - began) * 1000, 0.1):.1f} ms")


def _redis_and_workers(roles: Mapping[str, int] | None) -> list[Part]:
    if roles is None:
        more = "Pages work, and nothing is lost: what is to be done stands in the database. The workers wait for it."
        return [Part("Redis", BAD, "does not answer", more), Part("Workers", CARE, "not known without Redis")]
    parts = [Part("Redis", GOOD, "answers")]
    for role, does in ROLES.items():
        number = roles.get(role, 0)
        words = f"{number} running" if number else "none running"
        more = "" if number else f"Nobody {does}. Start python worker.py."
        parts.append(Part(f"Worker: {role}", GOOD if number else BAD, words, more))
    return parts


def _aws(budget: Budget) -> Part:
    name = f"AWS: {budget.name}"
    try:
        trouble = budget.trouble()
    except (RedisError, OSError):
        return Part(name, CARE, "not known without Redis")
    if trouble is None:
        return Part(name, GOOD, "no trouble known")
    return Part(
        name,
        BAD,
        f"no answer since {trouble.since:%H:%M:%S} UTC",
        f"Asked again at {trouble.again_at:%H:%M:%S} UTC. Contracts stay as they were until then.",
    )


def _messages(waits: Now, now: datetime) -> Part:
    if waits.oldest_unsettled_at is None:
        return Part("Messages", GOOD, "none wait")
    age = now - waits.oldest_unsettled_at
    words = f"{waits.unsettled:,} wait, the oldest for {in_words(age)}"
    more = "" if age < OLD_MESSAGE else "Look at the worker for jobs, and whether AWS answers."
    return Part("Messages", GOOD if age < OLD_MESSAGE else CARE, words, more)


def _mail(waits: Now, now: datetime, sends_mail: bool) -> Part:
    if waits.oldest_mail_at is None:
        return Part("Mail", GOOD, "none waits")
    age = now - waits.oldest_mail_at
    words = f"{waits.mail_waiting:,} wait, the oldest for {in_words(age)}"
    if not sends_mail:
        return Part("Mail", CARE, words, "No mail server is set: set SMTP_URL.")
    more = "" if age < OLD_MAIL else "The mail server may be refusing them: look at the worker's log."
    return Part("Mail", GOOD if age < OLD_MAIL else CARE, words, more)


def spending(budgets: Sequence[Budget]) -> list[Spending]:
    """What is left of each budget."""
    return [Spending(budget.name, budget.left(), budget.per_second) for budget in budgets]


def in_words(age: timedelta) -> str:
    """`45 s`, `12 min`, `3 h`, `2 days`."""
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (size < 86_400 and seconds >= size):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
