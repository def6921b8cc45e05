"""The dashboard's figures as pictures and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.contracts.lifecycle import State
from portal.language import gettext as _
from portal.language import marked, said_in_utc
from portal.web.drawing import Box, Chart, Column, Step, columns, funnel, shares
from portal.web.wording import STATES

STEPS = (
    ("landed", marked("Landed"), marked("came from AWS Marketplace with a purchase")),
    ("account", marked("Account"), marked("have signed up or signed in with it")),
    ("linked", marked("Linked"), marked("chose an organisation and confirmed")),
    ("active", marked("Active"), marked("AWS confirms that it is granted")),
)


@dataclass(frozen=True)
class ByState:
    """Contracts by state: one bar cut into parts, and the same as rows of (state, words, number)."""

    boxes: list[Box]
    rows: list[tuple[str, str, int]]
    total: int
    unlinked: int


def by_state(value: Mapping[str, Any]) -> ByState:
    """In the order of a contract's life."""
    states: Mapping[str, int] = value["states"]
    order = [str(state) for state in State] + sorted(set(states) - set(State))
    named = {state: _(STATES[State(state)][0]) if state in list(State) else state for state in order}
    rows = [(state, named[state], states.get(state, 0)) for state in order]
    boxes = [
        replace(box, title=f"{named[box.kind]}: {states[box.kind]:,}")
        for box in shares({state: number for state, _words, number in rows}, height=36.0)
    ]
    return ByState(boxes, rows, sum(states.values()), value["unlinked"])


@dataclass(frozen=True)
class FunnelStep:
    """One step of the arrivals, with what it means."""

    drawn: Step
    explained: str


def arrivals(value: Mapping[str, int]) -> list[FunnelStep]:
    """How far the purchases came whose buyers landed."""
    drawn = funnel([(_(words), value[name]) for name, words, _explained in STEPS], width=560.0)
    return [FunnelStep(step, _(explained)) for step, (_name, _words, explained) in zip(drawn, STEPS, strict=True)]


@dataclass(frozen=True)
class Hours:
    """Messages by the hour: the picture, and what to say of it."""

    chart: Chart
    rows: list[tuple[datetime, int]]
    total: int
    most: int
    last: int


def hours(counted: Sequence[int], at: datetime) -> Hours:
    """The last hours; the last column is the hour that was going on."""
    first = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=len(counted) - 1)
    rows = [(first + timedelta(hours=number), value) for number, value in enumerate(counted)]
    drawn = [
        Column(f"{said_in_utc(hour, 'hour')} UTC: {value:,}", {"messages": value}, _word(hour, len(rows) - 1 - place))
        for place, (hour, value) in enumerate(rows)
    ]
    return Hours(columns(drawn), rows, sum(counted), max(counted, default=0), counted[-1] if counted else 0)


def _word(hour: datetime, left: int) -> str:
    if hour.hour == 0:
        return said_in_utc(hour, "short")
    return f"{hour:%H:00}" if hour.hour % 6 == 0 and left > 1 else ""


def milliseconds(value: float | None) -> str:
    """`85 ms`, `1.2 s`, `3 min`."""
    if value is None:
        return "–"
    if value < 1_000:
        return _("%(value)s ms", value=f"{value:.0f}")
    return f"{value / 1_000:.1f} s" if value < 120_000 else _("%(value)s min", value=f"{value / 60_000:.0f}")
