"""The inbox: every message AWS ever sent, raw, once, with what it was read as and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, TextClause, literal, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, utcnow


class Fate(StrEnum):
    """What became of a notification."""

    RECEIVED = "received"
    """Stored, not yet worked on."""
    APPLIED = "applied"
    NEWS = "news"
    """Understood, and nothing is to be done."""
    PARKED = "parked"
    """About a purchase nobody has landed with yet; put to work again when its buyer arrives."""
    NOT_UNDERSTOOD = "not understood"
    """Kept for staff to see; acknowledged like every other, so that it never stands in the way."""
    FAILED = "failed"
    """Given up after many tries; kept for staff to see."""


_USUAL = "('applied', 'news')"
_FOR_PEOPLE = "kind IN ('advisory', 'cancellation')"
_UNCLEAR = "fate = 'parked' AND problem IS NOT NULL"


_NEWS = text("kind = 'news' AND agreement_key IS NOT NULL")


def _where(fate: str, column: str) -> Index:
    """An index of only the rows of one fate."""
    condition = text(f"fate = '{fate}'")
    return Index(f"ix_notifications_{fate}_{column}", column, postgresql_where=condition, sqlite_where=condition)


class Notification(Base):
    """One message of the queue."""

    __tablename__ = "notifications"
    # Few and small: every message is written three times within a second, and each time into every index it belongs to.
    __table_args__ = (
        # In blocks of rows, which come in by time: hardly anything to write, and enough for the last two days.
        Index("ix_notifications_received_at", "received_at", postgresql_using="brin"),
        _where("received", "due_at"),
        _where("parked", "license_key"),
        _where("parked", "agreement_key"),
        _where("parked", "customer_key"),
        _where("parked", "previous_agreement_key"),
        # What AWS tells of renewals ahead asks for nothing, so it is attached to no contract; support asks for it.
        Index("ix_notifications_news_agreement_key", "agreement_key", postgresql_where=_NEWS, sqlite_where=_NEWS),
        Index(
            "ix_notifications_odd_fate",
            "fate",
            postgresql_where=text(f"fate NOT IN {_USUAL}"),
            sqlite_where=text(f"fate NOT IN {_USUAL}"),
        ),
        # What people look after; hardly any message is in one of these.
        Index("ix_notifications_for_people", "id", postgresql_where=text(_FOR_PEOPLE), sqlite_where=text(_FOR_PEOPLE)),
        Index("ix_notifications_unclear", "id", postgresql_where=text(_UNCLEAR), sqlite_where=text(_UNCLEAR)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_key: Mapped[str] = mapped_column(String(400), unique=True)
    """What makes this message itself: a second delivery has the same key and is not stored again."""
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    dialect: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    """AWS's own word: the SNS action or the EventBridge detail-type."""
    occurred_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    product_code: Mapped[str | None] = mapped_column(String(255))
    customer_key: Mapped[str | None] = mapped_column(String(600))
    agreement_key: Mapped[str | None] = mapped_column(String(600))
    license_key: Mapped[str | None] = mapped_column(String(600))
    previous_agreement_key: Mapped[str | None] = mapped_column(String(600))
    """The agreement that the one of this message renews or replaces."""
    aws_account_id: Mapped[str | None] = mapped_column(String(255))
    """The buyer's, where the message names it; for people to see, never to match by."""
    fate: Mapped[str] = mapped_column(String(16), default=Fate.RECEIVED)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    """Not to be worked on before. Who takes a row moves this on, so that nobody else takes it, and so that it
    is due again should its taker die."""
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(Text)
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class NotificationId(Base):
    """One id under which AWS's consoles, logs and queues know a message: what support is given to find it by.

    In a table of its own, because a message is written three times, and its ids once. No foreign key: checking it would
    lock the message's row against the very worker who is about to write to it, and messages are never removed.
    """

    __tablename__ = "notification_ids"

    told_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    """See ``envelope.Message.told_ids``."""
    notification_id: Mapped[int] = mapped_column(primary_key=True)


def is_odd() -> TextClause:
    """The condition of the index of unusual fates, for a database that does not see it by itself."""
    return text(f"notifications.fate NOT IN {_USUAL}")


def has_fate(fate: Fate) -> ColumnElement[bool]:
    """The condition, written out: only so a database sees that an index of one fate will do."""
    return Notification.fate == literal(str(fate), literal_execute=True)


def is_for_people() -> ColumnElement[bool]:
    """The condition, written out as its index has it: an advisory or a cancellation request."""
    return literal_column(_FOR_PEOPLE)


def is_unclear() -> ColumnElement[bool]:
    """The condition, written out as its index has it: parked because a person has to say which contract is meant."""
    return literal_column(_UNCLEAR)
