"""Everything that happened to a contract, on one axis of time. Pure: picture and list are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.contracts.models import Contract, ContractChange
from portal.language import gettext as _

MOST_SPANS = 24
"""So many stretches of older events a lane has at most, however many there were."""


class Lane(StrEnum):
    """What happens side by side."""

    STATUS = "status"
    TERMS = "terms"
    CHANGES = "changes"
    MESSAGES = "messages"
    READS = "reads"
    PEOPLE = "people"


@dataclass(frozen=True)
class Bar:
    """Something that lasts; without an end it goes on."""

    lane: Lane
    begins_at: datetime
    ends_at: datetime | None
    words: str
    tone: str
    """How it looks: a state, or `term`."""


@dataclass(frozen=True)
class Event:
    """Something that happened, or `count` things of one kind that happened between `at` and `until`."""

    lane: Lane
    at: datetime
    words: str
    anchor: str
    """The id of its row in the list."""
    count: int = 1
    until: datetime | None = None
    number: int | None = None
    """Its number among the records of its kind."""
    detail: str = ""


@dataclass(frozen=True)
class Day:
    """How much happened on one day, in one lane."""

    lane: Lane
    first_at: datetime
    last_at: datetime
    count: int


@dataclass(frozen=True)
class Timeline:
    """All of it, and the moment at which it is looked at."""

    now: datetime
    bars: list[Bar] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """The newest first."""

    @property
    def begins_at(self) -> datetime:
        """The first moment there is anything to see."""
        moments = [bar.begins_at for bar in self.bars] + [event.at for event in self.events]
        return min([*moments, self.now])

    @property
    def ends_at(self) -> datetime:
        """The last moment there is anything to see; it may be still to come."""
        moments = [moment for bar in self.bars for moment in (bar.begins_at, bar.ends_at) if moment]
        moments += [event.until or event.at for event in self.events]
        return max([*moments, self.now])


def status_bars(changes: Iterable[ContractChange], now: datetime) -> list[Bar]:
    """The status from its first moment, as the history tells it.

    Args:
        changes: the oldest first; others than those of the status do not matter.
    """
    moves = [
        (change.at, str(change.after["value"]))
        for change in changes
        if change.subject in {"opened", "state"} and change.after
    ]
    ends = [*(at for at, _state in moves), now][1:]
    return [Bar(Lane.STATUS, at, until, state, state) for (at, state), until in zip(moves, ends, strict=True)]


def term_bars(contract: Contract, changes: Iterable[ContractChange]) -> list[Bar]:
    """The terms that were agreed, one after another: an end that is told later than the one before begins another term
    there, an earlier one cuts the last one short."""
    told = _told_ends(changes)
    begins_at = contract.starts_at or contract.created_at
    bars: list[Bar] = []
    for until in told:
        while bars and until <= bars[-1].begins_at:
            bars.pop()
        if bars and until <= (bars[-1].ends_at or until):
            bars[-1] = Bar(Lane.TERMS, bars[-1].begins_at, until, _("term"), "term")
        elif not bars or bars[-1].ends_at != until:
            start = bars[-1].ends_at if bars else None
            bars.append(Bar(Lane.TERMS, start or min(begins_at, until), until, _("term"), "term"))
    return bars or [Bar(Lane.TERMS, begins_at, contract.ended_at, _("no fixed end"), "term")]


def _told_ends(changes: Iterable[ContractChange]) -> list[datetime]:
    """The ends in the order in which they were told: those of the agreement, else those of what is granted."""
    ends: list[datetime] = []
    expiries: list[datetime] = []
    for change in changes:
        after: dict[str, Any] = change.after or {}
        if change.subject == "ends_at" and after.get("value"):
            ends.append(datetime.fromisoformat(after["value"]))
        elif change.subject.startswith("dimension:") and after.get("expires_at"):
            expiries.append(datetime.fromisoformat(after["expires_at"]))
    return ends or expiries


def reads(contract: Contract, changes: Sequence[ContractChange]) -> list[Event]:
    """The answers of AWS of which something is kept: those that changed what is granted, and the last one."""
    found: dict[datetime, list[ContractChange]] = {}
    for change in changes:
        if change.subject.startswith("dimension:"):
            found.setdefault(change.at.replace(microsecond=0), []).append(change)
    events = [
        Event(
            Lane.READS, at, _("AWS answered, and grants something else than before"), f"change-{rows[0].id}", len(rows)
        )
        for at, rows in found.items()
    ]
    if contract.confirmed_at:
        events.append(Event(Lane.READS, contract.confirmed_at, _("AWS’s last answer"), "last-answer"))
    return events


def spans(days: Sequence[Day], what: str) -> list[Event]:
    """Older events of one lane by the stretch of time, for there are too many to tell one by one.

    Args:
        days: the oldest first.
        what: what they are, many of them.
    """
    size = -(-len(days) // MOST_SPANS) or 1
    found = []
    for start in range(0, len(days), size):
        stretch = days[start : start + size]
        first, last, count = stretch[0].first_at, stretch[-1].last_at, sum(day.count for day in stretch)
        lane, anchor = stretch[0].lane, f"{stretch[0].lane}-{first:%Y%m%d%H%M%S}"
        found.append(Event(lane, first, f"{count:,} {what}", anchor, count, last))
    return found


def put_together(now: datetime, bars: Iterable[Bar], events: Iterable[Event]) -> Timeline:
    """One timeline; what happened last comes first."""
    return Timeline(now, list(bars), sorted(events, key=lambda event: (event.at, event.anchor), reverse=True))
