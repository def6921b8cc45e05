"""Moving a contract to another organisation with the consent of both owners.

An owner of the giving side names an address, and hears the same whoever has it: nobody learns here who is a customer.
What is sent there can be answered by the account with that address alone, and accepted only for an organisation that
this account owns. Looking changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal import audit
from portal.accounts.members import NoSuchMember, hold, role_in
from portal.accounts.models import Person, Role
from portal.contracts.models import Contract
from portal.database import db
from portal.language import gettext as _
from portal.language import language, marked
from portal.mail import letters, outbox
from portal.registration import moving
from portal.registration.by_customers import UNDO_WITHIN, MayNotMove, Mover, tell
from portal.registration.giving import Post
from portal.registration.handover import address_hash, masked
from portal.registration.moves import Move, MoveOffer, OfferState
from portal.registration.moving import CannotMove, ChangedMeanwhile, Deed, Seen, held
from portal.sealing import hash_secret, new_secret

LIFETIME = timedelta(days=7)
AGREED = marked("The owners of both sides agreed.")
"""What staff read in place of a reason."""
MOST_A_DAY = 5
"""So many offers a day for one contract, and so many letters to one address."""
DAY = timedelta(days=1)
ADDRESS = "/moves/offers/"


class AlreadyOffered(Exception):
    """There was a contract that somebody is asked to take already."""


class TooManyOffers(Exception):
    """There was a contract, or an address, with as many offers as a day allows."""


class OfferGone(Exception):
    """There was an offer that is answered, withdrawn, expired, or nobody's."""


class ForAnotherAccount(Exception):
    """There was an offer that was sent to another address than this account's."""


def offer(contract_id: UUID, from_id: int, email: str, mover: Mover, post: Post, now: datetime) -> MoveOffer:
    """Ask the owner with this address to take a contract. Inside a transaction.

    Raises:
        MayNotMove: not an owner of the organisation that has the contract.
        ChangedMeanwhile: the organisation does not have it any more.
        AlreadyOffered, TooManyOffers.
    """
    contract = held(contract_id)
    _owner_or_not(from_id, mover.id)
    if contract is None or contract.organisation_id != from_id:
        raise ChangedMeanwhile(str(contract_id))
    _end_expired(contract_id, now)
    key = address_hash(email)
    for condition in (MoveOffer.contract_id == contract_id, MoveOffer.sent_to_hash == key):
        made = select(func.count(MoveOffer.id)).where(condition, MoveOffer.created_at > now - DAY)
        if (db.session.scalar(made) or 0) >= MOST_A_DAY:
            raise TooManyOffers
    token = new_secret()
    asked = MoveOffer(
        contract_id=contract_id,
        from_id=from_id,
        linked_at=contract.linked_at,
        asked_by_id=mover.id,
        sent_to=masked(email),
        sent_to_hash=key,
        token_hash=hash_secret(token),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    try:
        with db.session.begin_nested():
            db.session.add(asked)
    except IntegrityError:
        raise AlreadyOffered from None
    letter = letters.move_offered(
        post.sender,
        mover.name,
        asked.organisation.name,
        post.products.named(contract.product_code).title,
        f"{post.sender.portal_url}{ADDRESS}{token}",
        asked.expires_at,
    )
    outbox.post(email, letter, language=language())
    audit.record(mover.actor, "offered a contract", f"contract:{contract_id}", offer=asked.id)
    return asked


def look(token: str, person: Person, now: datetime) -> MoveOffer:
    """The offer of a token, while it can be answered. It changes nothing.

    Raises:
        OfferGone: the same for one that never was and one that is over.
        ForAnotherAccount.
    """
    found = db.session.scalar(
        select(MoveOffer).where(MoveOffer.token_hash == hash_secret(token)).execution_options(populate_existing=True)
    )
    if found is None or found.state != OfferState.OPEN or found.expires_at <= now or not _stands(found):
        raise OfferGone
    if found.sent_to_hash != address_hash(person.email):
        raise ForAnotherAccount
    return found


def accept(token: str, to_id: int, version: int, person: Person, post: Post, now: datetime) -> Move:
    """Take a contract for an organisation that this person owns. Inside a transaction.

    Args:
        version: of the contract, as it was seen.

    Raises:
        OfferGone, ForAnotherAccount, MayNotMove, ChangedMeanwhile, CannotMove.
    """
    asked = look(token, person, now)
    if to_id == asked.from_id:
        raise CannotMove(_("It belongs there already."))
    held(asked.contract_id)
    _owner_or_not(to_id, person.id)
    if not _stands(asked):
        raise OfferGone
    _settle(asked, OfferState.ACCEPTED, person.id, now)
    mover = Mover(person.id, person.name)
    seen = Seen(asked.from_id, version)
    deed = Deed(mover.actor, AGREED, now)
    contract, made = moving.give(
        asked.contract_id, to_id, seen, deed, linked_by_id=person.id, undo_until=now + UNDO_WITHIN
    )
    asked.move_id = made.id
    tell(contract, made, mover, post, named=True)
    audit.record(
        mover.actor,
        "accepted a contract",
        f"contract:{contract.id}",
        offer=asked.id,
        move=made.id,
        before=asked.from_id,
        after=to_id,
    )
    return made


def refuse(token: str, person: Person, post: Post, now: datetime) -> None:
    """Decline. Inside a transaction.

    Raises:
        OfferGone, ForAnotherAccount.
    """
    asked = look(token, person, now)
    _settle(asked, OfferState.REFUSED, person.id, now)
    product = post.products.named(asked.contract.product_code).title
    asker = asked.asked_by
    letter = letters.move_refused(post.sender, asker.name, product, asked.organisation.name)
    outbox.post(asker, letter, organisation_id=asked.from_id)
    audit.record(f"person:{person.id}", "refused a contract", f"contract:{asked.contract_id}", offer=asked.id)


def withdraw(offer_id: int, contract_id: UUID, mover: Mover, now: datetime) -> None:
    """Take an offer back. Inside a transaction.

    Raises:
        OfferGone: it is answered already, or there is no such offer of this contract.
        MayNotMove: not an owner of the giving side.
    """
    asked = db.session.get(MoveOffer, offer_id, populate_existing=True)
    if asked is None or asked.contract_id != contract_id:
        raise OfferGone
    held(contract_id)
    _owner_or_not(asked.from_id, mover.id)
    _settle(asked, OfferState.WITHDRAWN, mover.id, now)
    audit.record(mover.actor, "withdrew an offer", f"contract:{contract_id}", offer=asked.id)


def open_offer(contract_id: UUID, from_id: int, now: datetime) -> MoveOffer | None:
    """The offer that waits for an answer, for the people of the giving side."""
    statement = select(MoveOffer).where(
        MoveOffer.contract_id == contract_id,
        MoveOffer.from_id == from_id,
        MoveOffer.state == OfferState.OPEN,
        MoveOffer.expires_at > now,
    )
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _stands(asked: MoveOffer) -> bool:
    """Whether the contract is still what was offered, and whoever offered it still owns the giving side."""
    contract = db.session.get(Contract, asked.contract_id, populate_existing=True)
    return (
        contract is not None
        and contract.merged_into_id is None
        and contract.organisation_id == asked.from_id
        and contract.linked_at == asked.linked_at
        and role_in(asked.asked_by_id, asked.from_id) is Role.OWNER
    )


def _owner_or_not(organisation_id: int, person_id: int) -> None:
    try:
        role = hold(organisation_id, person_id)
    except NoSuchMember:
        raise MayNotMove from None
    if role is not Role.OWNER:
        raise MayNotMove


def _settle(asked: MoveOffer, state: OfferState, person_id: int, now: datetime) -> None:
    done = db.session.execute(
        update(MoveOffer)
        .where(MoveOffer.id == asked.id, MoveOffer.state == OfferState.OPEN, MoveOffer.expires_at > now)
        .values(state=state, settled_at=now, settled_by_id=person_id)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise OfferGone


def _end_expired(contract_id: UUID, now: datetime) -> None:
    db.session.execute(
        update(MoveOffer)
        .where(MoveOffer.contract_id == contract_id, MoveOffer.state == OfferState.OPEN, MoveOffer.expires_at <= now)
        .values(state=OfferState.OVER)
    )
