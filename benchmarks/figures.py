"""The few figures a benchmark tells, and how they are written."""

import math
from collections.abc import Sequence

Cell = str | int | float | None


def median(values: Sequence[float]) -> float:
    """The middle one; of an even number the mean of the two in the middle. At least one is needed."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def p99(values: Sequence[float]) -> float:
    """The smallest of the values that 99 in 100 of them do not exceed: one that was measured, never an estimate."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def ratio(one: float | None, other: float | None) -> float | None:
    """How many times the other; None where either is missing or the other is nothing."""
    return one / other if one is not None and other else None


def in_words(cell: Cell) -> str:
    """A figure as it stands in a table: three digits that mean something, a dash for none."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
