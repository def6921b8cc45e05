"""Replaying messages: first what it would change, computed by the worker and kept for the page; then, with a reason,
for real."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit
from portal.contracts.reconciliation import Sources
from portal.database import Base, UTCDateTime, db, transaction, utcnow
from portal.notifications.models import Fate
from portal.notifications.problems import FAULT
from portal.notifications.rehearsal import rehearse
from portal.notifications.replay import replay
from portal.sentences import sentence
from portal.staff.attention import seen
from portal.staff.attention.seen import Thing

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 25
"""So many messages are rehearsed together: each may take a call to AWS, which others wait for, too."""
KEPT = timedelta(days=1)


class PreviewState(StrEnum):
    """How far a preview has come."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class Preview(Base):
    """What a replay of some messages would change, as it was when it was asked for."""

    __tablename__ = "previews"

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_ids: Mapped[list[int]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    asked_by: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=PreviewState.WAITING)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """A ``notifications.rehearsal.Outcome``."""
    problem: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TooMany(Exception):
    """There was a wish for more messages than are rehearsed together."""


def ask(ids: Sequence[int], actor: str, now: datetime) -> Preview:
    """Note that somebody wants to see what a replay would change; what was seen a day ago goes. Inside a transaction.

    Raises:
        TooMany: more than ``MOST_AT_ONCE``.
    """
    wanted = sorted(set(ids))
    if len(wanted) > MOST_AT_ONCE:
        raise TooMany(str(len(wanted)))
    preview = Preview(notification_ids=wanted, asked_at=now, asked_by=actor)
    db.session.add(preview)
    db.session.flush()
    # Afterwards: SQLite would give the number of the last one again.
    db.session.execute(delete(Preview).where(Preview.asked_at < now - KEPT))
    audit.record(actor, "rehearsed a replay", f"preview:{preview.id}", notifications=wanted)
    return preview


def find_out(preview_id: int, sources: Sources, now: datetime) -> None:
    """Rehearse what a preview asks for, and keep the outcome. Outside any transaction; done twice, it is done once."""
    preview = db.session.get(Preview, preview_id, populate_existing=True)
    if preview is None or preview.state != PreviewState.WAITING:
        return
    ids = list(preview.notification_ids)
    try:
        told: dict[str, Any] = {"state": PreviewState.READY, "outcome": asdict(rehearse(ids, sources, now))}
    except Exception as error:  # the page must not wait for ever
        db.session.rollback()
        logger.exception("The replay of %s cannot be rehearsed", ids)
        told = {"state": PreviewState.FAILED, "problem": sentence(FAULT, error=type(error).__name__)}
    with transaction():
        db.session.execute(
            update(Preview)
            .where(Preview.id == preview_id, Preview.state == PreviewState.WAITING)
            .values(**told, done_at=utcnow())
        )


def forgotten(before: datetime) -> list[int]:
    """The previews that were asked for before, and that nobody has computed yet."""
    waiting = select(Preview.id).where(Preview.state == PreviewState.WAITING, Preview.asked_at < before)
    return list(db.session.scalars(waiting.order_by(Preview.id).limit(MOST_AT_ONCE)))


def put_to_work(ids: Sequence[int], *, why: str, actor: str, now: datetime) -> dict[int, Fate | None]:
    """Replay messages for real, as ``notifications.replay.replay``. Inside a transaction. Should one of them fail once
    more, it stands in its queue again, whatever somebody thought of it before."""
    became = replay(ids, now, actor, why)
    seen.put_back(Thing.MESSAGE, [number for number, fate in became.items() if fate is not None], actor=actor, why=why)
    return became
