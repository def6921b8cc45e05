"""What a step comes to: its mark, the facts it rests on, and what to do or to look at while it is open. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from portal.sentences import Sentence, sentence


class Mark(StrEnum):
    """How a step stands."""

    DONE = "done"
    OPEN = "open"
    FAILED = "failed"
    """Something was seen that must not be."""
    PERSON = "for a person"
    """Nothing that a program could see."""
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Fact:
    """One thing that was seen, in words; when, if it has a time."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One line of a checklist."""

    id: str
    text: str
    mark: Mark
    facts: tuple[Fact, ...] = ()
    expected: str = ""
    """What the portal waits to see."""
    suspects: tuple[str, ...] = ()
    """What may be wrong while it is open, the likeliest first."""
    press: str = ""
    """What a person is to press."""
    screen: str | None = None
    """The picture that shows it."""
    optional: bool = False
    """A run may pass without it."""


@dataclass(frozen=True)
class Checklist:
    """Steps that belong together."""

    id: str
    title: str
    aim: str
    steps: tuple[Step, ...] = field(default_factory=tuple)

    @property
    def mark(self) -> Mark:
        """Done when nothing of it is open or wrong."""
        marks = {step.mark for step in self.steps if not (step.optional and step.mark is Mark.OPEN)}
        return Mark.FAILED if Mark.FAILED in marks else Mark.OPEN if Mark.OPEN in marks else Mark.DONE


def span(seconds: float) -> Sentence:
    """A time between two moments, for people."""
    if seconds < 1:
        return sentence("%(number)s ms", number=round(max(seconds, 0) * 1000))
    if seconds < 120:
        return sentence("%(number)s s", number=f"{seconds:.1f}")
    if seconds < 7200:
        return sentence("%(number)s min", number=round(seconds / 60))
    return sentence("%(number)s h", number=round(seconds / 3600))
