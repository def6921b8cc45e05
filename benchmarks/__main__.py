"""python -m benchmarks: measure, print tables, write JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import document, machine
from benchmarks.bench import Bench
from benchmarks.parts import PARTS
from benchmarks.result import Report
from benchmarks.table import show
from laptop import postgres
from laptop.environment import ROOT
from laptop.processes import Programs
from laptop.terminal import Stop, listening

LATEST = ROOT / ".bench" / "latest.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. The exit status: 0 when every part was measured, 1 when one failed."""
    options = _options(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=140)  # a file is as wide as a table needs
    if options.write_docs:
        report = Report.from_json(json.loads(options.write_docs.read_text(encoding="utf-8")))
        document.write(report)
        show(console, report)
        return 0
    try:
        with listening():
            report = measure(options.only, options.quick, console)
    except Stop:
        console.print("Stopped; nothing was written.")
        return 1
    show(console, report)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"Written to {options.json}")
    return 1 if report.failures else 0


def measure(letters: Sequence[str], quick: bool, console: Console) -> Report:
    """Measure some parts, one after another. A part that fails does not stop the others."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        postgres.running() as server,
        Programs(Path(folder) / "logs", ROOT) as programs,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        report = Report(at, quick, machine.facts(server))
        bench = Bench(quick, Path(folder), programs, server, progress)
        overall = progress.add_task("Measuring", total=len(letters))
        for letter in letters:
            progress.update(overall, description=f"({letter}) {PARTS[letter].subject}")
            start = monotonic()
            try:
                report.results[letter] = PARTS[letter].run(bench)
            except Exception as error:  # noqa: BLE001 - told below, and the other parts are worth having
                report.failures[letter] = f"{type(error).__name__}: {error}"
                console.print(traceback.format_exc(), style="red", markup=False, highlight=False)
            report.seconds[letter] = round(monotonic() - start, 1)
            progress.advance(overall)
    return report


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures the portal on this machine, prints tables and writes JSON. It starts everything it "
        "needs, and ends it. Nothing else should be busy meanwhile.",
        epilog="Parts: " + "; ".join(f"{letter} {part.subject}" for letter, part in PARTS.items()) + ".",
    )
    parser.add_argument(
        "--only", type=_letters, default=list(PARTS), metavar="a,b,…", help="measure these parts; default: all"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small numbers, to see that all of it works; no measurement"
    )
    parser.add_argument(
        "--json", type=Path, default=LATEST, metavar="FILE", help=f"default: {LATEST.relative_to(ROOT)}"
    )
    parser.add_argument(
        "--write-docs", type=Path, metavar="FILE", help="measure nothing: write a run's JSON into docs/benchmarks.md"
    )
    return parser.parse_args(arguments)


def _letters(text: str) -> list[str]:
    letters = [letter.strip() for letter in text.split(",") if letter.strip()]
    unknown = [letter for letter in letters if letter not in PARTS]
    if unknown or not letters:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'nothing'} is no part; there are {', '.join(PARTS)}")
    return letters


if __name__ == "__main__":
    sys.exit(main())
