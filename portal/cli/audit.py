"""``flask audit``: verify the log's chain, note down its head, export its lines."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from portal.audit import AuditSeal, chain
from portal.audit.chain import Head, Verdict
from portal.cli.words import show_json
from portal.database import db, utcnow
from portal.staff import journal
from portal.web.filters import iso
from portal.web.spreadsheet import safe_cell

group = AppGroup("audit", help="Who did what, when, why: a log that is only ever added to.")
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_DAY = click.DateTime(["%Y-%m-%d"])


class HeadType(click.ParamType[Head]):
    """`number:hash`, as `flask audit head` prints it."""

    name = "number:hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        found = _HEAD.fullmatch(str(value))
        if found is None:
            self.fail("It is written as `flask audit head` prints it: number:hash.", param, ctx)
        return Head(int(found[1]), found[2])


@group.command("head")
def show_head() -> None:
    """Print the latest link of the chain, to be kept somewhere else."""
    chain.seal(utcnow())
    click.echo(str(chain.head()))


@group.command("verify")
@click.option("--against", type=HeadType(), help="A link that was noted down; the chain must still contain it.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(against: Head | None, as_json: bool) -> None:
    """Follow the chain from its beginning; ends with 1 when a line was changed, removed or slipped in."""
    chain.seal(utcnow())  # what nobody chained while the worker was away is no line that was slipped in
    links = db.session.scalar(select(func.count()).select_from(AuditSeal)) or 0
    verdict: Verdict | None = None
    with click.progressbar(length=links, label="Following the chain", file=sys.stderr) as bar:
        done = 0
        for number, verdict in chain.verify(utcnow(), against):  # noqa: B007 - the last one is what counts
            bar.update(number - done)
            done = number
    assert verdict is not None  # noqa: S101 - the last step always gives it
    if as_json:
        show_json({**vars(verdict), "head": str(verdict.head), "ok": not verdict.problems})
    else:
        for problem in verdict.problems:
            click.echo(problem)
        waiting = f", {verdict.waiting:,} not chained yet" if verdict.waiting else ""
        click.echo(f"{verdict.entries:,} lines, {verdict.head.number:,} links{waiting}. Head: {verdict.head}")
        click.echo("The log is not what was written." if verdict.problems else "The chain is whole.")
    sys.exit(1 if verdict.problems else 0)


@group.command("export")
@click.option("--since", type=_DAY, help="From this day on (UTC).")
@click.option("--until", type=_DAY, help="Before this day (UTC).")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(since: datetime | None, until: datetime | None, form: str) -> None:
    """Print the lines, the oldest first: CSV, or one JSON object a line."""
    asked = journal.Asked(
        since=since.replace(tzinfo=UTC) if since else None, until=until.replace(tzinfo=UTC) if until else None
    )
    names = ["entry", "at", "actor", "action", "thing", "why", "detail"]
    out = csv.writer(sys.stdout)
    if form == "csv":
        out.writerow(names)
    for entry in journal.all_of(asked):
        cells = [entry.id, iso(entry.at), entry.actor, entry.action, entry.thing, entry.why, entry.detail]
        if form == "json":
            click.echo(json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False, default=str))
        else:
            detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True)
            out.writerow([safe_cell(str(cell or "")) for cell in [*cells[:-1], detail]])
