"""The inbox as a line of work: taking rows that are due, and noting what became of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, Update, and_, event, exists, func, inspect, or_, select, update

from portal.contracts.models import ContractName, NameKind
from portal.database import db, portions, transaction, utcnow
from portal.notifications.envelope import Message, understand
from portal.notifications.models import Fate, Notification, has_fate
from portal.notifications.vocabulary import Kind

LEASE = timedelta(seconds=30)
"""How long a worker may keep rows. Then they are due again: if it was only slow, doing them twice does no harm."""
LEASE_FOR_EACH = timedelta(milliseconds=20)
_TABLE = cast("Table", Notification.__table__)
_KEY_COLUMNS = {
    NameKind.LICENSE: Notification.license_key,
    NameKind.AGREEMENT: Notification.agreement_key,
    NameKind.CUSTOMER: Notification.customer_key,
}


@dataclass(frozen=True)
class Pressure:
    """How much is due, about how many contracts, and between which times it came."""

    messages: int
    contracts: int
    oldest_at: datetime
    newest_at: datetime


def pressure(now: datetime) -> Pressure | None:
    """What is due; None when nothing is."""
    about = func.coalesce(Notification.license_key, Notification.agreement_key, Notification.customer_key)
    row = db.session.execute(
        select(
            func.count(),
            func.count(about.distinct()),
            func.min(Notification.received_at),
            func.max(Notification.received_at),
        ).where(has_fate(Fate.RECEIVED), Notification.due_at <= now)
    ).one()
    return Pressure(*row) if row[0] else None


_COLUMNS = (
    Notification.kind,
    Notification.id,
    Notification.name,
    Notification.occurred_at,
    Notification.received_at,
    Notification.product_code,
    Notification.license_key,
    Notification.agreement_key,
    Notification.customer_key,
    Notification.previous_agreement_key,
    Notification.body,
    Notification.attempts,
)


@dataclass(frozen=True)
class Taken:
    """One message in a worker's hands, with what it was read as when it came."""

    kind: Kind
    id: int
    name: str
    occurred_at: datetime | None
    received_at: datetime
    product_code: str | None
    license_key: str | None
    agreement_key: str | None
    customer_key: str | None
    previous_agreement_key: str | None
    body: str
    attempts: int
    """How many times it was taken, this one included."""

    @property
    def happened_at(self) -> datetime:
        """When what it tells happened, as well as it is known."""
        return self.occurred_at or self.received_at

    @property
    def keys(self) -> list[tuple[NameKind, str]]:
        """The names by which it speaks of a purchase, the surest first."""
        named = (
            (NameKind.LICENSE, self.license_key),
            (NameKind.AGREEMENT, self.agreement_key),
            (NameKind.CUSTOMER, self.customer_key),
        )
        return [(kind, key) for kind, key in named if key]

    @cached_property
    def message(self) -> Message:
        """All that it says; read from the body only where that is needed."""
        return understand(self.body, "", self.occurred_at)


def take(limit: int, now: datetime) -> list[Taken]:
    """Take up to `limit` rows that are due, oldest first, so that no other worker takes them meanwhile."""
    with transaction():
        due = (
            select(*_COLUMNS)
            .where(has_fate(Fate.RECEIVED), Notification.due_at <= now)
            .order_by(Notification.due_at, Notification.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time anyway
        )
        rows: Sequence[Any] = db.session.execute(due).all()
        until = now + LEASE + LEASE_FOR_EACH * len(rows)
        _note(rows, {"due_at": until, "attempts": Notification.attempts + 1})
    return sorted(map(_taken, rows), key=lambda row: row.id)


def in_hand(ids: Collection[int]) -> list[Taken]:
    """These rows as a worker would have them in hand, if they wait for one; nobody is kept from taking them."""
    rows = db.session.execute(select(*_COLUMNS).where(Notification.id.in_(ids), has_fate(Fate.RECEIVED)))
    return sorted(map(_taken, rows), key=lambda row: row.id)


def _taken(row: Any) -> Taken:
    kind, *others, attempts = row
    values: list[Any] = [Kind(kind), *others, attempts + 1]
    return Taken(*values)


def next_due_at() -> datetime | None:
    """When the next row is to be worked on; None when none waits."""
    return db.session.scalar(select(func.min(Notification.due_at)).where(has_fate(Fate.RECEIVED)))


class Fates:
    """What became of many rows, written together. Rows that another worker has settled stay as they are."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Fate, UUID | None, str | None], list[Taken]] = {}

    def settle(
        self, rows: Collection[Taken], fate: Fate, contract_id: UUID | None = None, problem: str | None = None
    ) -> None:
        """Note what became of rows."""
        if rows:
            self._rows.setdefault((fate, contract_id, problem), []).extend(rows)

    def write(self) -> None:
        """Write it, one statement for all rows of one fate and contract. Inside a transaction."""
        for (fate, contract_id, problem), rows in self._rows.items():
            told = {"fate": fate, "contract_id": contract_id, "problem": problem, "settled_at": utcnow()}
            _note(rows, told)


def settle(rows: Collection[Taken], fate: Fate, problem: str | None = None) -> None:
    """Note what became of rows that no contract is known for. Inside a transaction."""
    fates = Fates()
    fates.settle(rows, fate, problem=problem)
    fates.write()


def postpone(rows: Sequence[Taken], seconds: Sequence[float], problem: str) -> None:
    """Let rows be due again: after so many `seconds` by the number of their attempts. Inside a transaction.

    Chance spreads them a little, so that what failed together does not come back together.
    """
    for row in rows:
        wait = seconds[min(row.attempts, len(seconds)) - 1] * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        _note([row], {"due_at": utcnow() + timedelta(seconds=wait), "problem": problem})


def init_app() -> None:
    """From now on parked notifications wake by themselves when their purchase becomes known: whenever a contract learns
    a name, whoever taught it, or takes one over. In the same transaction; whoever teaches names asks for the inbox to
    be worked on afterwards."""
    for moment, wake in (("after_insert", _unpark), ("after_update", _unpark_after_a_move)):
        if not event.contains(ContractName, moment, wake):
            event.listen(ContractName, moment, wake)


def _unpark_after_a_move(mapper: object, connection: Connection, name: ContractName) -> None:
    if inspect(name).attrs.contract_id.history.has_changes():
        _unpark(mapper, connection, name)


def _unpark(_mapper: object, connection: Connection, name: ContractName) -> None:
    kind = NameKind(name.kind)
    meant = _KEY_COLUMNS[kind] == name.key
    if kind is NameKind.AGREEMENT:
        meant = or_(meant, Notification.previous_agreement_key == name.key)
    connection.execute(_freeing(meant))


def wake(ids: Collection[int]) -> None:
    """Put these back to work, if they are parked. Inside a transaction."""
    db.session.execute(_freeing(Notification.id.in_(ids)))


def unpark_forgotten(since: datetime) -> int:
    """Put parked notifications back to work whose contract has come after all. Inside a transaction.

    A buyer may land in the very moment in which a worker parks a message because nobody has landed: neither sees the
    other. So what was parked since a while ago is looked at again.

    Returns:
        How many were found.
    """
    known = [
        exists().where(ContractName.kind == kind, ContractName.key == column) for kind, column in _KEY_COLUMNS.items()
    ]
    before = exists().where(
        ContractName.kind == NameKind.AGREEMENT, ContractName.key == Notification.previous_agreement_key
    )
    # A problem means that a person has to decide; looking again would not help.
    forgotten = and_(or_(*known, before), Notification.settled_at >= since, Notification.problem.is_(None))
    return int(db.session.execute(_freeing(forgotten)).rowcount)  # type: ignore[attr-defined]


def _freeing(condition: ColumnElement[bool]) -> Update:
    return (
        update(Notification)
        .where(has_fate(Fate.PARKED), condition)
        .values(fate=Fate.RECEIVED, due_at=utcnow(), settled_at=None, attempts=0, problem=None)
        .execution_options(synchronize_session=False)
    )


def _note(rows: Sequence[Any], changes: dict[str, Any]) -> None:
    """Write the same on every row that nobody has settled."""
    for some in portions(rows):
        ids = [row.id for row in some]
        statement = update(_TABLE).where(_TABLE.c.id.in_(ids), _TABLE.c.fate == Fate.RECEIVED)
        db.session.execute(statement.values(**changes))
