"""``flask contracts``: reconcile with AWS, list what was found, bring customers in, see how everything stands."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from portal.cli import importing, moving, standing
from portal.cli.words import choice, chosen, counts, show_json, show_table, when
from portal.contracts import findings, turns
from portal.contracts.findings import Finding, FindingKind
from portal.contracts.names import mask_account
from portal.contracts.sweeps import AgreementsRead, LostSweep, Sweep
from portal.database import db
from portal.jobs import later
from portal.products import Product
from portal.services import products, sources

group = AppGroup("contracts", help="Contracts: reconcile with AWS, findings, import, status.")
group.add_command(importing.bring_in)
group.add_command(standing.status)
group.add_command(moving.move)

PATIENCE_SECONDS = 90.0
"""A person at a terminal rather waits for their turn than starts again."""
AGREEMENTS = {
    AgreementsRead.MAY_NOT: "not read: the account may not call SearchAgreements",
    AgreementsRead.NO_PRODUCT_ID: "not read: the products file names no `id` for the product",
    AgreementsRead.NO_ANSWER: "not read: AWS did not answer",
}


@group.command("sync")
@click.argument("product_codes", nargs=-1, metavar="[PRODUCT_CODE]...")
@click.option("--all", "everything", is_flag=True, help="Every product of the products file.")
def sync(product_codes: tuple[str, ...], everything: bool) -> None:
    """Compare products with AWS, page by page.

    What differs is written. What AWS does not show any more is asked about by the worker. What people should look at
    is listed; see `flask contracts findings`. Nothing is revoked by this command.

    Ends with 1 when AWS could not be asked, 2 when the command is not right.
    """
    where = sources()
    where.marketplace.budget.patience = where.agreements.budget.patience = PATIENCE_SECONDS
    swept = [_sync(product) for product in _chosen(product_codes, everything)]
    later.check_contracts()
    later.work_on_inbox()
    sys.exit(0 if all(swept) else 1)


def _chosen(codes: tuple[str, ...], everything: bool) -> list[Product]:
    known = ", ".join(product.code for product in products())
    if everything == bool(codes):
        raise click.UsageError(f"Name product codes, or say --all. Known: {known}.")
    unknown = [code for code in codes if products().get(code) is None]
    if unknown:
        raise click.UsageError(f"Not in the products file: {', '.join(unknown)}. Known: {known}.")
    return list(products()) if everything else [products().named(code) for code in dict.fromkeys(codes)]


def _sync(product: Product) -> bool:
    """Sweep one product and tell about it; whether AWS could be asked."""
    before = db.session.get(Sweep, product.code)
    expected = before.rows if before and before.rows else 1
    with click.progressbar(length=expected, label=product.title, file=sys.stderr) as bar:

        def move(sweep: Sweep) -> None:
            # AWS does not say how much there is: the last sweep does, more or less.
            bar.update(min(sweep.rows, expected - 1) - bar.pos)

        try:
            sweep = turns.sweep_now(product, sources(), move)
        except LostSweep:
            click.echo(f"{product.title}: a step took too long, and the clock goes on with it.", err=True)
            return False
        bar.update(expected - bar.pos)
    if sweep is None:
        click.echo(f"{product.title}: somebody else is sweeping it at this moment.")
        return True
    _tell(product, sweep)
    return sweep.problem is None


def _tell(product: Product, sweep: Sweep) -> None:
    click.echo(f"{product.title} ({product.code})")
    click.echo(f"  {sweep.pages:,} pages, {sweep.rows:,} rows, {sweep.written:,} written, {sweep.to_check:,} to check")
    if agreements := AGREEMENTS.get(AgreementsRead(sweep.agreements)) if sweep.agreements else None:
        click.echo(f"  agreements {agreements}")
    found = findings.open_findings(product_codes=[product.code])
    by_kind = {str(kind): sum(one.kind == kind for one in found) for kind in FindingKind}
    click.echo(f"  open findings: {counts(by_kind)}")
    if sweep.problem:
        click.echo(f"  AWS could not be asked for everything: {sweep.problem}", err=True)


@group.command("findings")
@click.option("--kind", type=choice(FindingKind), multiple=True, help="Only of this kind; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_findings(kind: tuple[str, ...], as_json: bool) -> None:
    """List what is open for people to decide."""
    found = findings.open_findings([FindingKind(word) for word in chosen(kind)])
    if as_json:
        show_json([_as_json(one) for one in found])
        return
    headings = ["kind", "product", "about", "account", "since", "detail"]
    rows = [
        [
            one.kind,
            products().named(one.product_code).title,
            one.name,
            mask_account(one.aws_account_id) or "",
            when(one.first_seen_at),
            one.detail or "",
        ]
        for one in found
    ]
    if rows:
        show_table(headings, rows)
    click.echo(f"Open findings: {len(rows):,}" if rows else "No open findings.")


def _as_json(one: Finding) -> dict[str, object]:
    return {
        "kind": one.kind,
        "product_code": one.product_code,
        "about": one.name,
        "account": mask_account(one.aws_account_id),
        "contract_id": one.contract_id,
        "detail": one.detail,
        "first_seen_at": one.first_seen_at,
        "last_seen_at": one.last_seen_at,
    }
