"""What staff have moved from one organisation to another, and what they have to know before they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from portal.accounts.models import Membership, Organisation, Person, folded
from portal.contracts.models import Contract
from portal.database import Base, UTCDateTime, db
from portal.registration.linking import LINKING_ROLES
from portal.registration.models import Claim, ClaimState
from portal.staff.searching.finding_people import FoundOrganisation, organisation_numbered, organisations

MOST_FOUND = 20


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


def organisations_like(text: str) -> list[FoundOrganisation]:
    """The organisation of this number, and those that the search finds for this text."""
    wanted = folded(text)
    is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < 10
    numbered = organisation_numbered(int(wanted)) if is_number else None
    named = [one for one in organisations(wanted, MOST_FOUND) if numbered is None or one.id != numbered.id]
    return [*([numbered] if numbered else []), *named]


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


@dataclass(frozen=True)
class Side:
    """An organisation that a move concerns."""

    id: int
    name: str
    people: int
    told: int
    """So many of them get a letter."""


def side_of(organisation_id: int | None) -> Side | None:
    """An organisation and how many people it has; None for nobody, or one that does not exist."""
    organisation = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    if organisation is None:
        return None
    people = select(func.count()).where(Membership.organisation_id == organisation.id)
    told = people.where(Membership.role.in_(LINKING_ROLES))
    counted = db.session.scalar(people) or 0, db.session.scalar(told) or 0
    return Side(organisation.id, organisation.name, *counted)


def neighbours_of(contract: Contract) -> Sequence[Contract]:
    """The contracts that this one goes on for, or that go on for it, with their organisations: each has its own."""
    chained: ColumnElement[bool] = Contract.continues_id == contract.id
    if contract.continues_id is not None:
        chained = or_(chained, Contract.id == contract.continues_id)
    return db.session.scalars(
        select(Contract).where(chained).options(joinedload(Contract.organisation)).order_by(Contract.created_at)
    ).all()


def is_being_claimed(contract_id: UUID, now: datetime) -> bool:
    """Whether a buyer is on their way with this purchase."""
    open_claim = select(Claim.id).where(
        Claim.contract_id == contract_id, Claim.state == ClaimState.OPEN, Claim.expires_at > now
    )
    return db.session.scalar(open_claim.limit(1)) is not None
