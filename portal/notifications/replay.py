"""Looking at the inbox, and putting back to work what was given up, parked or not understood."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update

from portal import audit
from portal.database import db
from portal.notifications.envelope import understand
from portal.notifications.intake import read_as
from portal.notifications.models import Fate, Notification

REPLAYED = frozenset({Fate.FAILED, Fate.PARKED, Fate.NOT_UNDERSTOOD})
"""What was applied, or waits its turn, is left alone: a message is a nudge, and nothing is gained by another."""


def latest(fates: Collection[Fate] = (), limit: int = 50) -> Sequence[Notification]:
    """The latest messages, of some fates if any are named; the newest first."""
    statement = select(Notification).order_by(Notification.id.desc()).limit(limit)
    if fates:
        statement = statement.where(Notification.fate.in_(fates))
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def replay(ids: Sequence[int], now: datetime, actor: str, why: str | None = None) -> dict[int, Fate | None]:
    """Read messages again, as the portal understands them today, and put them back to work. Inside a transaction.

    Args:
        actor, why: for the audit log.

    Returns:
        The fate of each from now on: received when it is put to work; None when there is none of this number. What was
        applied, or waits anyway, keeps its fate.
    """
    became: dict[int, Fate | None] = dict.fromkeys(ids)
    rows = select(Notification).where(Notification.id.in_(ids)).order_by(Notification.id).with_for_update()
    for row in db.session.scalars(rows.execution_options(populate_existing=True)):
        before = became[row.id] = Fate(row.fate)
        if before in REPLAYED:
            values = read_as(understand(row.body, "", row.occurred_at), now)
            db.session.execute(
                update(Notification).where(Notification.id == row.id).values(**values, problem=None, contract_id=None)
            )
            became[row.id] = Fate(values["fate"])
            told = {"before": before, "after": values["fate"]}
            audit.record(actor, "replayed", f"notification:{row.id}", why=why, **told)
    return became
