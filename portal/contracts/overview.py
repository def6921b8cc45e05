"""What a customer may see of their contracts, with as few queries as that takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, select
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


def _visible() -> Select[Contract]:
    """The contracts of the organisations of the person named when it is executed."""
    return (
        select(Contract)
        .join(Contract.organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == bindparam("person_id"))
        .options(contains_eager(Contract.organisation))
    )


def _with_neighbours() -> Any:
    before, after, other = aliased(Contract), aliased(Contract), aliased(Contract)
    wanted = bindparam("contract_id", type_=Contract.id.type)
    others = exists(
        select(other.id)
        .join(Membership, Membership.organisation_id == other.organisation_id)
        .where(Membership.person_id == bindparam("person_id"), other.id != wanted)
        .correlate(None)
    )
    return (
        _visible()
        .outerjoin(before, (before.id == Contract.continues_id) & (before.organisation_id == Contract.organisation_id))
        .outerjoin(after, (after.continues_id == Contract.id) & (after.organisation_id == Contract.organisation_id))
        .where(Contract.id == wanted)
        .order_by(after.id)
        .options(joinedload(Contract.linked_by), selectinload(Contract.entitlements))
        .add_columns(before.id, before.product_code, after.id, after.product_code, others)
    )


# Put together once: that costs more than the database needs to answer.
_ALL = _visible().options(selectinload(Contract.entitlements)).order_by(Contract.linked_at.desc(), Contract.id)
_ONE = _with_neighbours()


def contracts_of(person_id: int) -> list[Contract]:
    """The contracts of all the person's organisations, the newest first; two queries."""
    return list(db.session.scalars(_ALL, {"person_id": person_id}))


def contract_of(person_id: int, contract_id: UUID) -> Overview | None:
    """One contract with its entitlements; None when it is not this person's, as if it did not exist. Two queries."""
    row = db.session.execute(_ONE, {"person_id": person_id, "contract_id": contract_id}).first()
    if row is None:
        return None
    contract, *neighbours, has_others = row
    continues, continued_by = (
        Neighbour(contract_id, code) if contract_id else None for contract_id, code in (neighbours[:2], neighbours[2:])
    )
    return Overview(contract, continues, continued_by, has_others)


def joined_into(person_id: int, contract_id: UUID) -> UUID | None:
    """The contract that this one was joined to after a renewal, if that one is this person's to see."""
    joined = aliased(Contract)
    into = select(joined.merged_into_id).where(joined.id == contract_id).scalar_subquery()
    statement = _visible().where(Contract.id == into).with_only_columns(Contract.id)
    return db.session.scalar(statement, {"person_id": person_id})


def may_see(person_id: int, contract_id: UUID) -> bool:
    """Whether the contract belongs to one of the person's organisations."""
    statement = _visible().where(Contract.id == contract_id).with_only_columns(Contract.id)
    return db.session.scalar(statement, {"person_id": person_id}) is not None
