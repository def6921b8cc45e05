"""The claim: a purchase waiting for the person who brought it; and the purchase that nobody could tell from another."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.contracts.models import Contract
from portal.database import Base, UTCDateTime, utcnow


class ClaimState(StrEnum):
    """How far a claim has come."""

    UNRESOLVED = "unresolved"
    """AWS could not be asked yet; the sealed token is kept until it can."""
    OPEN = "open"
    """The purchase is known and waits for its person."""
    USED = "used"
    REFUSED = "refused"
    """AWS did not accept the token after all; `problem` says why."""
    HANDED_OVER = "handed over"
    """Another browser has taken the purchase over, with a claim of its own."""


class Way(StrEnum):
    """How a link to a purchase reaches who is to have it."""

    MAIL = "mail"
    """By mail, to a colleague."""
    COPY = "copy"
    """Shown once, to be opened in another browser."""
    RESUME = "resume"
    """By mail, to the person who brought the purchase: only they can use it."""


class Claim(Base):
    """One arrival from AWS Marketplace.

    The browser holds a random secret, or later a signed session that names the claim; the database holds only its hash.
    The registration token is kept, sealed, only while AWS could not be asked, and erased once it was.
    """

    __tablename__ = "claims"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the arrival cookie; None once the browser's session has taken the claim over."""
    state: Mapped[str] = mapped_column(String(16), default=ClaimState.OPEN, index=True)
    problem: Mapped[str | None] = mapped_column(String(32))
    sealed_token: Mapped[str | None] = mapped_column(Text)
    offer_type: Mapped[str | None] = mapped_column(String(64))
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    known_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its browser was first seen with somebody signed in."""
    known_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Who was signed in there last, or signed up."""
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When that person got a letter about a purchase that waits."""
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    contract: Mapped[Contract | None] = relationship()


class HandOver(Base):
    """One link by which a purchase goes on in another browser: single use, for a while. Only a hash of it is kept."""

    __tablename__ = "hand_overs"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    way: Mapped[str] = mapped_column(String(16))
    sender_name: Mapped[str | None] = mapped_column(String(200))
    """As the sender has it or typed it; None for who did not say."""
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """None for a sender who was not signed in."""
    sent_to: Mapped[str | None] = mapped_column(String(320))
    """The masked address: enough for the sender to know which link is which."""
    sent_to_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """So that one address does not get many letters."""
    for_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """The only person who can use it; None for whoever has it."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"), index=True)
    """The claim of the browser that took it over."""

    claim: Mapped[Claim] = relationship(foreign_keys=claim_id)

    def is_open(self, now: datetime) -> bool:
        """Whether it has neither been used, nor expired, nor been revoked."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > now


class UnclearPurchase(Base):
    """A purchase whose buyer was turned away, because its names belong to several contracts: staff say which is
    meant."""

    __tablename__ = "unclear_purchases"

    id: Mapped[int] = mapped_column(primary_key=True)
    names_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the names below: the same purchase is kept once, however often its buyer tries."""
    product_code: Mapped[str] = mapped_column(String(255))
    license_arn: Mapped[str | None] = mapped_column(String(600))
    agreement_id: Mapped[str | None] = mapped_column(String(600))
    customer_identifier: Mapped[str | None] = mapped_column(String(600))
    aws_account_id: Mapped[str | None] = mapped_column(String(255))
    arrivals: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it is decided; a new arrival that is unclear again takes this away."""
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"))
    """What was decided."""
