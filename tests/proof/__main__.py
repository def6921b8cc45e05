"""python -m tests.proof: the proofs, for as long as one likes. The test suite runs a little of each."""

import argparse
import logging
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from laptop import postgres
from laptop.terminal import Stop, listening
from tests.proof.fuzz import Fuzzed, Unfit, fuzz
from tests.proof.property import ground, in_words, live

ROUND, STEPS = 25, 30
"""So many examples with one seed, of so many steps at most."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. 0 when nothing was found, 1 when something was, 2 for a wrong command."""
    options = _options(arguments)
    console = Console()
    console.print(f"Seed {options.seed} (give it again with --seed {options.seed})", highlight=False)
    try:
        with listening():
            return int(options.prove(options, console))
    except Stop:
        console.print("Stopped.")
        return 1


def _fuzz(options: argparse.Namespace, console: Console) -> int:
    with _progress(console) as progress:
        enough = _minutes(options.minutes, progress, "Reading mutants", lambda found: f"{found.tried:,} tried")
        try:
            found: Fuzzed = fuzz(options.seed, enough)
        except Unfit as flaw:
            console.print(f"Found: {flaw}", markup=False, highlight=False, style="red")
            return 1
    console.print(
        f"{found.tried:,} mutants read in {found.ways} different ways; no exception, all fit to be stored. "
        f"The slowest took {found.slowest_seconds * 1000:.0f} ms and has {len(found.slowest):,} bytes.",
        highlight=False,
    )
    return 0


def _property(options: argparse.Namespace, console: Console) -> int:
    rounds = judged = 0
    with TemporaryDirectory(prefix="proof-") as folder, ExitStack() as stack:
        database = stack.enter_context(postgres.running()) if options.postgresql else f"sqlite:///{folder}/portal.db"
        app, sandbox, queue_url = stack.enter_context(ground(Path(folder), database))
        logging.getLogger("portal").setLevel(logging.CRITICAL)  # throttling is made on purpose here
        with _progress(console) as progress:
            enough = _minutes(options.minutes, progress, "Living", lambda found: f"{found:,} purchases judged")
            while not enough(judged):
                seed, rounds = options.seed + rounds, rounds + 1
                try:
                    judged += live(app, sandbox, queue_url, examples=ROUND, steps=STEPS, seed=seed)
                except Exception as error:  # noqa: BLE001 - whatever it is, it was found
                    console.print(f"Found with --seed {seed}:\n{in_words(error)}", markup=False, highlight=False)
                    return 1
    console.print(f"{rounds * ROUND:,} examples, {judged:,} purchases judged: all say what AWS says.", highlight=False)
    return 0


def _minutes(minutes: float, progress: Progress, name: str, say: Callable[[Any], str]) -> Callable[[Any], bool]:
    """Whether so many minutes are over; shows how far it is whenever it is asked."""
    started, task = monotonic(), progress.add_task(name, total=minutes * 60)

    def enough(found: Any) -> bool:
        passed = monotonic() - started
        progress.update(task, completed=passed, description=f"{name}: {say(found)}")
        return passed >= minutes * 60

    return enough


def _progress(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.proof",
        description="Tries to break what the portal promises about notifications. It starts everything it needs, and "
        "ends it. docs/proof.md says what each part proves.",
    )
    parts = parser.add_subparsers(required=True, metavar="part")
    seed = argparse.ArgumentParser(add_help=False)
    seed.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="default: by chance, and printed")
    part = parts.add_parser("fuzz", parents=[seed], help="the parser, under mutants of real messages")
    part.add_argument("--minutes", type=float, default=1.0)
    part.set_defaults(prove=_fuzz)
    part = parts.add_parser("property", parents=[seed], help="what becomes of purchases, whatever happens to them")
    part.add_argument("--minutes", type=float, default=5.0)
    part.add_argument("--postgresql", action="store_true", help="on a private PostgreSQL instead of SQLite")
    part.set_defaults(prove=_property)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
