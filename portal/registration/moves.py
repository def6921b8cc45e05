"""What was moved from one organisation to another, and what somebody is asked to take."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Membership, Organisation, Person
from portal.contracts.models import Contract
from portal.database import Base, UTCDateTime, db, utcnow
from portal.registration.linking import LINKING_ROLES

_OPEN = text("state = 'open'")


class Move(Base):
    """One contract, given to an organisation, taken from one, or both: by staff, or by its own people."""

    __tablename__ = "moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    """Whose it was; None for nobody's."""
    to_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    """Whose it became; None for nobody's."""
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who had linked it before, and when: what an undo puts back."""
    linked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(64))
    """As in the audit log: `person:12`, `command`."""
    why: Mapped[str] = mapped_column(Text)
    undo_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Until when the people of either side may put it back; None where only staff may, who moved it."""
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))


class OfferState(StrEnum):
    """What became of an offer; one that has expired stays open until somebody notices."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    """It expired, or the contract went somewhere else meanwhile."""


class MoveOffer(Base):
    """An owner asks the owner of another organisation to take a contract. One open offer for a contract at a time."""

    __tablename__ = "move_offers"
    __table_args__ = (
        Index("uq_move_offers_open", "contract_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    linked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when the organisation had the contract: one that went away and came back is not what was offered."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    sent_to: Mapped[str] = mapped_column(String(320))
    """The masked address, for the giving side."""
    sent_to_hash: Mapped[str] = mapped_column(String(64), index=True)
    """Who alone can answer."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=OfferState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    move_id: Mapped[int | None] = mapped_column(ForeignKey("moves.id"))

    contract: Mapped[Contract] = relationship()
    organisation: Mapped[Organisation] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)


def moves_of(contract_id: UUID) -> list[Move]:
    """What was done to whose a contract is, the latest first."""
    statement = select(Move).where(Move.contract_id == contract_id).order_by(Move.id.desc())
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def last_move_of(contract_id: UUID) -> Move | None:
    """The latest of them."""
    statement = select(Move).where(Move.contract_id == contract_id).order_by(Move.id.desc()).limit(1)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def told_by_mail(organisation_id: int) -> list[Person]:
    """Who of an organisation gets the letters: those who may link contracts."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership)
            .where(Membership.organisation_id == organisation_id, Membership.role.in_(LINKING_ROLES))
            .order_by(Person.id)
        )
    )


def was_agreed(move_id: int) -> bool:
    """Whether the owners of both sides agreed to a move, so that each knows the other."""
    return db.session.scalar(select(MoveOffer.id).where(MoveOffer.move_id == move_id).limit(1)) is not None
