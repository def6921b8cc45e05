"""Links by which a contract is shown to whoever has one: redacted, for a while, for a reason, until they are revoked.

Only a hash of a link's token is kept, so a link can be shown once: to whoever makes it. It shows the contract while
that belongs to whom it belonged to when the link was made: what is moved to others is not for its holder to see.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ForeignKey, String, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from portal import audit
from portal.accounts.models import Person
from portal.contracts.models import Contract
from portal.database import Base, UTCDateTime, db, utcnow

LONGEST = timedelta(days=30)
LIFETIMES = (1, 7, 14, 30)
"""Days to choose from."""
LISTED = 20
NOTED_EVERY = timedelta(minutes=1)
"""Looks are counted one by one; into the audit log goes one a minute, so that nobody fills it by reloading."""


class Part(StrEnum):
    """What a link shows. Each shows what those before it show, too."""

    PAGE = "page"
    TIMELINE = "timeline"
    EXPLANATION = "explanation"


class NoSuchLink(Exception):
    """There was a token that is nobody's."""


class LinkEnded(Exception):
    """There was a link that has expired, was revoked, or whose contract has changed hands."""


class SharedLink(Base):
    """One link to a contract."""

    __tablename__ = "shared_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """Whose the contract was when the link was made."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token."""
    part: Mapped[str] = mapped_column(String(16))
    names_shown: Mapped[bool]
    """Whether it shows the organisation and the last digits of the AWS account."""
    reason: Mapped[str] = mapped_column(String(500))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    views: Mapped[int] = mapped_column(default=0)
    last_viewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)

    def is_open(self, now: datetime) -> bool:
        """Whether it has neither expired nor been revoked."""
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True)
class Wish:
    """What somebody wants shown, for how long, and why."""

    part: Part
    names_shown: bool
    lifetime: timedelta
    reason: str


def share(contract: Contract, wish: Wish, person_id: int, now: datetime) -> str:
    """Make a link. Inside a transaction.

    Returns:
        Its token, which is kept nowhere.

    Raises:
        ValueError: the lifetime is longer than `LONGEST`, or there is no reason.
    """
    if not timedelta(0) < wish.lifetime <= LONGEST or not wish.reason.strip():
        raise ValueError("a link lives up to thirty days, and for a reason")
    token = secrets.token_urlsafe(32)
    link = SharedLink(
        contract_id=contract.id,
        organisation_id=contract.organisation_id,
        token_hash=_hash(token),
        part=wish.part,
        names_shown=wish.names_shown,
        reason=wish.reason.strip()[:500],
        made_by_id=person_id,
        created_at=now,
        expires_at=now + wish.lifetime,
    )
    db.session.add(link)
    db.session.flush()
    audit.record(
        f"person:{person_id}",
        "shared",
        f"contract:{contract.id}",
        why=link.reason,
        link=link.id,
        part=str(wish.part),
        names_shown=wish.names_shown,
        days=wish.lifetime.days,
    )
    return token


def look(token: str, now: datetime) -> SharedLink:
    """The link of a token, one look more. Inside a transaction.

    Raises:
        NoSuchLink, LinkEnded.
    """
    link = db.session.scalar(select(SharedLink).where(SharedLink.token_hash == _hash(token)))
    if link is None:
        raise NoSuchLink
    owner = select(Contract.organisation_id).where(Contract.id == link.contract_id)
    if not link.is_open(now) or db.session.scalar(owner) != link.organisation_id:
        raise LinkEnded
    noted = db.session.execute(
        update(SharedLink)
        .where(
            SharedLink.id == link.id,
            or_(SharedLink.last_viewed_at.is_(None), SharedLink.last_viewed_at <= now - NOTED_EVERY),
        )
        .values(last_viewed_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(SharedLink)
        .where(SharedLink.id == link.id)
        .values(views=SharedLink.views + 1)
        .execution_options(synchronize_session=False)
    )
    if noted.rowcount:  # type: ignore[attr-defined]
        audit.record("visitor", "opened a shared link", f"contract:{link.contract_id}", link=link.id)
    return link


def revoke(contract_id: UUID, link_id: int, person_id: int, now: datetime) -> bool:
    """Let a link show nothing from now on. Inside a transaction; twice is harmless.

    Returns:
        Whether this contract has such a link.
    """
    link = db.session.get(SharedLink, link_id, populate_existing=True)
    if link is None or link.contract_id != contract_id:
        return False
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by_id = now, person_id
        audit.record(f"person:{person_id}", "revoked a shared link", f"contract:{contract_id}", link=link.id)
    return True


def links_of(contract_id: UUID) -> Sequence[SharedLink]:
    """The links of a contract, the newest first; one query."""
    statement = select(SharedLink).where(SharedLink.contract_id == contract_id).options(joinedload(SharedLink.made_by))
    return db.session.scalars(statement.order_by(SharedLink.id.desc()).limit(LISTED)).all()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
