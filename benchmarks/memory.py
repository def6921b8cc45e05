"""(f) What the processes of web and worker take of the machine's memory, before and after some work.

RSS counts what processes share once for each of them; USS is what would be free if that one process ended.
"""

from __future__ import annotations

from collections.abc import Iterator

import psutil

from benchmarks.bench import Bench
from benchmarks.browser import Browser
from benchmarks.figures import Cell
from benchmarks.market import FIRST_VALUE
from benchmarks.messages import about, fill
from benchmarks.result import Result
from benchmarks.stage import Stage, family, wait_for
from benchmarks.stock import Stocked, at_the_truth, stock
from laptop.processes import Program

MEGABYTE = 1024 * 1024


def run(bench: Bench) -> Result:
    """Look at every process, let them work, and look again."""
    with bench.stage() as stage:
        contracts = stock(stage.database, stage.market.sell(bench.sized(500, 50)))
        programs = {"worker": stage.worker(), "web": stage.web()}
        before = {process.pid: _memory(process) for _name, process in _processes(programs)}
        with bench.step("Working"):
            _work(stage, contracts, bench.sized(1000, 50))
        rows: list[list[Cell]] = []
        for name, process in _processes(programs):
            rows.append([name, *before.get(process.pid, (None, None)), *_memory(process)])
        rows.append(["all together", *_sums(rows)])
    return Result(
        "Memory in megabytes, when ready and after work",
        ["process", "RSS when ready", "USS when ready", "RSS after work", "USS after work"],
        rows,
        notes=[f"Work: {bench.sized(1000, 50):,} contract pages and {len(contracts):,} notifications."],
    )


def _work(stage: Stage, contracts: list[Stocked], pages: int) -> None:
    """Pages drawn and notifications applied.

    Raises:
        TimeoutError: the notifications were not applied in two minutes.
    """
    browser = Browser(stage, stage.app)
    browser.sign_in(contracts[0].session_key)
    for number in range(pages):
        browser.get(f"/contracts/{contracts[number % len(contracts)].contract_id}")
    browser.close()
    stage.market.change_all(FIRST_VALUE + 1)
    fill(stage.ministack.sqs(), stage.queue_url, about([one.sold for one in contracts], 1), lambda _count: None)
    if not wait_for(lambda: at_the_truth(stage.database, FIRST_VALUE + 1) == len(contracts), 120):
        raise TimeoutError("the notifications were not applied")


def _processes(programs: dict[str, Program]) -> Iterator[tuple[str, psutil.Process]]:
    for name, program in programs.items():
        first, *others = family(program)
        yield f"{name}: the parent", first
        for number, process in enumerate(sorted(others, key=lambda one: one.pid), 1):
            yield f"{name}: {_role(process) or number}", process


def _role(process: psutil.Process) -> str | None:
    """What the worker's process was started for, as its command line says."""
    words = process.cmdline()
    return next((word for word in words if word in {"consumer", "jobs", "mail", "clock"}), None)


def _memory(process: psutil.Process) -> tuple[float, float]:
    told = process.memory_full_info()
    return told.rss / MEGABYTE, told.uss / MEGABYTE


def _sums(rows: list[list[Cell]]) -> list[Cell]:
    columns = list(zip(*rows, strict=True))[1:]
    return [sum(cell for cell in column if isinstance(cell, int | float)) for column in columns]
