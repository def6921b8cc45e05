"""``flask doctor``: a line for everything that must be right, with what to do where it is not."""

from __future__ import annotations

import logging
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

import click
from flask.cli import with_appcontext

from portal.cli.words import show_json
from portal.database import utcnow
from portal.doctor.checkup import PARTS, CheckUp, run
from portal.doctor.lines import Line, Part, State, counts, in_words
from portal.jobs.examined import whole_portal

HELP = """Examine everything the portal stands on: settings, address, database, Redis, clock, products, access to AWS,
queue, the way of notifications, worker, mail.

A line each, and beneath what is not right, what to do. Nothing is changed, sent, or taken from the queue. AWS is asked
with the credentials of where the command runs: run it where the portal and its worker run.

Ends with 0 when nothing is wrong; warnings, and what cannot be told, are let pass unless --strict is said. Ends with 1
when something is wrong, 2 when the command is not right."""
MARKS = {
    State.OK: ("✓", "green"),
    State.WARNING: ("!", "yellow"),
    State.WRONG: ("✗", "red"),
    State.UNKNOWN: ("?", "cyan"),
}
NARROWEST, WIDEST = 60, 120
TITLE_WIDTH = 30
COLUMNS_FROM = 75
"""From this width on, titles and findings stand beside each other."""

only = click.option(
    "--only", type=click.Choice([str(part) for part in Part]), multiple=True, help="This part; may be repeated."
)
strict = click.option("--strict", is_flag=True, help="End with 1 for warnings and what cannot be told, too.")
as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.command("doctor", help=HELP)
@only
@strict
@as_json
@with_appcontext
def doctor(only: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Examine; the help above is what people read."""
    began, parts = time.monotonic(), [Part(word) for word in only]
    with (
        click.progressbar(length=len(parts or PARTS), label="Examining", file=sys.stderr, hidden=as_json) as bar,
        _quietly("portal.marketplace"),
        whole_portal() as portal,
    ):
        checkup = run(portal, parts, told=lambda _part: bar.update(1))
    tell(checkup, as_json=as_json, seconds=time.monotonic() - began)
    sys.exit(status(checkup.lines, strict=strict))


@contextmanager
def _quietly(name: str) -> Iterator[None]:
    """What AWS refuses while it is examined stands in the lines, and need not be in the log as well."""
    found = logging.getLogger(name)
    usual = found.level
    found.setLevel(logging.ERROR)
    try:
        yield
    finally:
        found.setLevel(usual)


def status(lines: Sequence[Line], *, strict: bool) -> int:
    """What the command ends with."""
    number = counts(lines)
    bad = number[State.WRONG] + (number[State.WARNING] + number[State.UNKNOWN] if strict else 0)
    return 1 if bad else 0


def tell(checkup: CheckUp, *, as_json: bool, seconds: float | None = None) -> None:
    """Say what was found."""
    number = counts(checkup.lines)
    if as_json:
        show_json(
            {
                "made_at": checkup.made_at,
                "counts": {str(state): each for state, each in number.items()},
                "lines": [{"part": line.part, **vars(line)} for line in checkup.lines],
            }
        )
        return
    width = max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))
    for part, lines in groupby(checkup.lines, key=lambda line: line.part):
        click.secho(part.capitalize(), bold=True)
        for line in lines:
            _tell_line(line, width)
    took = f", in {seconds:.1f} seconds" if seconds else ""
    click.echo(f"\n{in_words(number).capitalize()}{took}.")


def refusal(problems: Sequence[str], part: Part) -> CheckUp:
    """The check-up of a portal that does not even start: a line for each problem."""
    title = {Part.SETTINGS: "Settings", Part.PRODUCTS: "Products file"}[part]
    lines = [
        Line(
            f"{part}.problem-{number}",
            title,
            State.WRONG,
            problem,
            "Until then the portal does not start, and nothing else can be told.",
        )
        for number, problem in enumerate(problems, start=1)
    ]
    return CheckUp(utcnow(), lines)


def _tell_line(line: Line, width: int) -> None:
    mark, colour = MARKS[line.state]
    column = 4 + (TITLE_WIDTH if width >= COLUMNS_FROM else 2)
    room = width - column
    found = _wrapped(line.found, room)
    # Where it does not fit beside the title, what was found begins beneath it.
    beside = len(line.title) + 4 < column and found
    title = line.title.ljust(column - 4) + found.pop(0) if beside else line.title
    click.echo("  " + click.style(mark, fg=colour, bold=True) + " " + title)
    for more in found:
        click.echo(" " * column + more)
    for number, text in enumerate(_wrapped(line.fix or "", room - 2)):
        arrow = "  " if number else "→ "
        click.echo(" " * column + click.style(arrow + text, bold=line.state is State.WRONG))


def _wrapped(text: str, width: int) -> list[str]:
    """In lines; names and commands are not torn apart."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
