"""(c) A storm: thousands of notifications at once, with AWS's limit of 20 calls a second enforced by the endpoint.

Every contract has changed before the storm. The worker is up, is held still while the queue is filled, and let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from benchmarks.bench import Bench, Step
from benchmarks.figures import Cell
from benchmarks.market import FIRST_VALUE, Calls, Sold
from benchmarks.messages import about, fill
from benchmarks.result import Goal, Result
from benchmarks.stage import Stage, held, wait_for
from benchmarks.stock import at_the_truth, stock

EACH = 10
LIMIT = 20  # GetEntitlements, calls a second and account (API reference)
MOST_CALLS = 60
MOST_SECONDS = 5.0
PATIENCE = 120.0


@dataclass
class Storm:
    """How a storm went. Times are seconds; None for what did not happen in ``PATIENCE``."""

    received: float
    """From letting go until the last message was in the inbox."""
    right: float | None = None
    """From then until every contract was right; may be negative."""
    settled: float | None = None
    """From then until nothing was left to do in the inbox."""
    refused_at_first: int | None = None
    """In the first second; None when all was over by then."""

    @property
    def converged(self) -> float | None:
        return None if self.right is None or self.settled is None else max(self.right, self.settled)


def run(bench: Bench) -> Result:
    """Let one storm loose."""
    contracts = bench.sized(1000, 100)
    with bench.stage() as stage:
        sold = stage.market.sell(contracts)
        stock(stage.database, sold)
        worker = stage.worker()
        stage.market.change_all(FIRST_VALUE + 1)
        stage.market.limit(LIMIT)
        with bench.step("Filling the queue", contracts * EACH) as step, held(worker):
            fill(stage.ministack.sqs(), stage.queue_url, about(sold, EACH), step.advance)
            stage.market.forget_calls()
        with bench.step("Contracts that are right", contracts) as step:
            storm = _watch(stage, sold, step)
        calls = stage.market.calls()
        right = at_the_truth(stage.database, FIRST_VALUE + 1)
    return _result(contracts, right, storm, calls)


def _watch(stage: Stage, sold: list[Sold], step: Step) -> Storm:
    start, started_at = monotonic(), datetime.now(UTC)
    refused_at_first: list[int] = []
    seen: dict[str, datetime] = {}

    def over() -> bool:
        if not refused_at_first and monotonic() - start >= 1:
            refused_at_first.append(stage.market.calls().refused)
        now = datetime.now(UTC)
        right = at_the_truth(stage.database, FIRST_VALUE + 1)
        step.to(right)
        if right == len(sold):
            seen.setdefault("right", now)
        all_in, left = _inbox(stage)
        if all_in == len(sold) * EACH and not left:
            seen.setdefault("settled", now)
        return len(seen) == 2

    wait_for(over, PATIENCE, pause=0.1)  # looking costs the database something, too
    row = stage.database.execute("SELECT max(received_at) FROM notifications").fetchone()
    last = row[0] if row and row[0] else started_at
    storm = Storm((last - started_at).total_seconds())
    storm.refused_at_first = refused_at_first[0] if refused_at_first else None
    if "right" in seen:
        storm.right = (seen["right"] - last).total_seconds()
    if "settled" in seen:
        storm.settled = (seen["settled"] - last).total_seconds()
    return storm


def _inbox(stage: Stage) -> tuple[int, int]:
    """How many notifications there are, and how many of them are still to be worked on."""
    row = stage.database.execute(
        "SELECT count(*), count(*) FILTER (WHERE fate = 'received') FROM notifications"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _result(contracts: int, right: int, storm: Storm, calls: Calls) -> Result:
    later = 0 if storm.refused_at_first is None else calls.refused - storm.refused_at_first
    never = f"not within {PATIENCE:.0f} s"
    rows: list[list[Cell]] = [
        ["notifications", contracts * EACH],
        ["contracts", contracts],
        ["contracts right in the end", right],
        ["calls of GetEntitlements", calls.made],
        ["of these refused", calls.refused],
        ["refused after the first second", later],
        ["seconds until the last message was received", storm.received],
        ["seconds from then until all contracts were right", never if storm.right is None else storm.right],
        ["seconds from then until the inbox was empty", never if storm.settled is None else storm.settled],
    ]
    converged = storm.converged
    return Result(
        f"A storm of {contracts * EACH:,} notifications over {contracts:,} contracts, {LIMIT} calls a second allowed",
        ["what", "how many"],
        rows,
        [
            Goal(f"at most {MOST_CALLS} calls", f"{calls.made}", calls.made <= MOST_CALLS),
            Goal("no refusal after the first second", f"{later}", later == 0),
            Goal(
                f"converged within {MOST_SECONDS:g} s of the last message being received",
                never if converged is None else f"{converged:.1f} s",
                converged is not None and converged <= MOST_SECONDS,
            ),
        ],
        ["A negative time means that it was so before the last message was received."],
    )
