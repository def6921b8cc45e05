"""The hash chain over the audit log: who changes, removes or slips in a line later breaks it, and is seen.

Deeds are written by many processes at once, so a line is not chained while it is written (all would wait for each
other) but a moment later, by the clock. The latest link, kept somewhere else, shows even that the end was cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from portal.audit import AuditEntry, AuditSeal
from portal.database import db, transaction

BEGINNING = "0" * 64
AT_ONCE = 1_000
LATE = timedelta(hours=1)
"""A transaction may commit a line long after a later one was sealed; so far back is looked for it."""
UNSEALED_AFTER = timedelta(minutes=10)
"""What stands outside the chain for longer is reported: the clock seals within seconds."""


@dataclass(frozen=True)
class Head:
    """The latest link: worth keeping outside the database."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True)
class Verdict:
    """What a verification found."""

    entries: int
    head: Head
    problems: list[str] = field(default_factory=list)
    waiting: int = 0
    """Lines of the last minutes that are not chained yet."""


def link(before: str, number: int, entry: Any) -> str:
    """The hash of one link, as 64 hex digits.

    Args:
        before: the hash of the link before, ``BEGINNING`` for the first.
        entry: an ``AuditEntry``, or a row with its columns.
    """
    fields = [
        before,
        number,
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.thing,
        entry.why,
        entry.detail,
    ]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def head() -> Head:
    """The latest link."""
    row = db.session.execute(
        select(AuditSeal.number, AuditSeal.hash).order_by(AuditSeal.number.desc()).limit(1)
    ).one_or_none()
    return Head(row.number, row.hash) if row else Head(0, BEGINNING)


def seal(now: datetime) -> int:
    """Chain what is not chained yet; who comes second of two at once does nothing.

    Returns:
        How many lines were chained.
    """
    sealed, after = 0, 0
    while True:
        try:
            with transaction():
                ids = _seal_some(now, after)
        except IntegrityError:
            return sealed
        sealed += len(ids)
        if len(ids) < AT_ONCE:
            return sealed
        after = ids[-1]


def _seal_some(now: datetime, after: int) -> list[int]:
    latest = head()
    since = _looked_for_since(latest, now)
    # From an id on: the table is read in the order of its ids, and from its beginning that would be all of it. Ids and
    # times do not rise together to the millisecond, so the lowest of many.
    earliest = select(AuditEntry.id).where(AuditEntry.at >= since).order_by(AuditEntry.at).limit(AT_ONCE).subquery()
    first = db.session.scalar(select(func.min(earliest.c.id)))
    if first is None:
        return []
    first = max(first, after + 1)
    sealed = exists().where(AuditSeal.entry_id == AuditEntry.id, AuditSeal.entry_id >= first)
    statement = select(AuditEntry).where(AuditEntry.id >= first, AuditEntry.at >= since, ~sealed)
    rows: list[dict[str, Any]] = []
    previous = latest.hash
    for number, entry in enumerate(
        db.session.scalars(statement.order_by(AuditEntry.id).limit(AT_ONCE)), start=latest.number + 1
    ):
        previous = link(previous, number, entry)
        rows.append({"number": number, "entry_id": entry.id, "hash": previous, "sealed_at": now})
    if rows:
        db.session.execute(insert(AuditSeal), rows)
    return [row["entry_id"] for row in rows]


def _looked_for_since(latest: Head, now: datetime) -> datetime:
    """What was written before this is chained already. A line of a clock that is fast does not count for later."""
    at = db.session.scalar(
        select(AuditEntry.at).join(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.number == latest.number)
    )  # fmt: skip
    return min(at, now) - LATE if at else datetime.min.replace(tzinfo=UTC)


def verify(now: datetime, kept: Head | None = None, most_problems: int = 20) -> Iterator[tuple[int, Verdict | None]]:
    """Follow the chain from its beginning.

    Args:
        kept: a link that was noted down earlier; the chain must still contain it.

    Yields:
        How many links were followed so far, for a progress bar; at the end, with the verdict.
    """
    problems: list[str] = []
    previous, number = BEGINNING, 0
    if kept is not None and kept.number == 0 and kept.hash != BEGINNING:
        problems.append("The link that was kept is none.")
    while links := _links_after(number):
        for row in links:
            number += 1
            problem = _problem_with(row, number, previous, kept)
            if problem and len(problems) < most_problems:
                problems.append(problem)
            number, previous = row.number, row.hash
        yield number, None
    if kept is not None and kept.number > number:
        problems.append(f"The chain ends at link {number}, but link {kept.number} was noted down: its end was cut off.")
    early = select(AuditSeal).where(AuditSeal.number < 1).order_by(AuditSeal.number).limit(most_problems)
    problems += [
        f"Link {seal.number} (entry {seal.entry_id}) stands before the first." for seal in db.session.scalars(early)
    ]
    unsealed = _unsealed(now - UNSEALED_AFTER)
    problems += [f"Entry {entry_id} stands outside the chain." for entry_id in unsealed[:most_problems]]
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    waiting = max(entries - number - len(unsealed), 0)
    yield number, Verdict(entries, Head(number, previous), problems, waiting)


def _links_after(number: int) -> Sequence[Any]:
    statement = (
        select(AuditSeal.number, AuditSeal.entry_id, AuditSeal.hash, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(AuditSeal.number > number)
        .order_by(AuditSeal.number)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).all()


def _problem_with(row: Any, expected: int, previous: str, kept: Head | None) -> str | None:
    if row.number != expected:
        return f"Links {expected} to {row.number - 1} are missing."
    if row.AuditEntry is None:
        return f"Entry {row.entry_id} (link {row.number}) was removed."
    if link(previous, row.number, row.AuditEntry) != row.hash:
        return f"Entry {row.entry_id} (link {row.number}) is not what was sealed."
    if kept is not None and kept.number == row.number and kept.hash != row.hash:
        return f"Link {row.number} is not the one that was noted down: the chain was written anew."
    return None


def _unsealed(before: datetime) -> list[int]:
    statement = select(AuditEntry.id).where(
        ~exists().where(AuditSeal.entry_id == AuditEntry.id), AuditEntry.at < before
    )
    return list(db.session.scalars(statement.order_by(AuditEntry.id)))
