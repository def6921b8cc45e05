"""A timeline as a picture: times become places. Pure; ``staff/contract/_picture.html`` draws what is found here.

What is past has most of the width and what is still to come the rest, so that the first hours of a contract for a year
can be told apart. Marks that would stand on one another become one with a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.language import gettext as _
from portal.language import marked, pgettext, said_in_utc
from portal.staff.contract.timeline import Bar, Event, Lane, Timeline

WIDE, NARROW = 940, 348
LANE, BAR, HEAD, FOOT = 44, 22, 10, 30
MARK = 7
"""The radius of a mark for one event."""
TOGETHER = 24
"""Marks nearer than this are one."""
LETTER = 6.4
"""About the width of a letter of a label."""
TICK = 92
"""The least distance between two ticks."""
COMING = 0.2
"""What is still to come has this part of the width."""
TOLD = 4
"""So many events of a mark are named; of the others it says how many."""
ROOM = 110
"""So much of it is needed for its date beside the word “now”."""
LABELS = {
    Lane.STATUS: marked("Status"),
    Lane.CHANGES: marked("Changes"),
    Lane.MESSAGES: marked("Messages"),
    Lane.READS: marked("Answers of AWS"),
    Lane.PEOPLE: marked("People"),
}
_STEPS = [timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 360, 720)] + [timedelta(days=n) for n in (1, 2, 7, 14)]
_MONTHS = (1, 3, 6, 12, 24, 60)


@dataclass(frozen=True)
class DrawnBar:
    """A bar: where it stands, what is written in it, and what it says in full."""

    x: float
    y: float
    width: float
    tone: str
    label: str
    title: str


@dataclass(frozen=True)
class DrawnMark:
    """A mark: where it stands, how many events it is, what it says, and the row that it leads to."""

    x: float
    y: float
    radius: float
    count: int
    title: str
    anchor: str


@dataclass(frozen=True)
class DrawnLane:
    """One lane."""

    name: str
    label: str
    y: float
    bars: list[DrawnBar]
    marks: list[DrawnMark]


@dataclass(frozen=True)
class Tick:
    """One place of the axis that bears a time."""

    x: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Picture:
    """The drawing, in its own units."""

    name: str
    width: int
    height: int
    left: float
    right: float
    axis: float
    now: float
    lanes: list[DrawnLane]
    ticks: list[Tick]
    coming: bool
    """Whether anything of it is still to come."""


class _Scale:
    """Where a moment stands."""

    def __init__(self, timeline: Timeline, left: float, right: float) -> None:
        self.begins, self.now, self.ends = timeline.begins_at, timeline.now, timeline.ends_at
        self.coming = self.ends > self.now
        self.left, self.right = left, right
        self.at_now = right - (right - left) * COMING if self.coming else right
        self._past = max((self.now - self.begins).total_seconds(), 1.0)
        self._future = max((self.ends - self.now).total_seconds(), 1.0)

    def __call__(self, moment: datetime) -> float:
        if moment <= self.now:
            part = (moment - self.begins).total_seconds() / self._past
            return round(self.left + max(part, 0.0) * (self.at_now - self.left), 1)
        part = (moment - self.now).total_seconds() / self._future
        return round(self.at_now + min(part, 1.0) * (self.right - self.at_now), 1)


def draw(timeline: Timeline, name: str, width: int, lanes: Iterable[Lane] = tuple(Lane)) -> Picture:
    """Draw a timeline.

    Args:
        name: what its parts are called by, where two pictures stand on one page.
        width: `WIDE` or `NARROW`.
    """
    narrow = width < WIDE
    left, right = (10.0, width - 10.0) if narrow else (128.0, width - 12.0)
    scale = _Scale(timeline, left, right)
    drawn = []
    for place, lane in enumerate(lanes):
        y = HEAD + place * (LANE + (14 if narrow else 0)) + (14 if narrow else 0)
        bars = [_bar(bar, scale, y) for bar in timeline.bars if bar.lane is lane]
        events = [event for event in timeline.events if event.lane is lane]
        drawn.append(
            DrawnLane(
                lane,
                pgettext("of a contract", "Terms") if lane is Lane.TERMS else _(LABELS[lane]),
                y,
                bars,
                _marks(events, scale, y + LANE / 2),
            )
        )
    axis = (drawn[-1].y if drawn else HEAD) + LANE
    ticks = _ticks(scale)
    return Picture(name, width, int(axis + FOOT), left, right, axis, scale.at_now, drawn, ticks, scale.coming)


def _bar(bar: Bar, scale: _Scale, y: float) -> DrawnBar:
    x = scale(bar.begins_at)
    width = max(scale(bar.ends_at or scale.ends) - x, 2.0)
    until = _("until %(ends_at)s", ends_at=_day(bar.ends_at)) if bar.ends_at else _("no end")
    title = _("%(words)s, from %(begins_at)s %(until)s", words=bar.words, begins_at=_day(bar.begins_at), until=until)
    label = next((text for text in _labels(bar) if len(text) * LETTER + 12 <= width), "")
    return DrawnBar(x, y + (LANE - BAR) / 2, round(width, 1), bar.tone, label, title)


def _labels(bar: Bar) -> list[str]:
    """What may stand in a bar, the fullest first."""
    if bar.tone != "term" or bar.ends_at is None:
        return [bar.words]
    return [
        f"{_day(bar.begins_at)} – {_day(bar.ends_at)}",
        _("until %(ends_at)s", ends_at=_day(bar.ends_at)),
        _("to %(ends_at)s", ends_at=said_in_utc(bar.ends_at, "month")),
    ]


def _marks(events: Sequence[Event], scale: _Scale, y: float) -> list[DrawnMark]:
    groups: list[list[Event]] = []
    for event in sorted(events, key=lambda event: event.at):
        if groups and scale(event.at) - scale(groups[-1][0].at) < TOGETHER:
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_mark(group, scale, y) for group in groups]


def _mark(group: Sequence[Event], scale: _Scale, y: float) -> DrawnMark:
    count = sum(event.count for event in group)
    told = "; ".join(f"{_time(event.at)}: {event.words}" for event in group[:TOLD])
    more = _("; and %(told)s more", told=len(group) - TOLD) if len(group) > TOLD else ""
    x = min(max(scale(group[0].at), scale.left + MARK), scale.right - MARK)
    radius = MARK if count == 1 else min(MARK + 1.5 * len(str(count)), 12.0)
    return DrawnMark(round(x, 1), y, radius, count, f"{told}{more}", group[0].anchor)


def _ticks(scale: _Scale) -> list[Tick]:
    ticks = [Tick(scale(at), label) for at, label in _moments(scale)]
    ticks = [tick for tick in ticks if scale.left + 24 <= tick.x <= scale.at_now - 30]
    is_tight = scale.right - scale.at_now < ROOM
    ticks.append(Tick(scale.at_now - 3 * is_tight, _("now"), "end" if is_tight else "middle"))
    if scale.coming:
        ticks.append(Tick(scale.right, _day(scale.ends), "end"))
    return ticks


def _moments(scale: _Scale) -> list[tuple[datetime, str]]:
    """Round moments of what is past, as many as find room."""
    most = max(int((scale.at_now - scale.left) / TICK), 1)
    span = scale.now - scale.begins
    for step in _STEPS:
        if span / step <= most:
            return list(_steps(scale.begins, scale.now, step))
    for months in _MONTHS:
        if span.days / 30 / months <= most or months == _MONTHS[-1]:
            return list(_month_steps(scale.begins, scale.now, months))
    return []


def _steps(begins: datetime, ends: datetime, step: timedelta) -> Iterable[tuple[datetime, str]]:
    midnight = datetime(1970, 1, 1, tzinfo=UTC)
    at = midnight + -(-(begins - midnight) // step) * step
    while at <= ends:
        yield (
            at,
            said_in_utc(at, "short") if step >= timedelta(days=1) or (at.hour, at.minute) == (0, 0) else f"{at:%H:%M}",
        )
        at += step


def _month_steps(begins: datetime, ends: datetime, months: int) -> Iterable[tuple[datetime, str]]:
    month = begins.year * 12 + begins.month - 1
    month += -month % months
    while (at := datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)) <= ends:
        if at >= begins:
            yield at, said_in_utc(at, "month")
        month += months


def _day(moment: datetime | None) -> str:
    return said_in_utc(moment, "short_day") if moment else ""


def _time(moment: datetime) -> str:
    return said_in_utc(moment, "short_moment")
