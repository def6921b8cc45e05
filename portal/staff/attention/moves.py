"""What staff have to know before they move a contract from one organisation to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Membership, Organisation, folded
from portal.contracts.models import Contract
from portal.database import db
from portal.registration.linking import LINKING_ROLES
from portal.registration.models import Claim, ClaimState
from portal.staff.searching.finding_people import FoundOrganisation, organisation_numbered, organisations

MOST_FOUND = 20


def organisations_like(text: str) -> list[FoundOrganisation]:
    """The organisation of this number, and those that the search finds for this text."""
    wanted = folded(text)
    is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < 10
    numbered = organisation_numbered(int(wanted)) if is_number else None
    named = [one for one in organisations(wanted, MOST_FOUND) if numbered is None or one.id != numbered.id]
    return [*([numbered] if numbered else []), *named]


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
