"""What a person has seen to: it leaves its queue, with a reason, and can be put back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, String, Text, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from portal import audit
from portal.contracts.findings import Finding
from portal.contracts.models import Contract
from portal.database import Base, UTCDateTime, db
from portal.mail.models import Letter
from portal.notifications.models import Notification
from portal.registration.models import UnclearPurchase


class Thing(StrEnum):
    """What may stand in a queue."""

    MESSAGE = "notification"
    CONTRACT = "contract"
    FINDING = "finding"
    LETTER = "letter"
    PURCHASE = "purchase"


class SeenTo(Base):
    """One thing that a person has seen to; one of the first five columns says which. Put back, the row goes: what was
    done stands in the audit log."""

    __tablename__ = "seen_to"

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notifications.id"), index=True)
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("findings.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), index=True)
    purchase_id: Mapped[int | None] = mapped_column(ForeignKey("unclear_purchases.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(64))
    """As in the audit log: `person:12`."""
    why: Mapped[str] = mapped_column(Text)


Id = int | UUID
_COLUMNS: dict[Thing, InstrumentedAttribute[int | None] | InstrumentedAttribute[UUID | None]] = {
    Thing.MESSAGE: SeenTo.notification_id,
    Thing.CONTRACT: SeenTo.contract_id,
    Thing.FINDING: SeenTo.finding_id,
    Thing.LETTER: SeenTo.letter_id,
    Thing.PURCHASE: SeenTo.purchase_id,
}
_RECORDS: dict[Thing, type[Base]] = {
    Thing.MESSAGE: Notification,
    Thing.CONTRACT: Contract,
    Thing.FINDING: Finding,
    Thing.LETTER: Letter,
    Thing.PURCHASE: UnclearPurchase,
}


def is_seen_to(thing: Thing) -> ColumnElement[bool]:
    """The condition that a row of this kind of record is seen to."""
    record: type[Notification] = _RECORDS[thing]  # type: ignore[assignment]  # each of them has an `id`
    return exists().where(_COLUMNS[thing] == record.id)


def see_to(thing: Thing, ids: Collection[Id], *, why: str, actor: str, now: datetime) -> int:
    """Take things out of their queue. Inside a transaction.

    Returns:
        How many were not seen to before; those that do not exist are left out.
    """
    record: type[Notification] = _RECORDS[thing]  # type: ignore[assignment]
    column = _COLUMNS[thing]
    # Locking them keeps two people from seeing to the same thing at the same moment.
    there = list(db.session.scalars(select(record.id).where(record.id.in_(ids)).order_by(record.id).with_for_update()))
    known = set(db.session.scalars(select(column).where(column.in_(there))))
    fresh = [one for one in there if one not in known]
    for one in fresh:
        db.session.add(SeenTo(**{column.key: one}, at=now, by=actor, why=why))
        audit.record(actor, "saw to", f"{thing}:{one}", why=why)
    return len(fresh)


def put_back(thing: Thing, ids: Collection[Id], *, actor: str, why: str | None = None) -> int:
    """Let things stand in their queue again. Inside a transaction.

    Returns:
        How many had been seen to.
    """
    column = _COLUMNS[thing]
    gone = set(db.session.scalars(delete(SeenTo).where(column.in_(ids)).returning(column)))
    for one in gone:
        audit.record(actor, "put back", f"{thing}:{one}", why=why)
    return len(gone)


def notes_on(thing: Thing, ids: Collection[Id]) -> dict[Id, SeenTo]:
    """What people noted on those of these things that they have seen to."""
    column = _COLUMNS[thing]
    rows = db.session.scalars(select(SeenTo).where(column.in_(ids))).all()
    return {getattr(row, column.key): row for row in rows}
