"""Making a hand-over link and sending it: to a colleague, or to the person whose purchase waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, update

from portal.accounts.models import Person
from portal.contracts.models import Contract
from portal.database import db, transaction
from portal.language import language
from portal.mail import letters, outbox
from portal.mail.letters import Sender
from portal.products import Products
from portal.registration import handover
from portal.registration.handed import senders_of
from portal.registration.handover import Giver, Link, TooManyLetters, TooManyLinks
from portal.registration.linking import ClaimGone
from portal.registration.models import Claim, ClaimState, HandOver, Way

ADDRESS = "/marketplace/hand-over/"
REMIND_AFTER = timedelta(hours=4)
"""So long a purchase waits for a person who is known, before they get a letter."""
STILL_OF_USE = timedelta(minutes=30)
"""A letter about a purchase that waits no longer than this comes too late."""
AT_ONCE = 50


@dataclass(frozen=True)
class Post:
    """What writing about a purchase takes."""

    sender: Sender
    products: Products

    def title_of(self, claim_id: UUID) -> str:
        """The product of a claim's purchase."""
        code = select(Contract.product_code).join(Claim, Claim.contract_id == Contract.id).where(Claim.id == claim_id)
        return self.products.named(db.session.scalar(code) or "").title

    def address(self, link: Link) -> str:
        """What is to be opened in the other browser."""
        return f"{self.sender.portal_url}{ADDRESS}{link.token}"


def mail_to_colleague(claim_id: UUID, giver: Giver, email: str, post: Post, now: datetime) -> Link:
    """Send a purchase to a colleague. Inside a transaction.

    Raises:
        ClaimGone, TooManyLinks, TooManyLetters.
    """
    link = handover.offer(claim_id, Way.MAIL, giver, now, email)
    letter = letters.handed_over(
        post.sender,
        giver.name,
        giver.person_id is not None,
        post.title_of(claim_id),
        post.address(link),
        link.hand_over.expires_at,
    )
    outbox.post(email, letter, language=language())
    return link


def mail_to_themselves(claim_id: UUID, person: Person, post: Post, now: datetime) -> Link:
    """Send a person the way to go on with a purchase later: it works for them only. Inside a transaction.

    Raises:
        ClaimGone, TooManyLinks, TooManyLetters.
    """
    link = handover.offer(claim_id, Way.RESUME, Giver(person.name, person.id), now, person.email)
    title, until = post.title_of(claim_id), link.hand_over.expires_at
    outbox.post(person, letters.resume(post.sender, person.name, title, post.address(link), until))
    return link


def tell_senders(claim_id: UUID, linker: tuple[int, str], post: Post) -> None:
    """Tell the people who handed a purchase over that it is set up, and by whom. Inside a transaction."""
    linker_id, linker_name = linker
    for person in senders_of(claim_id, linker_id):
        outbox.post(person, letters.set_up_by(post.sender, person.name, linker_name, post.title_of(claim_id)))


def remind(post: Post, now: datetime) -> int:
    """Write to the people whose purchases have waited for some hours: one letter for each purchase, ever.

    Returns:
        How many letters were written.
    """
    handed = exists().where(
        HandOver.claim_id == Claim.id,
        HandOver.used_at.is_(None),
        HandOver.revoked_at.is_(None),
        HandOver.expires_at > now,
    )
    waiting = (
        select(Claim.id, Claim.known_person_id)
        .join(Contract, Contract.id == Claim.contract_id)
        .where(
            Claim.state == ClaimState.OPEN,
            Claim.known_person_id.is_not(None),
            Claim.reminded_at.is_(None),
            Claim.created_at <= now - REMIND_AFTER,
            Claim.expires_at > now + STILL_OF_USE,
            Contract.organisation_id.is_(None),
            ~handed,  # somebody is on the way with it
        )
        .order_by(Claim.created_at)
        .limit(AT_ONCE)
    )
    rows: list[tuple[UUID, int]] = [(row.id, row.known_person_id or 0) for row in db.session.execute(waiting)]
    return sum(_remind(claim_id, person_id, post, now) for claim_id, person_id in rows)


def _remind(claim_id: UUID, person_id: int, post: Post, now: datetime) -> int:
    with transaction():
        contract_id = db.session.scalar(select(Claim.contract_id).where(Claim.id == claim_id))
        noted = db.session.execute(
            update(Claim).where(Claim.id == claim_id, Claim.reminded_at.is_(None)).values(reminded_at=now)
        )
        if not noted.rowcount:  # type: ignore[attr-defined]
            return 0
        others = update(Claim).where(Claim.contract_id == contract_id, Claim.known_person_id == person_id)
        db.session.execute(others.values(reminded_at=func.coalesce(Claim.reminded_at, now)))
        try:
            with db.session.begin_nested():
                mail_to_themselves(claim_id, db.session.get_one(Person, person_id), post, now)
        except (ClaimGone, TooManyLinks, TooManyLetters):
            return 0
    return 1
