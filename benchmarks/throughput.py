"""(a) Notifications a second from the queue to the committed change, next to others who do the same job.

Everybody is up and warm, is held still while the queue is filled, and is let go; the clock runs from then until the
last message is committed. Of several rounds the median is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from time import monotonic

from benchmarks import job, stock
from benchmarks.bench import Bench
from benchmarks.contestants import EVERYONE, BareLoop, Celery, Contestant, Ours
from benchmarks.figures import Cell, median, ratio
from benchmarks.market import FIRST_VALUE, Sold
from benchmarks.messages import about
from benchmarks.result import Goal, Result
from benchmarks.stage import wait_for

WARM_UP = 20
SLOWEST = 4  # messages a second; who is slower is not waited for
SCENES = {1: "each about another contract", 10: "ten about each contract"}


class TooSlow(Exception):
    """There was a contestant that did not come to an end; the text carries what it said."""


@dataclass(frozen=True)
class Score:
    """What one contestant did in one scene."""

    each: int
    name: str
    messages: int
    seconds: list[float]
    wrong: int

    @property
    def rate(self) -> float:
        return self.messages / median(self.seconds)


def run(bench: Bench) -> Result:
    """Measure everybody in both scenes."""
    scores = [score for each in SCENES for score in _scene(bench, each)]
    return _result(scores)


def _scene(bench: Bench, each: int) -> Iterator[Score]:
    messages = bench.sized(1000, 100)
    with bench.stage() as stage:
        sold = stage.market.sell(messages // each)
        stock.stock(stage.database, sold)
        job.prepare(stage.database, sold)
        values = count(FIRST_VALUE + 1)
        for kind in EVERYONE:
            contestant = kind(stage, stage.new_queue(f"{stage.name}-{kind.__name__}"))
            rounds = bench.sized(3, 1) if kind.share == 1 else 1
            with bench.step(f"{contestant.name}, {SCENES[each]}", messages // kind.share * rounds) as step:
                _warm_up(contestant, sold)
                some = sold[: len(sold) // kind.share]
                seconds, wrong = [], 0
                for number, value in zip(range(rounds), values, strict=False):
                    stage.market.change_all(value)
                    seconds.append(_round(contestant, about(some, each), step.from_here(number * messages)))
                    wrong += len(some) - contestant.right(value)
                contestant.end()
            yield Score(each, contestant.name, len(some) * each, seconds, wrong)


def _warm_up(contestant: Contestant, sold: Sequence[Sold]) -> None:
    """Have every connection made and every module imported.

    Raises:
        TooSlow: not even that was done in a minute.
    """
    contestant.start()
    bodies = about(sold[:WARM_UP], 1)
    before = contestant.done()
    contestant.send(bodies, lambda _count: None)
    if not wait_for(lambda: contestant.done() >= before + len(bodies), seconds=60):
        raise TooSlow(f"{contestant.name} did not do {len(bodies)} messages in a minute:\n{contestant.said()}")


def _round(contestant: Contestant, bodies: Sequence[str], tell: Callable[[int], None]) -> float:
    """The seconds from letting the contestant go to the commit of its last message.

    Raises:
        TooSlow: it did fewer than four messages a second.
    """
    before = contestant.done()

    def done() -> bool:
        tell(contestant.done() - before)
        return contestant.done() >= before + len(bodies)

    with contestant.held():
        contestant.send(bodies, lambda _count: None)
    start = monotonic()
    if not wait_for(done, seconds=len(bodies) / SLOWEST):
        raise TooSlow(f"{contestant.name} did {contestant.done() - before} of {len(bodies)}:\n{contestant.said()}")
    return monotonic() - start


def _result(scores: Sequence[Score]) -> Result:
    rate = {(score.each, score.name): score.rate for score in scores}
    rows: list[list[Cell]] = [
        [
            SCENES[score.each],
            score.name,
            score.messages,
            median(score.seconds),
            score.rate,
            ratio(score.rate, rate[score.each, BareLoop.name]),
            score.wrong,
        ]
        for score in scores
    ]
    return Result(
        "Notifications a second, from the queue to the committed change",
        ["messages", "who", "how many", "seconds", "a second", "times the bare loop", "wrong in the end"],
        rows,
        [
            _goal(rate, 10, BareLoop.name, 3.0),
            _goal(rate, 1, BareLoop.name, 1.0),
            *(_goal(rate, each, Celery.name, 1.0) for each in SCENES),
        ],
        [
            "GetEntitlements is not limited here, and answered by the sandbox on the same machine.",
            "All but our worker keep one row a contract up to date, without inbox, history or audit.",
        ],
    )


def _goal(rate: dict[tuple[int, str], float], each: int, other: str, wanted: float) -> Goal:
    times = rate[each, Ours.name] / rate[each, other]
    return Goal(f"{SCENES[each]}: at least {wanted:g} times {other}", f"{times:.2f} times", times >= wanted)
