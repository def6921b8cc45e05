"""The messages about one contract: those applied to it, and those that bear its names and wait."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, union_all

from portal.contracts.models import Contract, NameKind
from portal.database import db
from portal.notifications.models import Fate, Notification, has_fate
from portal.staff.contract.circumstances import Heard

MOST_MESSAGES, MOST_WAITING, MOST_TIMES = 300, 20, 200
_COLUMNS = {
    NameKind.LICENSE: Notification.license_key,
    NameKind.AGREEMENT: Notification.agreement_key,
    NameKind.CUSTOMER: Notification.customer_key,
}


def messages_of(contract: Contract, numbers: Sequence[int], newest: int) -> list[Notification]:
    """The newest messages that were applied to a contract, and older ones that something is known from: by their
    numbers, or by the times of AWS's words. The newest first; one query."""
    about = Notification.contract_id == contract.id
    latest = select(Notification.id).where(about).order_by(Notification.id.desc()).limit(newest).subquery()
    times = sorted({name.word_at for name in contract.names if name.word_at})[-MOST_TIMES:]
    wanted = [Notification.id.in_(select(latest))]
    if numbers:
        wanted.append(Notification.id.in_(list(numbers)[-MOST_TIMES:]))
    if times:
        wanted += [Notification.occurred_at.in_(times), Notification.received_at.in_(times)]
    statement = select(Notification).where(about, or_(*wanted)).order_by(Notification.id.desc())
    return list(db.session.scalars(statement.limit(MOST_MESSAGES)))


def waiting_for(contract: Contract) -> list[Notification]:
    """Messages that bear a name of the contract and have not come to anything: set aside, still to be worked on, or
    given up. The newest first; one query."""
    keys: dict[NameKind, list[str]] = {}
    for name in contract.names:
        keys.setdefault(NameKind(name.kind), []).append(name.key)
    bearing: list[ColumnElement[bool]] = [_COLUMNS[kind].in_(some) for kind, some in keys.items()]
    if agreements := keys.get(NameKind.AGREEMENT):
        bearing.append(Notification.previous_agreement_key.in_(agreements))
    if not bearing:
        return []
    # What is set aside may be very much, and has an index for each name; the others are few but in a storm.
    parts = [select(Notification.id).where(has_fate(Fate.PARKED), bears) for bears in bearing]
    parts += [select(Notification.id).where(has_fate(fate), or_(*bearing)) for fate in (Fate.RECEIVED, Fate.FAILED)]
    found = union_all(*parts).subquery()
    statement = select(Notification).where(Notification.id.in_(select(found))).order_by(Notification.id.desc())
    return list(db.session.scalars(statement.limit(MOST_WAITING)))


def heard(rows: Iterable[Notification]) -> list[Heard]:
    """The messages as explanations need them, the oldest first."""
    found = {row.id: _heard(row) for row in rows}
    return sorted(found.values(), key=lambda message: (message.happened_at, message.id))


def _heard(row: Notification) -> Heard:
    keys = {kind: getattr(row, column.key) for kind, column in _COLUMNS.items()}
    return Heard(
        id=row.id,
        kind=row.kind,
        name=row.name,
        happened_at=happened_at(row),
        keys=frozenset((str(kind), key) for kind, key in keys.items() if key),
        fate=row.fate,
        problem=row.problem,
        status=_status_in(row.body),
    )


def happened_at(row: Notification) -> datetime:
    """When what a message tells happened, as well as it is known."""
    return row.occurred_at or row.received_at


def _status_in(body: str) -> str | None:
    """AWS's word for where the agreement of an event stands."""
    try:
        found: Any = json.loads(body)
        for key in ("detail", "agreement", "status"):
            found = found.get(key) if isinstance(found, dict) else None
    except ValueError:
        return None
    return found.upper() if isinstance(found, str) else None
