"""``flask confirm``: the integration confirmation, unattended against the sandbox, or guided against AWS."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext

from portal.cli.confirming import Narrator, write_report
from portal.cli.words import show_json
from portal.confirmation import probes, runs
from portal.confirmation.gather import gather
from portal.confirmation.marks import Mark
from portal.confirmation.models import ConfirmationRun, Outcome, Way
from portal.confirmation.report import Report, judge, kept
from portal.confirmation.unattended.place import Listing, NotASandbox, is_sandbox, listings, sandbox_address
from portal.confirmation.unattended.storefront import new_account
from portal.confirmation.unattended.walk import Walk
from portal.jobs.surroundings import surroundings
from portal.services import aws_endpoints, landing_url, products, settings
from portal.web.version import version

ACTOR = "command"
WAIT_SECONDS = 2.0


@click.command("confirm")
@click.option("--sandbox", is_flag=True, help="Go through everything unattended, in both dialects.")
@click.option("--product", "codes", multiple=True, metavar="CODE", help="Only this product; guided, exactly one.")
@click.option(
    "--account", "accounts", multiple=True, metavar="ID", help="An AWS account of your test buyers (guided only)."
)
@click.option("--wait", is_flag=True, help="Stay, and tell each step as it is seen (guided only).")
@click.option("--finish", is_flag=True, help="Finish the run, and keep its report (guided only).")
@click.option("--json", "as_json", is_flag=True, help="The report, for programs.")
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True), metavar="FILE", help="Write the report as HTML."
)
@click.option(
    "--patience", type=click.FloatRange(1, 3600), default=45, show_default=True, help="Seconds to wait for AWS."
)
@with_appcontext
def confirm(
    sandbox: bool,
    codes: tuple[str, ...],
    accounts: tuple[str, ...],
    wait: bool,
    finish: bool,
    as_json: bool,
    report: str | None,
    patience: float,
) -> None:
    """Confirm that the integration with AWS Marketplace works.

    With --sandbox, AWS must be the sandbox on this machine: a browser without a screen buys, signs up, signs in,
    changes and cancels, with new buyers each time. Without it, a guided run is begun, or the open one shown: a
    person goes through the steps on AWS, and the portal ticks those it sees.

    Ends with 0 when everything was seen, 1 when not, 2 when the command is not right.
    """
    if not as_json:
        click.echo(f"Marketplace Portal {version()}")
    if sandbox and (accounts or wait or finish):
        raise click.UsageError("--account, --wait and --finish are for guided runs.")
    unknown = [code for code in codes if products().get(code) is None]
    if unknown:
        known = ", ".join(product.code for product in products())
        raise click.UsageError(f"Not in the products file: {', '.join(unknown)}. Known: {known}.")
    reports = (
        _sandbox(codes, patience, quiet=as_json) if sandbox else [_guided(codes, accounts, wait, finish, quiet=as_json)]
    )
    if as_json:
        show_json({"passed": _all_passed(reports), "reports": [one.as_json() for one in reports]})
    if report:
        write_report(Path(report), reports)
        click.echo(f"The report is in {report}.", err=as_json)
    sys.exit(0 if _all_passed(reports) else 1)


def _all_passed(reports: list[Report]) -> bool:
    return all(one.outcome is Outcome.PASSED for one in reports)


def _sandbox(codes: tuple[str, ...], patience: float, *, quiet: bool) -> list[Report]:
    try:
        address = sandbox_address(aws_endpoints(), settings())
        found = listings(address, products(), codes)
    except NotASandbox as problem:
        raise click.UsageError(str(problem)) from None
    return [_walk(listing, patience, quiet=quiet) for listing in found]


def _walk(listing: Listing, patience: float, *, quiet: bool) -> Report:
    accounts = (new_account(), new_account(), new_account())
    product = listing.product
    run = runs.begin(product, Way.SANDBOX, accounts, by=ACTOR, version=version())
    narrator = Narrator(quiet=quiet)
    narrator.begin(f"{product.title} ({product.code}, {listing.dialect})")
    probes.ask_both(run.id, product.page_url, landing_url())
    try:
        if product.page_url:
            Walk(
                run_id=run.id,
                page_url=product.page_url,
                portal_url=settings().portal_url,
                accounts=accounts,
                judge=lambda: _judge(run.id),
                tell=narrator.trouble,
                progress=narrator.progress,
                patience=patience,
            ).go()
        narrator.progress(_judge(run.id))
    finally:  # whatever stops the walk, its run is not left open
        report = runs.finish(run.id, product, surroundings(ask_queue=True), by=ACTOR)
    narrator.end(report)
    return report


def _judge(run_id: UUID, *, ask_queue: bool = False) -> Report:
    run = runs.find(run_id)
    finished = kept(run)
    return finished or judge(run, gather(run, products().named(run.product_code), surroundings(ask_queue=ask_queue)))


def _guided(codes: tuple[str, ...], accounts: tuple[str, ...], wait: bool, finish: bool, *, quiet: bool) -> Report:
    if len(codes) != 1:
        raise click.UsageError("Name one product with --product CODE, or say --sandbox.")
    try:
        named = runs.account_ids(",".join(accounts))
    except runs.NotAnAccount as problem:
        raise click.UsageError(f"An AWS account has twelve digits, not: {problem}") from None
    run = _open_run(codes[0], named)
    narrator = Narrator(quiet=quiet)
    narrator.begin(f"{products().named(codes[0]).title} ({codes[0]}), run {run.id}")
    probes.ask_both(run.id, products().named(codes[0]).page_url, landing_url())
    report = _judge(run.id, ask_queue=True)
    narrator.progress(report)
    while wait and report.outcome is Outcome.INCOMPLETE:
        time.sleep(WAIT_SECONDS)
        report = _judge(run.id)
        narrator.progress(report)
    if finish:
        report = runs.finish(run.id, products().named(codes[0]), surroundings(ask_queue=True), by=ACTOR)
    narrator.end(report)
    if not finish and any(step.mark is Mark.OPEN for step in report.steps) and not quiet:
        click.echo(f"The run stays open. Guided, with pictures: {settings().portal_url}/staff/confirmation/{run.id}")
    return report


def _open_run(code: str, accounts: list[str]) -> ConfirmationRun:
    """The open run of this product, or a new one."""
    way = Way.SANDBOX if is_sandbox(aws_endpoints()) else Way.AWS
    for run in runs.latest(code):
        if run.finished_at is None and run.way == way:
            if accounts:
                runs.add_accounts(run.id, accounts, by=ACTOR)
            return runs.find(run.id)
    return runs.begin(products().named(code), way, accounts, by=ACTOR, version=version())
