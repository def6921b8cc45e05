"""The claim between arrival and link: who may hold it, and where it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.contracts.models import Contract
from portal.database import db, transaction
from portal.registration.models import Claim, ClaimState
from portal.sealing import hash_secret

ARRIVES_WITHIN = timedelta(minutes=10)
"""So long after the POST its browser comes for the claim; later nobody does who brought it."""


class Standing(StrEnum):
    """What a visitor can do with a claim now."""

    WAITING = "waiting"
    """AWS could not be asked yet."""
    OPEN = "open"
    LINKED = "linked"
    """Its purchase already belongs to an organisation."""
    REFUSED = "refused"
    HANDED_OVER = "handed over"
    """Another browser goes on with it."""
    GONE = "gone"
    """Used, expired or never there."""


def take_over(secret: str, now: datetime) -> UUID | None:
    """Exchange the arrival secret for the claim's id, once; None when it is unknown, spent or too old."""
    with transaction():
        young = (Claim.expires_at > now, Claim.created_at > now - ARRIVES_WITHIN)
        claim = db.session.scalar(select(Claim).where(Claim.secret_hash == hash_secret(secret), *young))
        if claim is None:
            return None
        taken = db.session.execute(
            update(Claim).where(Claim.id == claim.id, Claim.secret_hash.is_not(None)).values(secret_hash=None)
        )
        return claim.id if taken.rowcount else None  # type: ignore[attr-defined]


def note_known(claim_id: UUID | None, now: datetime, person_id: int | None = None) -> None:
    """Note that the browser with this claim has somebody with an account before it, and who. Inside a transaction.

    Args:
        person_id: who it is, where that has been shown; None where a sign-up said no more than that there is somebody.
    """
    if claim_id is None:
        return
    db.session.execute(update(Claim).where(Claim.id == claim_id, Claim.known_at.is_(None)).values(known_at=now))
    if person_id is not None:
        db.session.execute(update(Claim).where(Claim.id == claim_id).values(known_person_id=person_id))


def find_claim(claim_id: UUID) -> Claim | None:
    """The claim with its contract and the contract's entitlements."""
    statement = (
        select(Claim)
        .where(Claim.id == claim_id)
        .options(joinedload(Claim.contract).selectinload(Contract.entitlements))
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement)


def standing(claim: Claim | None, now: datetime) -> Standing:
    """Where a claim stands at this moment."""
    if claim is None or claim.expires_at <= now:
        return Standing.GONE
    if claim.state == ClaimState.REFUSED:
        return Standing.REFUSED
    if claim.state == ClaimState.HANDED_OVER:
        return Standing.HANDED_OVER
    if claim.state == ClaimState.UNRESOLVED or claim.contract is None:
        return Standing.WAITING
    if claim.contract.organisation_id is not None:
        return Standing.LINKED
    return Standing.GONE if claim.state == ClaimState.USED else Standing.OPEN
