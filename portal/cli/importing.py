"""``flask contracts import``: a seller's existing customers, from a CSV file."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.contracts import importing
from portal.contracts.customer_file import COLUMNS, NoCustomerFile, Problem, read_customers
from portal.contracts.importing import Plan
from portal.database import utcnow
from portal.jobs import later
from portal.services import products

MANY = 200
"""From so many lines on, a bar shows how far the import has come."""


@click.command(
    "import",
    help=f"""Bring in existing customers from a CSV file in UTF-8.

    The first line names the columns: {", ".join(COLUMNS)}. Each line needs the product code, the organisation, and at
    least one of the others, as AWS gives them.

    A contract that is known is completed; one that belongs to another organisation is reported and never moved. Done
    twice, it changes nothing the second time. Afterwards the worker asks AWS about what is new.

    Ends with 1 when there were lines it could not bring in, 2 when the file cannot be read.""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@with_appcontext
def bring_in(file: Path, dry_run: bool) -> None:
    """Bring customers in; the help above is what people read."""
    try:
        lines, problems = read_customers(file.read_bytes(), products())
    except NoCustomerFile as error:
        raise click.UsageError(f"{file.name} cannot be read. {error}") from None
    plan = importing.plan(lines)
    plan.problems += problems
    if not dry_run:
        _carry_out(plan)
    _tell(file, plan, dry_run)
    sys.exit(1 if plan.problems else 0)


def _carry_out(plan: Plan) -> None:
    hidden = len(plan.steps) < MANY
    with click.progressbar(length=len(plan.steps), label="Writing", file=sys.stderr, hidden=hidden) as bar:
        importing.carry_out(plan, utcnow(), bar.update)
    later.check_contracts()
    later.work_on_inbox()


def _tell(file: Path, plan: Plan, dry_run: bool) -> None:
    if dry_run:
        click.echo("Dry run: nothing was written.")
    counted = ", ".join(f"{number:,} {outcome}" for outcome, number in plan.counts.items())
    click.echo(f"{file.name}: {counted}; {plan.new_organisations:,} organisations new")
    for problem in sorted(plan.problems, key=_place):
        click.echo(f"line {problem.line}: {problem.text}")
    if plan.problems:
        click.echo(f"Lines left out: {len({problem.line for problem in plan.problems}):,}")


def _place(problem: Problem) -> int:
    return problem.line
