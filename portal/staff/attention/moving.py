"""Linking, moving and unlinking a contract for an organisation: staff's way, where ``registration.linking`` is the
buyer's and ``registration.consent`` the customers'. What is written is the same: ``registration.moving``.
"""

from __future__ import annotations

from uuid import UUID

from portal import audit
from portal.accounts.models import Organisation
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.database import db
from portal.language import marked
from portal.mail import letters, outbox
from portal.registration import moving
from portal.registration.giving import Post
from portal.registration.moves import Move, told_by_mail
from portal.registration.moving import Deed, Seen

SUPPORT = marked("our support")
"""What customers read in place of a name of ours."""


def move(contract_id: UUID, to_id: int | None, seen: Seen, deed: Deed, post: Post) -> Move:
    """Give a contract to an organisation, or with None to nobody. Inside a transaction.

    Both sides get a letter, neither is told who the other is.

    Raises:
        ChangedMeanwhile: the contract changed since it was seen.
        CannotMove: there is nothing to do, or no such contract or organisation.
    """
    contract, made = moving.give(contract_id, to_id, seen, deed)
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
    contract, made = moving.put_back(move_id, deed)
    _write_down(contract, made.to_id, made.from_id, deed, post)
    audit.record(deed.actor, "undid a move", f"contract:{made.contract_id}", why=deed.why, move=made.id)
    return made


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
