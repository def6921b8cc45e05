"""Linking a purchase to an organisation: one conditional write decides, so of two people who race, one wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import false, select, update

from portal import audit
from portal.accounts.models import Membership, Organisation, Role
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.database import db
from portal.registration.models import Claim, ClaimState

LINKING_ROLES = frozenset({Role.OWNER, Role.ADMIN})


class AlreadyLinked(Exception):
    """There was a purchase that another organisation has already."""


class ClaimGone(Exception):
    """There was a claim that is used or expired."""


class MayNotLink(Exception):
    """There was a person who is not an owner or admin of the organisation they chose."""


@dataclass(frozen=True)
class Linked:
    """The outcome: the contract, and whether this call linked it or found it linked to the same organisation."""

    contract_id: UUID
    now: bool


def link(claim_id: UUID, organisation_id: int, person_id: int, person_name: str, now: datetime) -> Linked:
    """Link the claim's purchase to an organisation. Inside a transaction.

    Doing it twice is harmless.

    Raises:
        ClaimGone, AlreadyLinked, MayNotLink.
    """
    claim = _held(claim_id)
    if claim is None or claim.contract_id is None or claim.expires_at <= now:
        raise ClaimGone(str(claim_id))
    membership = db.session.scalar(
        select(Membership).where(Membership.person_id == person_id, Membership.organisation_id == organisation_id)
    )
    if membership is None or membership.role not in LINKING_ROLES:
        raise MayNotLink(f"person:{person_id} organisation:{organisation_id}")
    if claim.state not in {ClaimState.OPEN, ClaimState.USED}:
        raise ClaimGone(str(claim_id))  # another browser goes on with it
    # Of a claim that is used the purchase was linked; where staff have taken it off again, it does not come back.
    free = Contract.organisation_id.is_(None) if claim.state == ClaimState.OPEN else false()
    linked = db.session.execute(
        update(Contract)
        .where(Contract.id == claim.contract_id, free)
        .values(organisation_id=organisation_id, linked_by_id=person_id, linked_at=now)
    )
    contract = db.session.get_one(Contract, claim.contract_id, populate_existing=True)
    if not linked.rowcount:  # type: ignore[attr-defined]
        if contract.organisation_id is None:
            raise ClaimGone(str(claim_id))
        if contract.organisation_id != organisation_id:
            raise AlreadyLinked(str(contract.id))
        return Linked(contract.id, now=False)
    db.session.execute(
        update(Claim)
        .where(Claim.contract_id == contract.id, Claim.state == ClaimState.OPEN)
        .values(state=ClaimState.USED)
    )
    claim.used_at, claim.used_by_id = now, person_id
    name = db.session.get_one(Organisation, organisation_id).name
    write_change(
        contract,
        Cause.LINK,
        "organisation",
        after={"value": name},
        detail=person_name,
        only_for_id=organisation_id,
    )
    audit.record(f"person:{person_id}", "linked", f"contract:{contract.id}", organisation=organisation_id)
    return Linked(contract.id, now=True)


def _held(claim_id: UUID) -> Claim | None:
    """The claim as it stays until the end of the transaction; the contract is held first, as handing over does it."""
    contract_id = db.session.scalar(select(Claim.contract_id).where(Claim.id == claim_id))
    if contract_id is not None:
        db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update())
    return db.session.get(Claim, claim_id, populate_existing=True)
