"""(a) Notifications a second from the queue to the committed change, next to others who do the same job.

Everybody is up and warm, is held still while the queue is filled, and is let go; the clock runs from then until the
last message is committed. There are several rounds, in which all have their turns, so that a busy moment of the machine
does not meet one of them alone; the median is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
SLOWEST = 1  # message a second; who is slower is not waited for
SCENES = {1: "each about another contract", 10: "ten about each contract"}


class TooSlow(Exception):
    """There was a contestant that did not come to an end; the text carries what it said."""


@dataclass
class Score:
    """What one contestant did in one scene."""

    each: int
    name: str
    messages: int
    seconds: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        return self.messages / median(self.seconds)


def run(bench: Bench) -> Result:
    """Measure everybody in both scenes."""
    scores = [score for each in SCENES for score in _scene(bench, each)]
    return _result(scores)


def _scene(bench: Bench, each: int) -> list[Score]:
    messages, rounds = bench.sized(1000, 100), bench.sized(3, 1)
    with bench.stage() as stage, bench.step(f"Getting ready, {SCENES[each]}") as step:
        sold = stage.market.sell(messages // each)
        stock.stock(stage.database, sold)
        job.prepare(stage.database, sold)
        everyone = [kind(stage, stage.new_queue(f"{stage.name}-{kind.__name__}")) for kind in EVERYONE]
        scores = []
        for contestant in everyone:
            _warm_up(contestant, sold)
            scores.append(Score(each, contestant.name, messages // contestant.share))
        values = count(FIRST_VALUE + 1)
        for number in range(rounds):
            for contestant, score in zip(everyone, scores, strict=True):
                if number and contestant.share > 1:
                    continue
                step.tell(f"{contestant.name}, {SCENES[each]}, round {number + 1}", score.messages)
                some, value = sold[: score.messages // each], next(values)
                stage.market.change_all(value)
                score.seconds.append(_round(contestant, about(some, each), step.to))
                score.wrong += len(some) - contestant.right(value)
        return scores


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
        TooSlow: it did less than one message a second.
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
            "GetEntitlements comes from the sandbox and is limited neither there nor by our worker's budget.",
            "All but our worker keep one row a contract up to date, without inbox, history or audit.",
        ],
    )


def _goal(rate: dict[tuple[int, str], float], each: int, other: str, wanted: float) -> Goal:
    times = rate[each, Ours.name] / rate[each, other]
    return Goal(f"{SCENES[each]}: at least {wanted:g} times {other}", f"{times:.2f} times", times >= wanted)
