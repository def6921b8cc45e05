"""Pictures of figures: where bars, lines and steps stand. Templates place them; every number is one of the viewBox.

Nothing here knows a colour: classes say what something is, and the stylesheet how it looks, in light and in dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 720.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 26.0
"""Room for the scale on the left, and for the words below."""
THICKEST = 64.0


@dataclass(frozen=True)
class Box:
    """One bar, or one part of a stacked one."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """What it stands for; the last part of its class."""
    title: str
    """What it says to whoever points at it."""


@dataclass(frozen=True)
class Mark:
    """A word beside a scale: where, and which."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Bars with their scales. `width` and `height` are the viewBox."""

    boxes: list[Box]
    up: list[Mark]
    """The scale on the left; `at` is a y."""
    along: list[Mark]
    """The words below; `at` is an x."""
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def left(self) -> float:
        return LEFT

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def floor(self) -> float:
        return self.height - BOTTOM


@dataclass(frozen=True)
class Column:
    """What a column of bars stands for: its word below (or none), its title, and the height of each of its parts."""

    title: str
    parts: Mapping[str, int]
    word: str = ""


def columns(of: Sequence[Column], width: float = WIDTH, height: float = HEIGHT) -> Chart:
    """Columns side by side, the parts of each on top of one another."""
    most = round_up(max((sum(column.parts.values()) for column in of), default=0))
    room, tall = width - LEFT - RIGHT, height - TOP - BOTTOM
    step = room / max(len(of), 1)
    thick = min(step * 0.78, THICKEST)
    boxes, along = [], []
    for place, column in enumerate(of):
        middle, y = LEFT + step * (place + 0.5), height - BOTTOM
        for kind, value in column.parts.items():
            part = tall * value / most
            y -= part
            if value:
                boxes.append(_box(middle - thick / 2, y, thick, part, kind, column.title))
        if column.word:
            along.append(Mark(round(middle, 1), column.word))
    up = [Mark(round(height - BOTTOM - tall * share, 1), in_short(most * share)) for share in (0, 0.5, 1)]
    return Chart(boxes, up if most * 0.5 == int(most * 0.5) else [up[0], up[2]], along, width, height)


def _box(x: float, y: float, width: float, height: float, kind: str, title: str) -> Box:
    return Box(round(x, 2), round(y, 2), round(width, 2), round(max(height, 0.75), 2), kind, title)


@dataclass(frozen=True)
class Step:
    """One step of a funnel: how many came so far, how wide it is, and what share of all that is."""

    name: str
    value: int
    width: float
    of_all: int | None
    """In hundredths; None where nobody began."""
    lost: int
    """So many of the step before did not come so far."""


def funnel(steps: Sequence[tuple[str, int]], width: float = WIDTH) -> list[Step]:
    """The steps of a funnel, each as wide as it is many."""
    first = before = steps[0][1] if steps else 0
    drawn = []
    for name, value in steps:
        share = value / first if first else 0.0
        wide = round(max(width * share, 2.0 if value else 0.0), 1)
        drawn.append(Step(name, value, wide, round(share * 100) if first else None, max(before - value, 0)))
        before = value
    return drawn


def shares(of: Mapping[str, int], width: float = WIDTH, height: float = 28.0) -> list[Box]:
    """One bar cut into what it consists of."""
    every = sum(of.values())
    boxes, x = [], 0.0
    for kind, value in of.items():
        if value:
            wide = width * value / every
            boxes.append(Box(round(x, 2), 0.0, round(max(wide, 1.0), 2), height, kind, f"{kind}: {value:,}"))
            x += wide
    return boxes


def round_up(value: float) -> int:
    """The end of a scale: the next of 1, 2, 4, 5, 6, 8 and 10 with noughts behind it; 1 at least."""
    if value <= 1:
        return 1
    size = 10 ** floor(log10(value))
    return int(next(step * size for step in (1, 2, 4, 5, 6, 8, 10) if step * size >= value))


def in_short(value: float) -> str:
    """`1,200`, `45k`, `1.2M`: for a scale, where there is little room."""
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if value >= size:
            shown = value / (1000 if unit == "k" else size)
            return f"{shown:.1f}".removesuffix(".0") + unit
    return f"{value:,.0f}"
