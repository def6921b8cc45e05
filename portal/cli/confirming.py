"""How ``flask confirm`` tells: each step as it is seen, and the report as a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app, render_template

from portal.confirmation.marks import Mark, Step
from portal.confirmation.models import Outcome
from portal.confirmation.report import Report
from portal.database import utcnow
from portal.services import settings

MARKS = {Mark.DONE: "✓", Mark.OPEN: "·", Mark.FAILED: "✗", Mark.PERSON: "☐", Mark.NOT_APPLICABLE: "–"}
COLOURS = {Mark.DONE: "green", Mark.FAILED: "red"}
SHEETS = ("tokens", "base", "staff", "staff-confirmation")
OUTCOMES = {
    Outcome.PASSED: "passed: every step that a program can see was seen.",
    Outcome.INCOMPLETE: "incomplete: nothing was wrong, but not every step was seen.",
    Outcome.FAILED: "failed.",
}


class Narrator:
    """Tells each step once, when it is first seen."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._told: set[str] = set()

    def begin(self, title: str) -> None:
        """Name what is confirmed."""
        if not self._quiet:
            click.secho(f"\n{title}", bold=True)

    def progress(self, report: Report) -> None:
        """Tell the steps that were seen since the last time."""
        for step in report.steps:
            if step.mark in {Mark.DONE, Mark.FAILED} and step.id not in self._told:
                self._tell(step)

    def trouble(self, sentence: str) -> None:
        """Tell of something that did not go."""
        click.secho(f"  ! {sentence}", fg="red", err=self._quiet)

    def end(self, report: Report) -> None:
        """Tell the steps that were not seen, what may be wrong with each, and how it came out."""
        for step in report.steps:
            if step.id not in self._told:
                self._tell(step)
        if not self._quiet:
            marks = ", ".join(f"{number} {mark}" for mark, number in report.counts.items() if number)
            click.secho(f"  {report.product_title}: {OUTCOMES[report.outcome]}", bold=True)
            click.echo(f"  {marks}. Run {report.run_id}.")

    def _tell(self, step: Step) -> None:
        self._told.add(step.id)
        if self._quiet:
            return
        click.secho(f"  {MARKS[step.mark]} {step.id:<16} {step.text}", fg=COLOURS.get(step.mark))
        for fact in step.facts:
            click.echo(
                f"      {fact.at:%H:%M:%S.%f}"[:-3] + f"  {fact.text}" if fact.at else f"      {'':12}  {fact.text}"
            )
        if step.mark in {Mark.OPEN, Mark.FAILED}:
            if step.expected:
                click.echo(f"      expected: {step.expected}")
            for suspect in step.suspects:
                click.secho(f"      look at:  {suspect}", fg="yellow")


def write_report(path: Path, reports: list[Report]) -> None:
    """Write one page with all reports, which needs nothing beside it."""
    with current_app.test_request_context(base_url=settings().portal_url):
        html = render_template("staff/confirmation/report.html", reports=reports, printed_at=utcnow(), run=None)
    sheets = Path(current_app.static_folder or "") / "css"
    style = "\n".join(
        (sheets / name).read_text() for name in ("tokens.css", "base.css", "staff.css", "staff-confirmation.css")
    )
    lines = [line for line in html.splitlines() if 'rel="stylesheet"' not in line and 'rel="icon"' not in line]
    path.write_text("\n".join(lines).replace("</head>", f"<style>\n{style}\n</style>\n</head>"), encoding="utf-8")
