"""A contract as lists of staff show it: one row, one join, no lazy loading."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from portal.accounts.models import Organisation
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.database import db


@dataclass(frozen=True)
class Line:
    """One contract. `aws_account_id` is whole: whoever shows it masks it."""

    id: UUID
    product_code: str
    state: str
    organisation_id: int | None
    organisation: str | None
    aws_account_id: str | None
    offer_type: str | None
    starts_at: datetime | None
    until_at: datetime | None
    ended_at: datetime | None
    ended_because: str | None
    auto_renew: bool | None
    confirmed_at: datetime | None
    created_at: datetime

    @property
    def end_at(self) -> datetime | None:
        """When it ended, or runs out as far as is known."""
        return self.ended_at if self.state == State.ENDED else self.until_at


_COLUMNS = (
    Contract.id,
    Contract.product_code,
    Contract.state,
    Contract.organisation_id,
    Organisation.name,
    Contract.aws_account_id,
    Contract.offer_type,
    Contract.starts_at,
    Contract.until_at,
    Contract.ended_at,
    Contract.ended_because,
    Contract.auto_renew,
    Contract.confirmed_at,
    Contract.created_at,
)


def lines() -> Select[*tuple[Any, ...]]:
    """The statement: contracts that stand for themselves, and were not joined to another."""
    return (
        select(*_COLUMNS)
        .outerjoin(Organisation, Organisation.id == Contract.organisation_id)
        .where(Contract.merged_into_id.is_(None))
    )


def read(statement: Select[*tuple[Any, ...]]) -> list[Line]:
    """What ``lines()``, narrowed and ordered, finds."""
    return [Line(*row) for row in db.session.execute(statement)]


def lines_of(contract_ids: Collection[UUID]) -> dict[UUID, Line]:
    """These contracts; those that were joined to another are left out."""
    if not contract_ids:
        return {}
    return {line.id: line for line in read(lines().where(Contract.id.in_(contract_ids)))}
