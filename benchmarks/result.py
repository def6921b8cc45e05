"""What a part of the benchmarks found out, and the report of a whole run: values that go to JSON and come back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.figures import Cell


@dataclass(frozen=True)
class Goal:
    """What the project wants to reach, in words, what was measured, and whether that is enough."""

    wanted: str
    measured: str
    reached: bool


@dataclass(frozen=True)
class Result:
    """One table. ``rows`` are as long as ``columns``; the units are in the titles of the columns."""

    title: str
    columns: list[str]
    rows: list[list[Cell]]
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Report:
    """A whole run: where and when, and what each part found, by its letter, or why it found nothing."""

    at: str
    quick: bool
    machine: dict[str, str]
    results: dict[str, Result] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Report:
        """The report that ``as_json`` wrote."""
        results = {
            letter: Result(**{**told, "goals": [Goal(**goal) for goal in told["goals"]]})
            for letter, told in document["results"].items()
        }
        return cls(**{**document, "results": results})
