"""The outbox: mail that is to be sent, so that none is lost while the mail server or the queue is away."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, utcnow


class MailState(StrEnum):
    """What became of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """Given up; staff see it, and can have it sent again."""
    WITHDRAWN = "withdrawn"
    """Not sent, because it was not for this reader any more."""


class Letter(Base):
    """One mail to one person."""

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str | None] = mapped_column(String(40))
    """Which of ``portal.mail.letters``."""
    language: Mapped[str | None] = mapped_column(String(8))
    to: Mapped[str] = mapped_column(String(320))
    person_id: Mapped[int | None]
    """Whom it is for, where that is known. No foreign key: a letter is no reason to keep anybody."""
    organisation_id: Mapped[int | None]
    """Sent only while the person belongs to it."""
    contract_id: Mapped[UUID | None]
    """Sent only while the organisation has it."""
    key: Mapped[str | None] = mapped_column(String(190), unique=True)
    """What it is about, where nobody may be told twice."""
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    """Empty once it was sent: a letter may hold a link that opens something, and nobody needs it here any more."""
    html: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default=MailState.WAITING, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    problem: Mapped[str | None] = mapped_column(Text)
    """What went wrong at the last try: the name of the error, and the server's code where it gave one."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
