"""(g) What support waits for with a million contracts: each kind of search, lists, the cockpit, the dashboard, a file.

All over HTTP, signed in, as a browser asks. A search that names one thing is answered by the way to its page; any other
is followed to the page of what was found.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from urllib.parse import quote

import psutil

from benchmarks.bench import Bench
from benchmarks.crowd import EACH, ROWS_EACH
from benchmarks.customers import Customers
from benchmarks.figures import Cell, median, p99
from benchmarks.result import Goal, Result
from benchmarks.stage import Stage, family
from benchmarks.supporter import Supporter
from laptop.processes import Program
from portal.database import db, utcnow
from portal.staff.overview import dashboard
from portal.staff.overview.figures import keep
from portal.staff.overview.places import Place

WANTED_MILLISECONDS = 100.0
WARM_UP = 20
MEGABYTE = 1024 * 1024

HOW = (
    "Over HTTP, each asked for another customer. A search is the form, and the page of what was found where that is "
    "several things; the page of the one thing that was meant is not counted."
)
Ask = Callable[[int], None]
"""Asks for something about the contract of this number."""


@dataclass(frozen=True)
class Desk:
    """Where support sits: the customers, and a browser in the console."""

    customers: Customers
    supporter: Supporter

    def searches(self) -> dict[str, Ask]:
        """What is typed into the box, for a contract of this number."""
        customers = self.customers

        def typed(words: Callable[[int], str]) -> Ask:
            return lambda number: self.supporter.search(words(number))

        return {
            "an agreement, read out": typed(lambda n: _read_out(customers.sold(n).agreement_id)),
            "the first eight of an agreement": typed(lambda n: customers.sold(n).agreement_id[:13]),
            "a licence's ARN": typed(lambda n: customers.sold(n).license_arn),
            "what a licence ends with": typed(lambda n: customers.sold(n).license_arn.rpartition(":")[2]),
            "an AWS account": typed(lambda n: customers.sold(n).account_id),
            "an email address": typed(lambda n: customers.email(n // EACH)),
            "the beginning of an address": typed(lambda n: customers.email(n // EACH).partition("@")[0] + "@"),
            "the beginning of a word of an organisation": typed(lambda n: customers.name(n // EACH)[:6]),
            "an organisation's name": typed(lambda n: customers.name(n // EACH)),
            "a word that every organisation has": typed(lambda _n: "industries"),
            "that word and the beginning of another": typed(lambda n: f"industries {customers.name(n // EACH)[:5]}"),
            "a message's id": typed(lambda n: customers.told_id(n % max(customers.messages, 1) + 1)),
            "the address of a contract": typed(
                lambda n: f"https://portal.example/contracts/{customers.contract_id(n)}"
            ),
            "what nobody knows": typed(lambda n: f"nothing-like-{n}"),
        }

    def pages(self) -> dict[str, Ask]:
        """What is looked at."""
        far = Place(utcnow() - timedelta(days=150), self.customers.contract_id(0)).as_text()
        addresses = {
            "contracts, the newest": "/staff/contracts",
            "contracts, far down": f"/staff/contracts?after={quote(far)}",
            "contracts that have ended": "/staff/contracts?state=ended",
            "contracts that are nobody's": "/staff/contracts?unlinked=1",
            "contracts that end within 30 days": "/staff/contracts?within=30&sort=ends",
            "contracts not confirmed for long": "/staff/contracts?stale=1",
            "renewals of 90 days": "/staff/renewals",
            "renewals of a year, those that will end": "/staff/renewals?days=365&outlook=stops",
            "the dashboard": "/staff/dashboard",
        }

        def opened(address: str) -> Ask:
            return lambda _number: self.supporter.open(address)

        pages = {what: opened(address) for what, address in addresses.items()}
        pages["an organisation"] = lambda number: self.supporter.open(f"/staff/organisations/{number // EACH + 1}")
        return pages


def run(bench: Bench) -> Result:
    """Fill, and measure one after another."""
    size = bench.sized(1_000_000, 5_000)
    customers = Customers(size, bench.sized(300_000, 1_000))
    with bench.stage(aws=False) as stage:
        with bench.step(f"Writing {size:,} contracts", size * ROWS_EACH) as step:
            customers.fill(stage.database, step.advance)
        counted = _count(stage)
        web = stage.web()
        desk = Desk(customers, Supporter(stage, size))
        rows: list[list[Cell]] = []
        for kind, asks in (("search", desk.searches()), ("page", desk.pages())):
            for what, ask in asks.items():
                times = _measure(bench, what, ask, size)
                rows.append([kind, what, len(times), median(times), p99(times)])
        notes = [_export(bench, desk.supporter, web, size), counted]
        with stage.app.app_context():
            db.engine.dispose()
    return _result(size, customers.messages, rows, notes)


def _read_out(agreement_id: str) -> str:
    said = agreement_id.removeprefix("agmt-").upper()
    return " ".join(said[start : start + 4] for start in range(0, len(said), 4))


def _measure(bench: Bench, what: str, ask: Ask, size: int) -> list[float]:
    chance = random.Random(7)  # noqa: S311 - no secret
    repeats = bench.sized(300, 5)
    times = []
    with bench.step(what, repeats) as step:
        for turn in range(WARM_UP + repeats):
            number = chance.randrange(size)
            start = monotonic()
            ask(number)
            if turn >= WARM_UP:
                times.append((monotonic() - start) * 1000)
                step.advance()
    return times


def _count(stage: Stage) -> str:
    """What the clock does every minute, once."""
    with stage.app.app_context():
        start = monotonic()
        keep(dashboard.COUNTERS, utcnow())
        return f"What the clock counts every minute for these pages took {monotonic() - start:.2f} s."


def _export(bench: Bench, supporter: Supporter, web: Program, size: int) -> str:
    before = _memory(web)
    start = monotonic()
    with bench.step("The file of all contracts"):
        read, most = supporter.read_file("/staff/contracts.csv", lambda: _memory(web))
    seconds = monotonic() - start
    return (
        f"All {size:,} contracts as CSV: {read / MEGABYTE:.0f} MB in {seconds:.0f} s, while the web processes together "
        f"grew by at most {max(most - before, 0) / MEGABYTE:.0f} MB."
    )


def _memory(web: Program) -> int:
    return sum(process.memory_info().rss for process in family(web) if psutil.pid_exists(process.pid))


def _result(size: int, messages: int, rows: list[list[Cell]], notes: list[str]) -> Result:
    goals = [
        Goal(f"{row[1]}: p99 under {WANTED_MILLISECONDS:.0f} ms", f"{times:.1f} ms", times < WANTED_MILLISECONDS)
        for row in rows
        if isinstance(times := row[-1], float)
    ]
    return Result(
        f"What support waits for, with {size:,} contracts and {messages:,} messages",
        ["", "what", "times", "median ms", "p99 ms"],
        rows,
        goals,
        [
            HOW,
            *notes,
        ],
    )
