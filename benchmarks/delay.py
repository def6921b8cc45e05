"""(b) The delay from sending a notification to the change being readable on the contract page.

An open page asks again and again, with its ETag, over HTTP and signed in: hundreds of times a second, where a browser
asks every few seconds, because the portal's own delay is what is measured. The change counts as readable when the page
shows the new value.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Event, Thread
from time import monotonic, sleep

from benchmarks.bench import Bench, Step
from benchmarks.browser import Browser
from benchmarks.figures import Cell, median, p99
from benchmarks.market import FIRST_VALUE, Sold
from benchmarks.messages import BATCH, license_updated, send
from benchmarks.result import Goal, Result
from benchmarks.stage import Stage
from benchmarks.stock import Stocked, stock

LOAD = 50  # messages a second about other contracts
OTHERS = 200
PATIENCE = 30.0
BETWEEN_LOOKS = 0.005  # the two together use little of the machine, and are still exact enough
WANTED_MS = 100.0


class NotSeen(Exception):
    """There was a change that the page did not show in time."""


@dataclass
class Delays:
    """Milliseconds: from sending to the page, and how long one look at an unchanged page took."""

    page: list[float]
    look: list[float]
    missed: int = 0
    """Changes that the page did not show in ``PATIENCE``; they count as if it had shown them at its end."""


def run(bench: Bench) -> Result:
    """Measure idle, and while messages about other contracts come in."""
    samples = bench.sized(200, 10)
    with bench.stage() as stage:
        sold = stage.market.sell(1 + OTHERS)
        watched, *others = stock(stage.database, sold)
        stage.worker()
        stage.web()
        values = count(FIRST_VALUE + 1)
        with bench.step("One change after another, idle", samples) as step:
            idle = _watch(stage, watched, values, samples, step)
        with bench.step("The same under load", samples) as step, _load(stage, [one.sold for one in others]):
            loaded = _watch(stage, watched, values, samples, step)
    rows = [_row("idle", idle), _row(f"{LOAD} messages a second about other contracts", loaded)]
    middle = median(idle.page)
    return Result(
        "From sending a notification to the contract page, in milliseconds",
        ["while", "changes", "median", "p99", "longest", f"not seen in {PATIENCE:.0f} s", "one look, median"],
        rows,
        [Goal(f"median under {WANTED_MS:.0f} ms, idle", f"{middle:.1f} ms", middle < WANTED_MS)],
        ["Read over HTTP with If-None-Match, some milliseconds after each answer; a look is how exact this is."],
    )


def _row(name: str, delays: Delays) -> list[Cell]:
    page = delays.page
    return [name, len(page), median(page), p99(page), max(page), delays.missed, median(delays.look)]


def _watch(stage: Stage, watched: Stocked, values: Iterator[int], samples: int, step: Step) -> Delays:
    browser = Browser(stage, stage.app)
    browser.sign_in(watched.session_key)
    sqs, path = stage.ministack.sqs(), f"/contracts/{watched.contract_id}"
    chance = random.Random(7)  # noqa: S311 - no secret
    delays = Delays([], [])
    for _ in range(samples):
        value = next(values)
        stage.market.change(watched.sold, value)
        etag = browser.get(path).etag
        sleep(chance.uniform(0.05, 0.15))  # not in step with anything that happens by the clock
        start = monotonic()
        send(sqs, stage.queue_url, [license_updated(watched.sold)])
        try:
            delays.page.append((_seen(browser, path, etag, value, delays.look) - start) * 1000)
        except NotSeen:
            delays.page.append(PATIENCE * 1000)
            delays.missed += 1
            break  # who has fallen so far behind falls further
        step.advance()
    browser.close()
    return delays


def _seen(browser: Browser, path: str, etag: str | None, value: int, looks: list[float]) -> float:
    """The moment at which the page shows the value.

    Raises:
        NotSeen: it did not in time.
        RuntimeError: it is no page at all.
    """
    shown = f'data-value="{value:,}"'
    deadline = monotonic() + PATIENCE
    while True:
        before = monotonic()
        answer = browser.get(path, etag)
        now = monotonic()
        if answer.status == 200 and shown in answer.body:
            return now
        if answer.status not in {200, 304}:
            raise RuntimeError(f"{path} answered {answer.status}")
        if now > deadline:
            raise NotSeen
        etag = answer.etag or etag
        looks.append((now - before) * 1000)
        sleep(BETWEEN_LOOKS)


@contextmanager
def _load(stage: Stage, others: Sequence[Sold]) -> Iterator[None]:
    """Messages about other contracts, at an even pace, until the end of the block."""
    end = Event()

    def keep_sending() -> None:
        sqs, chance = stage.ministack.sqs(), random.Random(11)  # noqa: S311 - no secret
        while not end.wait(BATCH / LOAD):
            send(sqs, stage.queue_url, [license_updated(one) for one in chance.sample(list(others), BATCH)])

    sender = Thread(target=keep_sending, daemon=True)
    sender.start()
    try:
        yield
    finally:
        end.set()
        sender.join()
