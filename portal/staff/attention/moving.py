"""Linking, moving and unlinking a contract for an organisation: staff's way, where ``registration.linking`` is the
buyer's.

One conditional write decides, as it does there: it changes the contract only as staff saw it when they decided. So of
two who act at once, staff or buyer, one wins and the other is told. From that commit on the old organisation's people
get "no such page", because every look at a contract asks the database whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from portal import audit
from portal.accounts.models import Organisation
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.database import db
from portal.mail import letters, outbox
from portal.mail.letters import Sender
from portal.products import Products
from portal.registration.models import Claim, ClaimState
from portal.staff.attention.moves import Move, last_move_of, told_by_mail

SUPPORT = "our support"
"""What customers read in place of a name of ours."""


class CannotMove(Exception):
    """There was a move that makes no sense; its text says why, to staff."""


class ChangedMeanwhile(Exception):
    """There was a contract that is not any more what staff saw when they decided."""


@dataclass(frozen=True)
class Seen:
    """What staff saw when they decided: whose the contract was, and its version."""

    organisation_id: int | None
    version: int


@dataclass(frozen=True)
class Deed:
    """Who does it (as in the audit log), why, and when."""

    actor: str
    why: str
    at: datetime


@dataclass(frozen=True)
class Post:
    """What telling the two sides takes."""

    sender: Sender
    products: Products


def move(contract_id: UUID, to_id: int | None, seen: Seen, deed: Deed, post: Post) -> Move:
    """Give a contract to an organisation, or with None to nobody. Inside a transaction.

    Both sides get a letter, neither is told who the other is. Open claims on the purchase are spent: what staff
    decided is not changed by a browser that waits from before; the buyer's next arrival makes a new claim.

    Raises:
        ChangedMeanwhile: the contract changed since it was seen.
        CannotMove: there is nothing to do, or no such contract or organisation.
    """
    contract = db.session.get(Contract, contract_id, populate_existing=True)
    if contract is None or contract.merged_into_id is not None:
        raise CannotMove("There is no such contract any more: it was joined to another.")
    if to_id is not None and db.session.get(Organisation, to_id) is None:
        raise CannotMove("There is no such organisation.")
    if to_id == seen.organisation_id:
        raise CannotMove("It belongs there already." if to_id else "It belongs to nobody already.")
    made = Move(
        contract_id=contract_id,
        from_id=seen.organisation_id,
        to_id=to_id,
        linked_by_id=contract.linked_by_id,
        linked_at=contract.linked_at,
        at=deed.at,
        by=deed.actor,
        why=deed.why,
    )
    _hand_over(contract, to_id, seen, linked_by_id=None, linked_at=deed.at if to_id else None)
    db.session.add(made)
    db.session.flush()
    _write_down(contract, made.from_id, to_id, deed, post)
    audit.record(
        deed.actor,
        "moved" if made.from_id and to_id else "linked" if to_id else "unlinked",
        f"contract:{contract_id}",
        why=deed.why,
        move=made.id,
        before=made.from_id,
        after=to_id,
    )
    return made


def undo(move_id: int, deed: Deed, post: Post) -> Move:
    """Put a contract back to where it was before a move, as it was. Inside a transaction.

    Raises:
        CannotMove: it was undone already, or the contract has been linked, moved or joined since.
        ChangedMeanwhile: that is happening at this moment.
    """
    made = db.session.get(Move, move_id, populate_existing=True, with_for_update=True)
    if made is None:
        raise CannotMove("There is no such move.")
    if why_not := why_no_undo(made):
        raise CannotMove(why_not)
    contract = db.session.get_one(Contract, made.contract_id, populate_existing=True)
    seen = Seen(made.to_id, contract.version)
    _hand_over(contract, made.from_id, seen, linked_by_id=made.linked_by_id, linked_at=made.linked_at)
    made.undone_at, made.undone_by = deed.at, deed.actor
    _write_down(contract, made.to_id, made.from_id, deed, post)
    audit.record(deed.actor, "undid a move", f"contract:{made.contract_id}", why=deed.why, move=made.id)
    return made


def why_no_undo(made: Move) -> str | None:
    """Why a move cannot be undone, in a sentence for staff; None when it can."""
    if made.undone_at is not None:
        return "It was undone already."
    last = last_move_of(made.contract_id)
    if last is None or last.id != made.id:
        return "The contract was moved again since."
    contract = db.session.get(Contract, made.contract_id, populate_existing=True)
    if contract is None or contract.merged_into_id is not None:
        return "The contract was joined to another since."
    if contract.organisation_id != made.to_id or contract.linked_at != (made.at if made.to_id else None):
        return "The contract was linked anew since."
    return None


def _hand_over(
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
        .where(Claim.contract_id == contract.id, Claim.state == ClaimState.OPEN)
        .values(state=ClaimState.USED)
        .execution_options(synchronize_session=False)
    )


def _write_down(contract: Contract, from_id: int | None, to_id: int | None, deed: Deed, post: Post) -> None:
    """A line in the history and a letter for each side, which the other does not get to see."""
    product = post.products.named(contract.product_code).title
    if from_id is not None:
        name = db.session.get_one(Organisation, from_id).name
        write_change(contract, Cause.MOVE, "organisation", before={"value": name}, detail=SUPPORT, only_for_id=from_id)
        for person in told_by_mail(from_id):
            outbox.post(
                person, letters.unlinked(post.sender, person.name, product, name, deed.at), organisation_id=from_id
            )
    if to_id is not None:
        name = db.session.get_one(Organisation, to_id).name
        write_change(contract, Cause.MOVE, "organisation", after={"value": name}, detail=SUPPORT, only_for_id=to_id)
        for person in told_by_mail(to_id):
            words = letters.linked_by_support(post.sender, person.name, product, name, str(contract.id))
            outbox.post(person, words, organisation_id=to_id, contract_id=contract.id)
