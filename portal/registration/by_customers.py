"""Moving a contract by its own people: between organisations of theirs at once, and back within a day.

Owners and admins look after an organisation's contracts. Each side reads in the history only of itself; the letters
name the other side only where somebody there has agreed to it (``registration.consent``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from portal import audit
from portal.accounts.members import NoSuchMember, hold, role_in
from portal.accounts.models import Membership, Organisation, Role
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.database import db
from portal.language import gettext as _
from portal.language import marked
from portal.mail import letters, outbox
from portal.registration import moving
from portal.registration.giving import Post
from portal.registration.linking import LINKING_ROLES
from portal.registration.moves import Move, told_by_mail
from portal.registration.moving import CannotMove, Deed, Seen

UNDO_WITHIN = timedelta(days=1)
WITHIN = marked("Its own people moved it between their organisations.")
"""What staff read in place of a reason; customers are asked for none."""
LISTED = 20


class MayNotMove(Exception):
    """There was a person whose role does not allow this."""


@dataclass(frozen=True)
class Mover:
    """The person who moves."""

    id: int
    name: str

    @property
    def actor(self) -> str:
        """As in the audit log."""
        return f"person:{self.id}"


def move_within(contract_id: UUID, to_id: int, seen: Seen, mover: Mover, post: Post, now: datetime) -> Move:
    """Move a contract between two organisations that a person looks after. Inside a transaction.

    Raises:
        MayNotMove: they are not an owner or admin of both.
        ChangedMeanwhile, CannotMove: as in ``moving.give``.
    """
    if seen.organisation_id is None:
        raise MayNotMove
    moving.held(contract_id)
    for organisation_id in sorted({seen.organisation_id, to_id}):  # always in this order, so that nobody waits for long
        if _held_role(organisation_id, mover.id) not in LINKING_ROLES:
            raise MayNotMove
    deed = Deed(mover.actor, WITHIN, now)
    contract, made = moving.give(contract_id, to_id, seen, deed, linked_by_id=mover.id, undo_until=now + UNDO_WITHIN)
    tell(contract, made, mover, post, named=False)
    audit.record(
        mover.actor, "moved", f"contract:{contract_id}", move=made.id, before=seen.organisation_id, after=to_id
    )
    return made


def undo(move_id: int, mover: Mover, post: Post, now: datetime) -> Move:
    """Put a contract back within a day. Inside a transaction.

    Raises:
        MayNotMove: there is no such move for this person.
        CannotMove: the day is over, or the contract has been moved, linked or put back since.
        ChangedMeanwhile: that is happening at this moment.
    """
    made = db.session.get(Move, move_id, populate_existing=True)
    if made is None or not _may_undo(made, mover.id):
        raise MayNotMove
    if made.undo_until is None or made.undo_until <= now:
        raise CannotMove(_("The day in which it could be put back is over."))
    contract, made = moving.put_back(move_id, Deed(mover.actor, "", now))
    product = post.products.named(contract.product_code).title
    for organisation_id, has_it in ((made.to_id, False), (made.from_id, True)):
        name = _name(organisation_id)
        _write_history(contract, organisation_id, name, mover, has_it=has_it)
        for person in told_by_mail(organisation_id or 0):
            letter = letters.move_undone(post.sender, person.name, product, name, mover.name, has_it)
            outbox.post(person, letter, organisation_id=organisation_id)
    audit.record(mover.actor, "undid a move", f"contract:{made.contract_id}", move=made.id)
    return made


def tell(contract: Contract, made: Move, mover: Mover, post: Post, *, named: bool) -> None:
    """A line in the history and a letter for each side. `named` says whether each side may read who the other is."""
    product, sides = post.products.named(contract.product_code).title, (made.from_id, made.to_id)
    url = f"{post.sender.portal_url}/moves/{made.id}"
    given, taken = sides
    for organisation_id, other_id, has_it in ((given, taken, False), (taken, given, True)):
        name, other = _name(organisation_id), _name(other_id) if named else None
        _write_history(contract, organisation_id, name, mover, has_it=has_it)
        for person in told_by_mail(organisation_id or 0):
            write = letters.contract_received if has_it else letters.contract_given
            letter = write(post.sender, person.name, product, name, other, mover.name, url, made.undo_until or made.at)
            outbox.post(person, letter, organisation_id=organisation_id)


def may_move(person_id: int, organisation_id: int) -> bool:
    """Whether a person looks after an organisation's contracts."""
    return role_in(person_id, organisation_id) in LINKING_ROLES


def move_for(person_id: int, move_id: int) -> Move | None:
    """A move that its people may undo, if it is for this person to look at."""
    made = db.session.get(Move, move_id, populate_existing=True)
    return made if made is not None and made.undo_until is not None and _may_undo(made, person_id) else None


def moves_for(person_id: int, now: datetime) -> list[Move]:
    """The moves of the last day that this person may undo, the latest first."""
    mine = select(Membership.organisation_id).where(Membership.person_id == person_id, Membership.role == Role.OWNER)
    statement = (
        select(Move)
        .where(Move.undo_until > now, Move.undone_at.is_(None))
        .where(or_(Move.from_id.in_(mine), Move.to_id.in_(mine), Move.by == f"person:{person_id}"))
        .order_by(Move.id.desc())
        .limit(LISTED)
    )
    found = db.session.scalars(statement.execution_options(populate_existing=True))
    return [made for made in found if _may_undo(made, person_id) and moving.why_no_undo(made) is None]


def _may_undo(made: Move, person_id: int) -> bool:
    """Owners of either side; and whoever moved it, while they look after one of the sides."""
    roles = {role_in(person_id, side) for side in (made.from_id, made.to_id) if side is not None}
    return Role.OWNER in roles or (made.by == f"person:{person_id}" and bool(roles & LINKING_ROLES))


def _held_role(organisation_id: int, person_id: int) -> Role | None:
    try:
        return hold(organisation_id, person_id)
    except NoSuchMember:
        return None


def _write_history(contract: Contract, organisation_id: int | None, name: str, mover: Mover, *, has_it: bool) -> None:
    value = {"value": name}
    write_change(
        contract,
        Cause.CONSENT,
        "organisation",
        before=None if has_it else value,
        after=value if has_it else None,
        detail=mover.name,
        only_for_id=organisation_id,
    )


def _name(organisation_id: int | None) -> str:
    return db.session.get_one(Organisation, organisation_id).name if organisation_id is not None else ""
