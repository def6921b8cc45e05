"""What staff have moved from one organisation to another, so that it can be undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db


class Move(Base):
    """One contract, given by staff to an organisation, taken from one, or both."""

    __tablename__ = "moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """Whose it was; None for nobody's."""
    to_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """Whose it became; None for nobody's."""
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who had linked it before, and when: what an undo puts back."""
    linked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(64))
    """As in the audit log: `person:12`, `command`."""
    why: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))


def moves_of(contract_id: UUID) -> list[Move]:
    """What staff did to this contract's link, the latest first."""
    statement = select(Move).where(Move.contract_id == contract_id).order_by(Move.id.desc())
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def last_move_of(contract_id: UUID) -> Move | None:
    """The latest of them."""
    statement = select(Move).where(Move.contract_id == contract_id).order_by(Move.id.desc()).limit(1)
    return db.session.scalar(statement.execution_options(populate_existing=True))
