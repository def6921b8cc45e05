"""Whose a contract is, changed by one conditional write: what staff do and what customers do is this.

It changes the contract only as it was seen by whoever decided. So of two who act at once, staff, customer or buyer, one
wins and the other is told. From that commit on the old organisation's people get "no such page", because every look at
a contract asks the database whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from portal.accounts.models import Organisation
from portal.contracts.models import Contract
from portal.database import db
from portal.language import gettext as _
from portal.registration.models import Claim, ClaimState
from portal.registration.moves import Move, MoveOffer, OfferState, last_move_of


class CannotMove(Exception):
    """There was a move that makes no sense; its text says why, to staff."""


class ChangedMeanwhile(Exception):
    """There was a contract that is not any more what was seen when somebody decided."""


@dataclass(frozen=True)
class Seen:
    """What was seen by whoever decided: whose the contract was, and its version."""

    organisation_id: int | None
    version: int


@dataclass(frozen=True)
class Deed:
    """Who does it (as in the audit log), why, and when."""

    actor: str
    why: str
    at: datetime


def held(contract_id: UUID) -> Contract | None:
    """A contract as it stays until the end of the transaction.

    Whoever holds organisations, too, does so after this: a move by staff writes to the contract first as well, and two
    who hold what the other waits for would wait for ever.
    """
    alone = {"key_share": True}  # rows that only point at it can still be written
    return db.session.get(Contract, contract_id, populate_existing=True, with_for_update=alone)


def give(
    contract_id: UUID,
    to_id: int | None,
    seen: Seen,
    deed: Deed,
    *,
    linked_by_id: int | None = None,
    undo_until: datetime | None = None,
) -> tuple[Contract, Move]:
    """Give a contract to an organisation, or with None to nobody. Inside a transaction; the caller tells both sides.

    Open claims on the purchase are spent: what was decided is not changed by a browser that waits from before; the
    buyer's next arrival makes a new claim. So are offers to somebody else.

    Args:
        linked_by_id: who is named to the new side as the one who linked it.

    Raises:
        ChangedMeanwhile: the contract changed since it was seen.
        CannotMove: there is nothing to do, or no such contract or organisation.
    """
    contract = db.session.get(Contract, contract_id, populate_existing=True)
    if contract is None or contract.merged_into_id is not None:
        raise CannotMove(_("There is no such contract any more: it was joined to another."))
    if to_id is not None and db.session.get(Organisation, to_id) is None:
        raise CannotMove(_("There is no such organisation."))
    if to_id == seen.organisation_id:
        raise CannotMove(_("It belongs there already.") if to_id else _("It belongs to nobody already."))
    made = Move(
        contract_id=contract_id,
        from_id=seen.organisation_id,
        to_id=to_id,
        linked_by_id=contract.linked_by_id,
        linked_at=contract.linked_at,
        at=deed.at,
        by=deed.actor,
        why=deed.why,
        undo_until=undo_until,
    )
    _write(contract, to_id, seen, linked_by_id=linked_by_id, linked_at=deed.at if to_id else None)
    db.session.add(made)
    db.session.flush()
    return contract, made


def put_back(move_id: int, deed: Deed) -> tuple[Contract, Move]:
    """Put a contract back to where it was before a move, as it was. Inside a transaction; the caller tells both sides.

    Raises:
        CannotMove: it was undone already, or the contract has been linked, moved or joined since.
        ChangedMeanwhile: that is happening at this moment.
    """
    made = db.session.get(Move, move_id, populate_existing=True, with_for_update=True)
    if made is None:
        raise CannotMove(_("There is no such move."))
    if why_not := why_no_undo(made):
        raise CannotMove(why_not)
    contract = db.session.get_one(Contract, made.contract_id, populate_existing=True)
    seen = Seen(made.to_id, contract.version)
    _write(contract, made.from_id, seen, linked_by_id=made.linked_by_id, linked_at=made.linked_at)
    made.undone_at, made.undone_by = deed.at, deed.actor
    return contract, made


def why_no_undo(made: Move) -> str | None:
    """Why a move cannot be undone, in a sentence for staff; None when it can."""
    if made.undone_at is not None:
        return _("It was undone already.")
    last = last_move_of(made.contract_id)
    if last is None or last.id != made.id:
        return _("The contract was moved again since.")
    contract = db.session.get(Contract, made.contract_id, populate_existing=True)
    if contract is None or contract.merged_into_id is not None:
        return _("The contract was joined to another since.")
    if contract.organisation_id != made.to_id or contract.linked_at != (made.at if made.to_id else None):
        return _("The contract was linked anew since.")
    return None


def _write(
    contract: Contract, to_id: int | None, seen: Seen, *, linked_by_id: int | None, linked_at: datetime | None
) -> None:
    """The one write that decides."""
    done = db.session.execute(
        update(Contract)
        .where(
            Contract.id == contract.id,
            Contract.merged_into_id.is_(None),
            Contract.organisation_id == seen.organisation_id,
            Contract.version == seen.version,
        )
        .values(organisation_id=to_id, linked_by_id=linked_by_id, linked_at=linked_at)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise ChangedMeanwhile(str(contract.id))
    db.session.refresh(contract)
    db.session.execute(
        update(Claim)
        .where(Claim.contract_id == contract.id, Claim.state.in_((ClaimState.OPEN, ClaimState.HANDED_OVER)))
        .values(state=ClaimState.USED)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(MoveOffer)
        .where(MoveOffer.contract_id == contract.id, MoveOffer.state == OfferState.OPEN)
        .values(state=OfferState.OVER)
        .execution_options(synchronize_session=False)
    )
