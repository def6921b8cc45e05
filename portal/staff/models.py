"""Who works in the console, and their sessions there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.database import Base, UTCDateTime, utcnow


class StaffRole(StrEnum):
    """What somebody may do in the console. Each may also do what those before it may."""

    VIEWER = "viewer"
    """Look, with personal data and account ids masked."""
    OPERATOR = "operator"
    """Reveal, check, replay, link, move."""
    ADMIN = "admin"
    """The team, and the audit log."""

    def includes(self, other: StaffRole) -> bool:
        """Whether this role may do what the other may."""
        order = list(StaffRole)
        return order.index(self) >= order.index(other)


class StaffMember(Base):
    """Somebody of the seller's who may enter the console, once set up with a second factor."""

    __tablename__ = "staff_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), unique=True)
    """None until the code was used: an account of the same address may be anybody's before that."""
    set_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the second factor was there. Nobody enters before."""
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the set-up code; None once it was used."""
    code_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    person: Mapped[Person | None] = relationship()


class StaffSession(Base):
    """One stay in the console, which began with a second factor. Kept here, so that it can be ended from here."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of what the browser's session holds."""
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    looks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """The pages looked at last, by the hash of their address, and when that was written down: a page that renews itself
    is one look, not a thousand, and no sign that somebody is there."""
