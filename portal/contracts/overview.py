"""What a customer may see of their contracts, with as few queries as that takes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.accounts.models import Membership, Organisation
from portal.contracts.models import Contract
from portal.database import db


@dataclass(frozen=True)
class Neighbour:
    """A contract next to another in a chain of renewals."""

    id: UUID
    product_code: str


@dataclass(frozen=True)
class Overview:
    """A contract with what surrounds it: the one it continues, and the one that continues it."""

    contract: Contract
    continues: Neighbour | None
    continued_by: Neighbour | None
    has_others: bool
    """Whether the person has other contracts, too."""


def _visible_to(person_id: int) -> Select[Contract]:
    return (
        select(Contract)
        .join(Contract.organisation)
        .join(Membership, (Membership.organisation_id == Organisation.id) & (Membership.person_id == person_id))
        .options(contains_eager(Contract.organisation))
    )


def contracts_of(person_id: int) -> list[Contract]:
    """The contracts of all the person's organisations, the newest first; two queries."""
    statement = _visible_to(person_id).options(selectinload(Contract.entitlements))
    return list(db.session.scalars(statement.order_by(Contract.linked_at.desc(), Contract.id)))


def contract_of(person_id: int, contract_id: UUID) -> Overview | None:
    """One contract with its entitlements; None when it is not this person's, as if it did not exist. Two queries."""
    before, after = aliased(Contract), aliased(Contract)
    other = aliased(Contract)
    others = exists(
        select(other.id)
        .join(Membership, Membership.organisation_id == other.organisation_id)
        .where(Membership.person_id == person_id, other.id != contract_id)
        .correlate(None)
    )
    statement = (
        _visible_to(person_id)
        .outerjoin(before, (before.id == Contract.continues_id) & (before.organisation_id == Contract.organisation_id))
        .outerjoin(after, (after.continues_id == Contract.id) & (after.organisation_id == Contract.organisation_id))
        .where(Contract.id == contract_id)
        .options(joinedload(Contract.linked_by), selectinload(Contract.entitlements))
        .add_columns(before.id, before.product_code, after.id, after.product_code, others)
    )
    row = db.session.execute(statement).first()
    if row is None:
        return None
    contract, *neighbours, has_others = row
    continues, continued_by = (
        Neighbour(contract_id, code) if contract_id else None for contract_id, code in (neighbours[:2], neighbours[2:])
    )
    return Overview(contract, continues, continued_by, has_others)


def may_see(person_id: int, contract_id: UUID) -> bool:
    """Whether the contract belongs to one of the person's organisations."""
    statement = _visible_to(person_id).where(Contract.id == contract_id).with_only_columns(Contract.id)
    return db.session.scalar(statement) is not None
