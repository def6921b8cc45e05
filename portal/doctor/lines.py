"""The lines of a check-up: what was looked at, how it stands, what was found, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.sentences import Sentence, counted, listed, sentence


class State(StrEnum):
    """How a thing stands; the worst last."""

    OK = "ok"
    UNKNOWN = "cannot be told"
    WARNING = "warning"
    WRONG = "wrong"


WORST_FIRST = (State.WRONG, State.WARNING, State.UNKNOWN, State.OK)


class Part(StrEnum):
    """What is examined together; a line's key begins with the part's word."""

    SETTINGS = "settings"
    ADDRESS = "address"
    DATABASE = "database"
    REDIS = "redis"
    CLOCK = "clock"
    PRODUCTS = "products"
    ACCESS = "access"
    QUEUE = "queue"
    NOTIFICATIONS = "notifications"
    WORKER = "worker"
    MAIL = "mail"


@dataclass(frozen=True)
class Line:
    """One thing that must be right. `fix` says in words what to set, press or run; None where nothing is to be done."""

    key: str
    title: str
    state: State
    found: str
    fix: str | None = None

    @property
    def part(self) -> Part:
        return Part(self.key.partition(".")[0])


@dataclass(frozen=True)
class Thing:
    """What a line is about, before it is known how it stands."""

    key: str
    title: str

    def ok(self, found: str) -> Line:
        """It is right."""
        return Line(self.key, self.title, State.OK, found)

    def warning(self, found: str, fix: str) -> Line:
        """It works, and should be better."""
        return Line(self.key, self.title, State.WARNING, found, fix)

    def wrong(self, found: str, fix: str) -> Line:
        """Something does not work, or is not safe."""
        return Line(self.key, self.title, State.WRONG, found, fix)

    def unknown(self, found: str, fix: str) -> Line:
        """It could not be found out; `fix` says what would make it possible, or how to look oneself."""
        return Line(self.key, self.title, State.UNKNOWN, found, fix)


def counts(lines: Iterable[Line]) -> dict[State, int]:
    """How many lines are in each state, the worst first."""
    every = [line.state for line in lines]
    return {state: every.count(state) for state in WORST_FIRST}


def worst(lines: Iterable[Line], most: int) -> list[Line]:
    """The worst lines, at most so many, and none that is right."""
    return sorted(
        (line for line in lines if line.state is not State.OK), key=lambda line: WORST_FIRST.index(line.state)
    )[:most]


def as_written(name: str) -> Sentence:
    """A name that no language translates, though a word of the portal's own may be spelt like it."""
    return listed([name])


def both(names: Sequence[str]) -> str:
    """One name, or two with an `and` between."""
    return sentence("%(one)s and %(other)s", one=names[0], other=names[1]) if len(names) > 1 else names[0]


def in_words(number: dict[State, int]) -> Sentence:
    """`1 wrong, 2 warnings, 30 right`: what there is none of is left out."""
    words = {
        State.WRONG: sentence("%(number)s wrong", number=number[State.WRONG]),
        State.WARNING: counted("%(num)s warning", "%(num)s warnings", number[State.WARNING]),
        State.UNKNOWN: sentence("%(number)s that cannot be told", number=number[State.UNKNOWN]),
        State.OK: sentence("%(number)s right", number=number[State.OK]),
    }
    return listed(words[state] for state in WORST_FIRST if number[state]) or sentence("nothing")
