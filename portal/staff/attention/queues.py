"""The queues that need a person: what stands in each, how much, page by page.

What a person has seen to stands in its queue no more (``seen``); what is settled by itself neither. Counting
stops at a thousand, so that it costs the same however much there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from portal.contracts.findings import Finding
from portal.contracts.models import Contract, is_nobodys
from portal.database import db
from portal.mail.models import Letter, MailState
from portal.notifications.models import Fate, Notification, has_fate, is_for_people, is_unclear
from portal.registration.models import UnclearPurchase
from portal.staff.attention.dead_letters import DeadLetter, last_look
from portal.staff.attention.seen import Thing, is_seen_to

COUNTED_TO = 1_000
ON_A_PAGE = 25
LAST_PAGE = 400
NOT_LINKED_AFTER = timedelta(days=1)
"""A buyer may need a day for what is left of setting up."""


class QueueKind(StrEnum):
    """The queues, in the order in which they are looked after; the words stand in addresses."""

    DEAD_LETTERS = "dead-letters"
    FAILED = "failed"
    NOT_UNDERSTOOD = "not-understood"
    AMBIGUOUS = "ambiguous"
    TURNED_AWAY = "turned-away"
    NOT_LINKED = "not-linked"
    DRIFT = "drift"
    ADVISORIES = "advisories"
    MAIL = "mail"


THINGS = {
    QueueKind.FAILED: Thing.MESSAGE,
    QueueKind.NOT_UNDERSTOOD: Thing.MESSAGE,
    QueueKind.AMBIGUOUS: Thing.MESSAGE,
    QueueKind.TURNED_AWAY: Thing.PURCHASE,
    QueueKind.NOT_LINKED: Thing.CONTRACT,
    QueueKind.DRIFT: Thing.FINDING,
    QueueKind.ADVISORIES: Thing.MESSAGE,
    QueueKind.MAIL: Thing.LETTER,
}
"""What can be seen to in which queue. A dead letter goes back, or it stays."""
REPLAYED = frozenset({QueueKind.FAILED, QueueKind.NOT_UNDERSTOOD})
"""The queues whose messages are replayed; what is ambiguous goes on by itself once it is decided."""


@dataclass(frozen=True)
class Counted:
    """How many, up to ``COUNTED_TO``; and whether there are more."""

    number: int

    @property
    def words(self) -> str:
        """`12`, `1,000+`."""
        return f"{COUNTED_TO:,}+" if self.number > COUNTED_TO else f"{self.number:,}"


def counts(now: datetime) -> dict[QueueKind, Counted]:
    """How much stands in each queue; one query for most of it, by indexes only."""
    asked = [
        select(func.count())
        .select_from(
            _open(kind, now).with_only_columns(_record(kind).id).order_by(None).limit(COUNTED_TO + 1).subquery()
        )
        .scalar_subquery()
        .label(kind.replace("-", "_"))
        for kind in QueueKind
    ]
    found = dict(zip(QueueKind, db.session.execute(select(*asked)).one(), strict=True))
    look = last_look()
    if look is not None and look.waiting > found[QueueKind.DEAD_LETTERS]:
        found[QueueKind.DEAD_LETTERS] = look.waiting  # more than were looked at one by one
    return {kind: Counted(int(number)) for kind, number in found.items()}


@dataclass(frozen=True)
class Part:
    """One page of a queue."""

    records: Sequence[Any]
    number: int
    has_more: bool


def part(kind: QueueKind, now: datetime, *, number: int = 1, seen: bool = False) -> Part:
    """One page of a queue, the first of which has number 1; with `seen`, of what was seen to instead."""
    number = min(max(number, 1), LAST_PAGE)
    statement = _open(kind, now, seen=seen).limit(ON_A_PAGE + 1).offset((number - 1) * ON_A_PAGE)
    records = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    return Part(records[:ON_A_PAGE], number, len(records) > ON_A_PAGE and number < LAST_PAGE)


def _open(kind: QueueKind, now: datetime, *, seen: bool = False) -> Select[Any]:
    statement = select(_record(kind)).where(*_stands_in(kind, now)).order_by(*_order(kind))
    thing = THINGS.get(kind)
    if thing is None:
        return statement
    return statement.where(is_seen_to(thing) if seen else ~is_seen_to(thing))


_RECORDS: dict[QueueKind, type[Any]] = {
    QueueKind.DEAD_LETTERS: DeadLetter,
    QueueKind.TURNED_AWAY: UnclearPurchase,
    QueueKind.NOT_LINKED: Contract,
    QueueKind.DRIFT: Finding,
    QueueKind.MAIL: Letter,
}


def _record(kind: QueueKind) -> type[Any]:
    return _RECORDS.get(kind, Notification)


def _stands_in(kind: QueueKind, now: datetime) -> list[ColumnElement[bool]]:
    """The condition under which a record stands in a queue, unless it is seen to."""
    if kind is QueueKind.NOT_LINKED:
        return [is_nobodys(), Contract.created_at < now - NOT_LINKED_AFTER]
    conditions: dict[QueueKind, ColumnElement[bool]] = {
        QueueKind.DEAD_LETTERS: DeadLetter.gone_at.is_(None),
        QueueKind.FAILED: has_fate(Fate.FAILED),
        QueueKind.NOT_UNDERSTOOD: has_fate(Fate.NOT_UNDERSTOOD),
        QueueKind.AMBIGUOUS: is_unclear(),
        QueueKind.TURNED_AWAY: UnclearPurchase.settled_at.is_(None),
        QueueKind.DRIFT: Finding.resolved_at.is_(None),
        QueueKind.ADVISORIES: is_for_people(),
        QueueKind.MAIL: Letter.state == MailState.FAILED,
    }
    return [conditions[kind]]


def _order(kind: QueueKind) -> tuple[Any, ...]:
    """What waits longest first; messages and mail the newest first."""
    if kind is QueueKind.NOT_LINKED:
        return Contract.created_at, Contract.id
    if kind is QueueKind.DRIFT:
        return Finding.first_seen_at, Finding.id
    return (_record(kind).id.desc(),)
