"""The dead letters: messages that SQS gave up handing to us, as the worker last saw them, and what staff want done
with them.

Pages read these records only; the worker asks SQS (``portal.jobs.dead_letters``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Index, String, Table, Text, delete, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit
from portal.database import Base, UTCDateTime, db, insert
from portal.marketplace.queue import Delivery

_THERE = text("gone_at IS NULL")
ONLY = 1
KEPT = timedelta(days=90)
"""How long one that is gone is remembered."""


class DeadLetter(Base):
    """One message in the queue of dead letters, as it came."""

    __tablename__ = "dead_letters"
    __table_args__ = (Index("ix_dead_letters_there", "id", postgresql_where=_THERE, sqlite_where=_THERE),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(100), unique=True)
    """SQS's own id, which a message keeps when it becomes a dead letter."""
    body: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receives: Mapped[int] = mapped_column(default=0)
    """How many times SQS has handed it out, looks at it among the dead letters included."""
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it is to go back to the queue."""
    asked_by: Mapped[str | None] = mapped_column(String(64))
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it is no dead letter any more: returned, or taken away by somebody else."""


class DeadLetterLook(Base):
    """The worker's last look, in one row."""

    __tablename__ = "dead_letter_looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    queue: Mapped[str | None] = mapped_column(String(255))
    """The name of the queue of dead letters; None when there is none."""
    waiting: Mapped[int] = mapped_column(default=0)
    """How many there are, as SQS counts them."""
    problem: Mapped[str | None] = mapped_column(Text)


_LETTERS = cast("Table", DeadLetter.__table__)
_LOOKS = cast("Table", DeadLetterLook.__table__)


def last_look() -> DeadLetterLook | None:
    """What the worker saw when it looked last; None when it never has."""
    return db.session.get(DeadLetterLook, ONLY, populate_existing=True)


def note_look(queue: str | None, waiting: int, problem: str | None, now: datetime) -> None:
    """Write down that the worker looked. Inside a transaction."""
    told = {"looked_at": now, "queue": queue, "waiting": waiting, "problem": problem}
    statement = insert(_LOOKS).values(id=ONLY, **told)
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=told))


def note_seen(letters: Sequence[Delivery], now: datetime) -> None:
    """Keep dead letters as they are seen. Inside a transaction."""
    if not letters:
        return
    rows = {
        one.message_id: {
            "message_id": one.message_id,
            "body": one.body.replace("\0", "\\x00"),
            "sent_at": one.sent_at,
            "receives": one.receives,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for one in letters
    }
    statement = insert(_LETTERS)
    again = {"receives": statement.excluded.receives, "last_seen_at": now, "gone_at": None}
    statement = statement.on_conflict_do_update(index_elements=["message_id"], set_=again)
    db.session.execute(statement, [rows[key] for key in sorted(rows)])


def note_gone(seen_before: datetime, now: datetime) -> None:
    """Note that what a complete look has not shown again is a dead letter no more, and forget what is gone for long.

    Inside a transaction.
    """
    db.session.execute(
        delete(DeadLetter).where(DeadLetter.gone_at < now - KEPT).execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(DeadLetter)
        .where(DeadLetter.gone_at.is_(None), DeadLetter.last_seen_at < seen_before)
        .values(gone_at=now)
        .execution_options(synchronize_session=False)
    )


def note_returned(message_ids: Collection[str], now: datetime) -> None:
    """Note that these are in the main queue again. Inside a transaction."""
    db.session.execute(
        update(DeadLetter)
        .where(DeadLetter.message_id.in_(message_ids))
        .values(returned_at=now, gone_at=now)
        .execution_options(synchronize_session=False)
    )


def ask_back(ids: Collection[int] | None, *, why: str, actor: str, now: datetime) -> int:
    """Note that these dead letters (all there are, with None) are to go back to the main queue. Inside a transaction.

    Returns:
        How many were not asked back before.
    """
    statement = select(DeadLetter).where(DeadLetter.gone_at.is_(None), DeadLetter.asked_at.is_(None))
    if ids is not None:
        statement = statement.where(DeadLetter.id.in_(ids))
    rows = db.session.scalars(
        statement.order_by(DeadLetter.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.asked_at, row.asked_by = now, actor
        audit.record(actor, "asked back", f"dead_letter:{row.id}", why=why, message=row.message_id)
    return len(rows)


def asked_back() -> set[str]:
    """The SQS ids of those that are to go back."""
    wanted = select(DeadLetter.message_id).where(DeadLetter.gone_at.is_(None), DeadLetter.asked_at.is_not(None))
    return set(db.session.scalars(wanted))


def letters() -> Sequence[DeadLetter]:
    """Those that are there, as they were seen last; the newest first."""
    there = select(DeadLetter).where(DeadLetter.gone_at.is_(None)).order_by(DeadLetter.id.desc())
    return db.session.scalars(there.execution_options(populate_existing=True)).all()


def being_returned() -> int:
    """How many are on their way back."""
    there = DeadLetter.gone_at.is_(None)
    return int(db.session.scalar(select(func.count()).where(there, DeadLetter.asked_at.is_not(None))) or 0)
