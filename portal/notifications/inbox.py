"""The inbox as a line of work: taking rows that are due, and noting what became of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import db, transaction, utcnow
from portal.notifications.models import Fate, Notification

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
        ).where(Notification.fate == Fate.RECEIVED, Notification.due_at <= now)
    ).one()
    return Pressure(*row) if row[0] else None


def take(limit: int, now: datetime) -> list[Notification]:
    """Take up to `limit` rows that are due, oldest first, so that no other worker takes them meanwhile."""
    with transaction():
        due = (
            select(Notification)
            .where(Notification.fate == Fate.RECEIVED, Notification.due_at <= now)
            .order_by(Notification.due_at, Notification.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time anyway
            .execution_options(populate_existing=True)
        )
        rows = list(db.session.scalars(due))
        until = now + LEASE + LEASE_FOR_EACH * len(rows)
        _note(rows, {"due_at": until, "attempts": Notification.attempts + 1})
        for row in rows:
            set_committed_value(row, "attempts", row.attempts + 1)
        return sorted(rows, key=lambda row: row.id)


def next_due_at() -> datetime | None:
    """When the next row is to be worked on; None when none waits."""
    return db.session.scalar(select(func.min(Notification.due_at)).where(Notification.fate == Fate.RECEIVED))


class Fates:
    """What became of many rows, written together. Rows that another worker has settled stay as they are."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def settle(
        self, rows: Collection[Notification], fate: Fate, contract_id: UUID | None = None, problem: str | None = None
    ) -> None:
        """Note what became of rows."""
        self._rows += [{"row_id": row.id, "fate_now": fate, "contract": contract_id, "why": problem} for row in rows]

    def write(self) -> None:
        """Write it, in one round trip. Inside a transaction."""
        if not self._rows:
            return
        statement = (
            update(_TABLE)
            .where(_TABLE.c.id == bindparam("row_id"), _TABLE.c.fate == Fate.RECEIVED)
            .values(
                fate=bindparam("fate_now"),
                contract_id=bindparam("contract"),
                problem=bindparam("why"),
                settled_at=utcnow(),
            )
        )
        db.session.connection().execute(statement, self._rows)


def settle(rows: Collection[Notification], fate: Fate, problem: str | None = None) -> None:
    """Note what became of rows that no contract is known for. Inside a transaction."""
    fates = Fates()
    fates.settle(rows, fate, problem=problem)
    fates.write()


def postpone(rows: Sequence[Notification], seconds: Sequence[float], problem: str) -> None:
    """Let rows be due again: after so many `seconds` by the number of their attempts. Inside a transaction.

    Chance spreads them a little, so that what failed together does not come back together.
    """
    for row in rows:
        wait = seconds[min(row.attempts, len(seconds)) - 1] * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        _note([row], {"due_at": utcnow() + timedelta(seconds=wait), "problem": problem})


def unpark(contract: Contract) -> None:
    """Put parked notifications about this contract back to work. Inside a transaction.

    Called when a contract has learned a name; whoever calls asks for the inbox to be worked on afterwards.
    """
    names = db.session.execute(
        select(ContractName.kind, ContractName.key).where(ContractName.contract_id == contract.id)
    ).all()
    ours = [_KEY_COLUMNS[NameKind(kind)] == key for kind, key in names]
    ours += [Notification.previous_agreement_key == key for kind, key in names if kind == NameKind.AGREEMENT]
    if ours:
        _free(or_(*ours))


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
    return _free(and_(or_(*known, before), Notification.settled_at >= since, Notification.problem.is_(None)))


def _free(condition: object) -> int:
    freed = db.session.execute(
        update(Notification)
        .where(Notification.fate == Fate.PARKED, condition)  # type: ignore[arg-type]
        .values(fate=Fate.RECEIVED, due_at=utcnow(), settled_at=None, attempts=0, problem=None)
        .execution_options(synchronize_session=False)
    )
    return int(freed.rowcount)  # type: ignore[attr-defined]


def _note(rows: Collection[Notification], values: dict[str, Any]) -> None:
    """Write the same on every row; one round trip for all of them."""
    if not rows:
        return
    statement = update(_TABLE).where(_TABLE.c.id == bindparam("row_id"), _TABLE.c.fate == Fate.RECEIVED)
    db.session.connection().execute(statement.values(**values), [{"row_id": row.id} for row in rows])
