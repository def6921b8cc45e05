"""The parts of the benchmarks, by the letters of the list in docs/benchmarks.md.

A part is a module with ``run(bench) -> Result``. It is imported when it is its turn, so that what only one part needs
stands in nobody else's way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from benchmarks.bench import Bench
from benchmarks.result import Result


@dataclass(frozen=True)
class Part:
    """One thing to measure."""

    module: str
    subject: str

    def exists(self) -> bool:
        return find_spec(self.module) is not None

    def run(self, bench: Bench) -> Result:
        run: Callable[[Bench], Result] = import_module(self.module).run
        return run(bench)


KNOWN = {
    "a": Part("benchmarks.throughput", "notifications a second, from the queue to the committed change"),
    "b": Part("benchmarks.delay", "from sending to the contract page"),
    "c": Part("benchmarks.storm", "a storm of notifications, with AWS's limit on calls"),
    "d": Part("benchmarks.pages", "the contract page next to an empty route"),
    "e": Part("benchmarks.scale", "a thousand contracts next to a million"),
    "f": Part("benchmarks.memory", "memory of web and worker"),
    "g": Part("benchmarks.support", "what support waits for: searches, lists, a file"),
}

PARTS = {letter: part for letter, part in KNOWN.items() if part.exists()}
