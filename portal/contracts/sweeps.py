"""Whose turn it is to sweep a product, how far the sweep has come, and what it counted.

Several clocks and people may want the same sweep at once. Who works on one holds its row for a while, taken by
compare-and-swap, and moves the time on with every step. Should the holder die, the row is free again by itself, and
the next one goes on where the last step was committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

from sqlalchemy import ColumnElement, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db, insert, transaction, utcnow

LEASE = timedelta(minutes=5)
"""How long a step may take at most: nearly all of it would be waiting for AWS."""


class Stage(StrEnum):
    """What is done in turn."""

    ENTITLEMENTS = "entitlements"
    UNSEEN = "unseen"
    AGREEMENTS = "agreements"
    CLOSING = "closing"


class AgreementsRead(StrEnum):
    """What became of asking for the agreements."""

    READ = "read"
    MAY_NOT = "may not ask"
    NO_PRODUCT_ID = "no product id"
    NO_ANSWER = "no answer"


class LostSweep(Exception):
    """There was a sweep whose time was over before its step, and which another may have taken."""


class Sweep(Base):
    """The sweep of one product: the one that goes on, or the last one."""

    __tablename__ = "sweeps"

    product_code: Mapped[str] = mapped_column(String(255), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the clock is to see to it: to begin, or to go on."""
    holder: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stage: Mapped[str | None] = mapped_column(String(16))
    """None when no sweep goes on."""
    cursor: Mapped[str | None] = mapped_column(Text)
    """AWS's token for the next page of this stage."""
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pages: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    to_check: Mapped[int] = mapped_column(default=0)
    agreements: Mapped[str | None] = mapped_column(String(16))
    problem: Mapped[str | None] = mapped_column(Text)


def expect(product_codes: Sequence[str], due_at: datetime) -> None:
    """Give products that are new their row, due then. Inside a transaction."""
    if not product_codes:
        return
    rows = [
        {"product_code": code, "due_at": due_at, "pages": 0, "rows": 0, "written": 0, "to_check": 0}
        for code in sorted(product_codes)
    ]
    db.session.execute(insert(Sweep).values(rows).on_conflict_do_nothing(index_elements=["product_code"]))


def known() -> set[str]:
    """The products that have their row."""
    return set(db.session.scalars(select(Sweep.product_code)))


def next_due(product_codes: Sequence[str], now: datetime) -> str | None:
    """The product whose sweep is due longest, and which nobody is sweeping."""
    return db.session.scalar(
        select(Sweep.product_code)
        .where(Sweep.product_code.in_(product_codes), Sweep.due_at <= now, _free(now))
        .order_by(Sweep.due_at, Sweep.product_code)
        .limit(1)
    )


def take(product_code: str, now: datetime, *, anew: bool = False) -> Sweep | None:
    """Take a sweep: the one that was left in the middle, or, `anew` or where there is none, a new one.

    Returns:
        None while somebody else holds it.
    """
    holder = token_hex(16)
    with transaction():
        expect([product_code], now)
        taken = db.session.execute(
            update(Sweep)
            .where(Sweep.product_code == product_code, _free(now))
            .values(holder=holder, held_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        sweep = db.session.get_one(Sweep, product_code, populate_existing=True)
        if anew or sweep.stage is None:
            sweep.stage, sweep.cursor, sweep.started_at = Stage.ENTITLEMENTS, None, now
            sweep.pages = sweep.rows = sweep.written = sweep.to_check = 0
            sweep.agreements = sweep.problem = None
        return sweep


def keep(sweep: Sweep) -> None:
    """Hold a sweep for another while. At the beginning of the transaction of a step.

    Raises:
        LostSweep: the step must not be written; another may be doing it.
    """
    kept = db.session.execute(
        update(Sweep)
        .where(Sweep.product_code == sweep.product_code, Sweep.holder == sweep.holder)
        .values(held_until=utcnow() + LEASE)
        .execution_options(synchronize_session=False)
    )
    if not kept.rowcount:  # type: ignore[attr-defined]
        raise LostSweep(sweep.product_code)


def go_on(sweep: Sweep, cursor: str | None, then: Stage) -> None:
    """Note that a page is done: the next one is at `cursor`, or the stage is over. Inside the step's transaction."""
    sweep.cursor = cursor
    if cursor is None:
        sweep.stage = then


def leave(sweep: Sweep, *, due_at: datetime | None = None, problem: str | None = None) -> None:
    """Give a sweep back, so that whoever comes next goes on with it, not before `due_at`."""
    with transaction():
        keep(sweep)
        sweep.due_at = due_at or sweep.due_at
        sweep.problem = problem
        sweep.holder = sweep.held_until = None


def end(sweep: Sweep, *, due_at: datetime, finished_at: datetime | None, problem: str | None) -> None:
    """End a sweep, finished or not; the next one begins at the beginning. Inside a transaction that has kept it."""
    sweep.due_at, sweep.problem = due_at, problem
    sweep.finished_at = finished_at or sweep.finished_at
    sweep.stage = sweep.cursor = sweep.holder = sweep.held_until = None


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Sweep.held_until.is_(None), Sweep.held_until < now)
