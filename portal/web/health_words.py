"""How each part of the installation is, in words: read when the dashboard is drawn, by nothing that could take long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from redis.exceptions import RedisError
from sqlalchemy import text

from portal.database import db
from portal.language import gettext as _
from portal.language import marked
from portal.marketplace.budget import Budget
from portal.staff.overview.dashboard import Now

ROLES = {
    "consumer": marked("takes messages from the queue"),
    "jobs": marked("works on them, asks AWS"),
    "mail": marked("sends letters"),
    "clock": marked("sees that nothing is forgotten"),
}
PARTS = (
    marked("Settings"),
    marked("Address"),
    marked("Database"),
    marked("Redis"),
    marked("Clock"),
    marked("Products"),
    marked("Access"),
    marked("Queue"),
    marked("Notifications"),
    marked("Worker"),
    marked("Mail"),
)
"""What the doctor examines together."""
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
    return Part(
        _("Database"), GOOD, _("answers in %(began)s ms", began=f"{max((monotonic() - began) * 1000, 0.1):.1f}")
    )


def _redis_and_workers(roles: Mapping[str, int] | None) -> list[Part]:
    if roles is None:
        more = _("Pages work, and nothing is lost: what is to be done stands in the database. The workers wait for it.")
        return [
            Part(_("Redis"), BAD, _("does not answer"), more),
            Part(_("Workers"), CARE, _("not known without Redis")),
        ]
    parts = [Part(_("Redis"), GOOD, _("answers"))]
    for role, does in ROLES.items():
        number = roles.get(role, 0)
        words = _("%(number)s running", number=number) if number else _("none running")
        more = "" if number else _("Nobody %(does)s. Start python worker.py.", does=_(does))
        parts.append(Part(_("Worker: %(role)s", role=role), GOOD if number else BAD, words, more))
    return parts


def _aws(budget: Budget) -> Part:
    name = f"AWS: {budget.name}"
    try:
        trouble = budget.trouble()
    except (RedisError, OSError):
        return Part(name, CARE, _("not known without Redis"))
    if trouble is None:
        return Part(name, GOOD, _("no trouble known"))
    return Part(
        name,
        BAD,
        _("no answer since %(since)s UTC", since=f"{trouble.since:%H:%M:%S}"),
        _(
            "Asked again at %(again_at)s UTC. Contracts stay as they were until then.",
            again_at=f"{trouble.again_at:%H:%M:%S}",
        ),
    )


def _messages(waits: Now, now: datetime) -> Part:
    if waits.oldest_unsettled_at is None:
        return Part(_("Messages"), GOOD, _("none wait"))
    age = now - waits.oldest_unsettled_at
    words = _("%(unsettled)s wait, the oldest for %(age)s", unsettled=f"{waits.unsettled:,}", age=in_words(age))
    more = "" if age < OLD_MESSAGE else _("Look at the worker for jobs, and whether AWS answers.")
    return Part(_("Messages"), GOOD if age < OLD_MESSAGE else CARE, words, more)


def _mail(waits: Now, now: datetime, sends_mail: bool) -> Part:
    if waits.oldest_mail_at is None:
        return Part(_("Mail"), GOOD, _("none waits"))
    age = now - waits.oldest_mail_at
    words = _(
        "%(mail_waiting)s wait, the oldest for %(age)s", mail_waiting=f"{waits.mail_waiting:,}", age=in_words(age)
    )
    if not sends_mail:
        return Part(_("Mail"), CARE, words, _("No mail server is set: set SMTP_URL."))
    more = "" if age < OLD_MAIL else _("The mail server may be refusing them: look at the worker's log.")
    return Part(_("Mail"), GOOD if age < OLD_MAIL else CARE, words, more)


def spending(budgets: Sequence[Budget]) -> list[Spending]:
    """What is left of each budget."""
    return [Spending(budget.name, budget.left(), budget.per_second) for budget in budgets]


def in_words(age: timedelta) -> str:
    """`45 s`, `12 min`, `3 h`, `2 days`."""
    seconds = max(0, int(age.total_seconds()))
    if seconds >= 2 * 86_400:
        return _("%(number)s days", number=seconds // 86_400)
    if seconds >= 3_600:
        return _("%(number)s h", number=seconds // 3_600)
    if seconds >= 60:
        return _("%(number)s min", number=seconds // 60)
    return _("%(number)s s", number=seconds)
