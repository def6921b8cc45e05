"""The inbox as a line of work: taking rows that are due, and noting what became of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select, update

from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import db, transaction, utcnow
from portal.notifications.models import Fate, Notification

LEASE = timedelta(seconds=30)
"""How long a worker may keep rows. Then they are due again: if it was only slow, doing them twice does no harm."""
_KEY_COLUMNS = {
    NameKind.LICENSE: Notification.license_key,
    NameKind.AGREEMENT: Notification.agreement_key,
    NameKind.CUSTOMER: Notification.customer_key,
}


def take(limit: int, now: datetime) -> list[Notification]:
    """Take up to `limit` rows that are due, oldest first, so that no other worker takes them meanwhile."""
    with transaction():
        due = (
            select(Notification.id)
            .where(Notification.fate == Fate.RECEIVED, Notification.due_at <= now)
            .order_by(Notification.due_at, Notification.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time anyway
        )
        ids = list(db.session.scalars(due))
        if not ids:
            return []
        db.session.execute(
            update(Notification)
            .where(Notification.id.in_(ids))
            .values(due_at=now + LEASE, attempts=Notification.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        fresh = select(Notification).where(Notification.id.in_(ids)).order_by(Notification.id)
        return list(db.session.scalars(fresh.execution_options(populate_existing=True)))


def next_due_at() -> datetime | None:
    """When the next row is to be worked on; None when none waits."""
    return db.session.scalar(select(func.min(Notification.due_at)).where(Notification.fate == Fate.RECEIVED))


def settle(
    rows: Collection[Notification], fate: Fate, contract: Contract | None = None, problem: str | None = None
) -> None:
    """Note what became of rows, unless another worker has noted it already. Inside a transaction."""
    _note(rows, fate=fate, settled_at=utcnow(), problem=problem, contract_id=contract.id if contract else None)


def postpone(rows: Sequence[Notification], seconds: Sequence[float], problem: str) -> None:
    """Let rows be due again: after so many `seconds` by the number of their attempts. Inside a transaction.

    Chance spreads them a little, so that what failed together does not come back together.
    """
    for row in rows:
        wait = seconds[min(row.attempts, len(seconds)) - 1] * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        _note([row], due_at=utcnow() + timedelta(seconds=wait), problem=problem)


def unpark(contract: Contract) -> None:
    """Put parked notifications about this contract back to work. Inside a transaction.

    Called when a contract has learned a name; whoever calls asks for the inbox to be worked on afterwards.
    """
    names = db.session.execute(
        select(ContractName.kind, ContractName.key).where(ContractName.contract_id == contract.id)
    )
    ours = [_KEY_COLUMNS[NameKind(kind)] == key for kind, key in names]
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
    # A problem means that a person has to decide; looking again would not help.
    return _free(and_(or_(*known), Notification.settled_at >= since, Notification.problem.is_(None)))


def _free(condition: object) -> int:
    freed = db.session.execute(
        update(Notification)
        .where(Notification.fate == Fate.PARKED, condition)  # type: ignore[arg-type]
        .values(fate=Fate.RECEIVED, due_at=utcnow(), settled_at=None, attempts=0, problem=None)
        .execution_options(synchronize_session=False)
    )
    return int(freed.rowcount)  # type: ignore[attr-defined]


def _note(rows: Collection[Notification], **values: object) -> None:
    if not rows:
        return
    db.session.execute(
        update(Notification)
        .where(Notification.id.in_([row.id for row in rows]), Notification.fate == Fate.RECEIVED)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
