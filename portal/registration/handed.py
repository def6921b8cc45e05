"""What became of a purchase that was handed over, for whoever handed it over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.accounts.models import Person
from portal.database import db
from portal.registration.models import Claim, HandOver

LISTED = 20


@dataclass(frozen=True)
class Fate:
    """Where a purchase that was handed over is now."""

    taken_at: datetime | None
    linked_at: datetime | None
    linked_by: str | None
    """The name of who linked it."""


def links_of(claim_id: UUID) -> Sequence[HandOver]:
    """The links of a claim, the newest first; one query."""
    statement = select(HandOver).where(HandOver.claim_id == claim_id).order_by(HandOver.id.desc()).limit(LISTED)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def fate_of(claim_id: UUID) -> Fate:
    """What became of the purchase of a claim that was handed over."""
    taken = [one for one in links_of(claim_id) if one.used_at is not None]
    claims = later_claims(claim_id)
    last = db.session.get(Claim, claims[-1], populate_existing=True) if claims else None
    linked = last is not None and last.used_by_id is not None
    return Fate(
        taken_at=max((one.used_at for one in taken if one.used_at), default=None),
        linked_at=last.used_at if last and linked else None,
        linked_by=db.session.scalar(select(Person.name).where(Person.id == last.used_by_id))
        if last and linked
        else None,
    )


def senders_of(claim_id: UUID, linker_id: int) -> list[Person]:
    """The people who handed a purchase over on its way to this claim, without the one who links it."""
    found: dict[int, Person] = {}
    at: UUID | None = claim_id
    while at is not None:
        step = db.session.scalar(select(HandOver).where(HandOver.taken_id == at))
        if step is not None and step.sender_id not in {None, linker_id}:
            person = db.session.get_one(Person, step.sender_id)
            found[person.id] = person
        at = step.claim_id if step is not None else None
    return list(found.values())


def later_claims(claim_id: UUID) -> list[UUID]:
    """The claims that a claim was handed over to, one after the other."""
    found: list[UUID] = []
    at: UUID | None = claim_id
    while at is not None:
        # The latest counts: what was taken back before went nowhere.
        statement = select(HandOver.taken_id).where(HandOver.claim_id == at, HandOver.taken_id.is_not(None))
        at = db.session.scalar(statement.order_by(HandOver.used_at.desc(), HandOver.id.desc()).limit(1))
        if at is not None:
            found.append(at)
    return found
