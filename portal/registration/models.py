"""The claim: a purchase waiting for the person who brought it."""

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
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    contract: Mapped[Contract | None] = relationship()
