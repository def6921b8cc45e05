"""What the dashboard shows: figures the clock keeps, and the few that are cheap enough to read each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import case, func, select

from portal.contracts.entitlement_sweep import GRANTED
from portal.contracts.models import Contract
from portal.database import db
from portal.mail.models import Letter, MailState
from portal.notifications.models import Fate, Notification, has_fate, is_odd
from portal.registration.models import Claim
from portal.staff.overview.renewals import count_ends
from portal.staff.overview.slices import HOUR, slice_of

PERIODS = (7, 30, 90)
"""Days of arrivals that one can choose."""
HOURS = 48
SAMPLE = 20_000
"""So many of the latest messages tell how long a message takes."""
ODD = (Fate.NOT_UNDERSTOOD, Fate.FAILED, Fate.PARKED)


def count_contracts(_now: datetime) -> dict[str, Any]:
    """Contracts by state, and how many are nobody's."""
    linked = case((Contract.organisation_id.is_(None), 0), else_=1)
    rows = db.session.execute(
        select(Contract.state, func.count(), func.sum(linked))
        .where(Contract.merged_into_id.is_(None))
        .group_by(Contract.state)
    ).all()
    return {
        "states": {state: number for state, number, _linked in rows},
        "unlinked": sum(number - int(linked or 0) for _state, number, linked in rows),
    }


def count_arrivals(now: datetime) -> dict[str, dict[str, int]]:
    """How far the purchases came whose buyers landed in each of the periods. Several arrivals with one are one."""
    return {str(days): _arrivals(now - timedelta(days=days)) for days in PERIODS}


def _arrivals(since: datetime) -> dict[str, int]:
    came = (
        select(Claim.contract_id, func.max(Claim.known_at).label("known_at"))
        .where(Claim.created_at >= since, Claim.contract_id.is_not(None))
        .group_by(Claim.contract_id)
        .subquery()
    )
    linked = Contract.organisation_id.is_not(None)
    row = db.session.execute(
        select(
            func.count(),
            _how_many(came.c.known_at.is_not(None) | linked),
            _how_many(linked),
            _how_many(linked & Contract.state.in_(GRANTED)),
        )
        .select_from(came)
        .join(Contract, Contract.id == came.c.contract_id)
    ).one()
    names = ("landed", "account", "linked", "active")
    return {name: int(number or 0) for name, number in zip(names, row, strict=True)}


def _how_many(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def count_messages(now: datetime) -> list[int]:
    """Messages received in each of the last hours, the oldest first; the last hour is the one that goes on."""
    first = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    hour = slice_of(Notification.received_at, HOUR)
    rows = db.session.execute(select(hour, func.count()).where(Notification.received_at >= first).group_by(hour))
    counted: dict[str, int] = {at: number for at, number in rows}  # noqa: C416 - rows are no pairs to mypy
    return [counted.get(f"{first + timedelta(hours=place):%Y-%m-%d %H}", 0) for place in range(HOURS)]


def count_delays(now: datetime) -> dict[str, Any]:
    """From receiving a message to the change on the page, over the latest applied ones of a day, in milliseconds."""
    rows = db.session.execute(
        select(Notification.received_at, Notification.settled_at)
        .where(
            Notification.received_at >= now - timedelta(days=1),
            Notification.fate == Fate.APPLIED,
            Notification.settled_at.is_not(None),
        )
        .order_by(Notification.id.desc())
        .limit(SAMPLE)
    )
    taken = sorted((settled - received).total_seconds() * 1000 for received, settled in rows if settled)
    if not taken:
        return {"messages": 0, "median": None, "p99": None}
    return {
        "messages": len(taken),
        "median": round(taken[len(taken) // 2], 1),
        "p99": round(taken[ceil(len(taken) * 0.99) - 1], 1),
    }


COUNTERS: dict[str, Callable[[datetime], Any]] = {
    "contracts": count_contracts,
    "arrivals": count_arrivals,
    "messages": count_messages,
    "delays": count_delays,
    "ends": count_ends,
}
"""What the clock counts; see ``portal.staff.overview.figures``."""


@dataclass(frozen=True)
class Now:
    """What is read each time: the few rows that wait, by indices of nothing else."""

    unsettled: int
    """Messages that wait to be worked on; counting stops at ``MOST_COUNTED``."""
    oldest_unsettled_at: datetime | None
    odd: dict[str, int]
    """Messages a person may have to look at, by fate; counting stops there, too."""
    mail_waiting: int
    oldest_mail_at: datetime | None
    checks_due: int
    """Contracts that AWS should have been asked about by now."""


MOST_COUNTED = 10_000


def now_waiting(now: datetime) -> Now:
    """What waits at this moment."""
    received = has_fate(Fate.RECEIVED)
    waiting = Letter.state == MailState.WAITING
    due = (Contract.check_due_at <= now, Contract.merged_into_id.is_(None))
    return Now(
        unsettled=_count(select(Notification.id).where(received)),
        oldest_unsettled_at=_oldest(select(Notification.received_at).where(received)),
        odd={str(fate): _count(select(Notification.id).where(has_fate(fate), is_odd())) for fate in ODD},
        mail_waiting=_count(select(Letter.id).where(waiting)),
        oldest_mail_at=_oldest(select(Letter.created_at).where(waiting)),
        checks_due=_count(select(Contract.id).where(*due)),
    )


def _oldest(statement: Any) -> datetime | None:
    """The first of so many times: without the limit, SQLite would look for it among the times of all rows."""
    some = statement.limit(MOST_COUNTED).subquery()
    found: datetime | None = db.session.scalar(select(func.min(some.c[0])))
    return found


def _count(statement: Any) -> int:
    some = statement.limit(MOST_COUNTED).subquery()
    return int(db.session.scalar(select(func.count()).select_from(some)) or 0)
