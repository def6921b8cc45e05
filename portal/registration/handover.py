"""Handing a purchase over to another browser: procurement buys, an engineer sets up.

A link names a claim by a random token, of which only a hash is kept. Looking at it uses nothing up, for mail scanners
look at links, too; taking it over does. Whoever takes it over gets a claim of their own, and the one it came from waits
no more: so it is always one browser that goes on, and whoever handed it over can take it back until it is linked.

Every verb holds the contract's row first, and so does linking: of two who act at once, one comes first, and the other
finds what the first has done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select, update

from portal import audit
from portal.accounts.people import email_key
from portal.contracts.models import Contract
from portal.database import db
from portal.registration.handed import later_claims
from portal.registration.linking import ClaimGone
from portal.registration.models import Claim, ClaimState, HandOver, Way
from portal.sealing import hash_secret, new_secret

LIFETIMES = {Way.MAIL: timedelta(hours=24), Way.COPY: timedelta(minutes=30), Way.RESUME: timedelta(days=7)}
"""The longest that a link works; never longer than its claim."""
MOST_A_DAY = 6
"""So many links a day may be made for one purchase."""
MOST_LETTERS_A_DAY = 3
"""So many letters with links a day may go to one address, whoever has them sent."""
DAY = timedelta(days=1)


class TooManyLinks(Exception):
    """There was a purchase with as many links as a day allows."""


class TooManyLetters(Exception):
    """There was an address that got as many such letters as a day allows."""


class HandOverGone(Exception):
    """There was a link that is used, expired, revoked, or nobody's."""


class ForSomebodyElse(Exception):
    """There was a link that only another person can use."""


@dataclass(frozen=True)
class Giver:
    """Who hands a purchase over: a signed-in person, or somebody with the name they typed, if any."""

    name: str | None
    person_id: int | None = None

    @property
    def actor(self) -> str:
        """As in the audit log."""
        return f"person:{self.person_id}" if self.person_id else "visitor"


@dataclass(frozen=True)
class Link:
    """A link that was just made; its token is kept nowhere."""

    hand_over: HandOver
    token: str


def offer(claim_id: UUID, way: Way, giver: Giver, now: datetime, email: str | None = None) -> Link:
    """Make a link to a purchase. Inside a transaction.

    Args:
        email: where it is to be sent, for the ways that need it. The caller sends it.

    Raises:
        ClaimGone, TooManyLinks, TooManyLetters.
    """
    claim, contract = hold(claim_id, now)
    made = (
        select(func.count(HandOver.id))
        .join(HandOver.claim)
        .where(Claim.contract_id == contract.id, HandOver.created_at > now - DAY)
    )
    if (db.session.scalar(made) or 0) >= MOST_A_DAY:
        raise TooManyLinks
    key = address_hash(email) if email else None
    if key:
        sent = select(func.count(HandOver.id)).where(HandOver.sent_to_hash == key, HandOver.created_at > now - DAY)
        if (db.session.scalar(sent) or 0) >= MOST_LETTERS_A_DAY:
            raise TooManyLetters
    token = new_secret()
    hand_over = HandOver(
        claim_id=claim.id,
        token_hash=hash_secret(token),
        way=way,
        sender_name=giver.name,
        sender_id=giver.person_id,
        sent_to=masked(email) if email else None,
        sent_to_hash=key,
        for_person_id=giver.person_id if way == Way.RESUME else None,
        created_at=now,
        expires_at=min(claim.expires_at, now + LIFETIMES[way]),
    )
    db.session.add(hand_over)
    db.session.flush()
    audit.record(giver.actor, "made a hand-over link", f"contract:{contract.id}", link=hand_over.id, way=str(way))
    return Link(hand_over, token)


def look(token: str, now: datetime) -> HandOver:
    """The link of a token, with its claim and the contract. It changes nothing, however often it is done.

    Raises:
        HandOverGone: the same for one that never was and one that is over.
    """
    found = db.session.scalar(
        select(HandOver).where(HandOver.token_hash == hash_secret(token)).execution_options(populate_existing=True)
    )
    if found is None or not found.is_open(now):
        raise HandOverGone
    claim = db.session.get_one(Claim, found.claim_id, populate_existing=True)
    if claim.state != ClaimState.OPEN or claim.contract is None or claim.contract.organisation_id is not None:
        raise HandOverGone
    return found


def take(token: str, person_id: int | None, now: datetime) -> UUID:
    """Take a purchase over; gives the claim of the browser that does. Inside a transaction. Once only.

    Raises:
        HandOverGone: it is used, expired, revoked, or nobody's; or its purchase is linked or handed over already.
        ForSomebodyElse: only another person can use it.
    """
    found = look(token, now)
    if found.for_person_id is not None and found.for_person_id != person_id:
        raise ForSomebodyElse
    try:
        claim, contract = hold(found.claim_id, now)
    except ClaimGone:
        raise HandOverGone from None
    taken = Claim(
        state=ClaimState.OPEN,
        offer_type=claim.offer_type,
        contract_id=contract.id,
        expires_at=claim.expires_at,
        known_at=now if person_id else None,
        known_person_id=person_id,
        reminded_at=claim.reminded_at,
    )
    db.session.add(taken)
    db.session.flush()
    used = db.session.execute(
        update(HandOver)
        .where(HandOver.id == found.id, HandOver.used_at.is_(None), HandOver.revoked_at.is_(None))
        .values(used_at=now, taken_id=taken.id)
    )
    if not used.rowcount:  # type: ignore[attr-defined]
        raise HandOverGone
    claim.state = ClaimState.HANDED_OVER
    _revoke_others(claim.id, found.id, now)
    actor = f"person:{person_id}" if person_id else "visitor"
    audit.record(actor, "took a purchase over", f"contract:{contract.id}", link=found.id, claim=str(taken.id))
    return taken.id


def revoke(claim_id: UUID, hand_over_id: int, actor: str, now: datetime) -> bool:
    """Let a link of this claim do nothing from now on. Inside a transaction; twice is harmless.

    Returns:
        Whether this claim has such a link that nobody has used.
    """
    ended = db.session.execute(
        update(HandOver)
        .where(HandOver.id == hand_over_id, HandOver.claim_id == claim_id, HandOver.used_at.is_(None))
        .values(revoked_at=func.coalesce(HandOver.revoked_at, now))
    )
    if not ended.rowcount:  # type: ignore[attr-defined]
        return False
    audit.record(actor, "revoked a hand-over link", f"claim:{claim_id}", link=hand_over_id)
    return True


def take_back(claim_id: UUID, actor: str, now: datetime) -> None:
    """Go on in the browser that handed a purchase over, and nowhere else. Inside a transaction.

    Raises:
        ClaimGone: it is linked, or the claim is not one that was handed over.
    """
    claim, contract = hold(claim_id, now, ClaimState.HANDED_OVER)
    for later in later_claims(claim.id):
        db.session.execute(update(Claim).where(Claim.id == later).values(state=ClaimState.USED))
        _revoke_others(later, None, now)
    claim.state = ClaimState.OPEN
    audit.record(actor, "took a purchase back", f"contract:{contract.id}", claim=str(claim_id))


def hold(claim_id: UUID, now: datetime, state: ClaimState = ClaimState.OPEN) -> tuple[Claim, Contract]:
    """A claim in this state and its contract, which belongs to nobody, both held until the end of the transaction.

    Raises:
        ClaimGone: there is none such.
    """
    contract_id = db.session.scalar(select(Claim.contract_id).where(Claim.id == claim_id))
    if contract_id is None:
        raise ClaimGone(str(claim_id))
    # The contract first: whoever links holds it first, too.
    contract = db.session.get_one(Contract, contract_id, populate_existing=True, with_for_update={"key_share": True})
    claim = db.session.get_one(Claim, claim_id, populate_existing=True, with_for_update=True)
    if claim.state != state or claim.expires_at <= now or contract.organisation_id is not None:
        raise ClaimGone(str(claim_id))
    return claim, contract


def _revoke_others(claim_id: UUID, but: int | None, now: datetime) -> None:
    db.session.execute(
        update(HandOver)
        .where(
            HandOver.claim_id == claim_id,
            HandOver.id != (but or 0),
            HandOver.used_at.is_(None),
            HandOver.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def address_hash(email: str) -> str:
    """What is kept of an address to know it again, however it is spelled."""
    return sha256(email_key(email).encode()).hexdigest()


def masked(email: str) -> str:
    """What is kept of an address to show it to who typed it: `b•••@acme.example`."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"
