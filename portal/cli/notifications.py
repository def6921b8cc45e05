"""``flask notifications``: look at the inbox, and put back to work what was given up."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from portal.cli.words import choice, chosen, show_json, show_table, when
from portal.contracts.names import mask_account
from portal.database import db, transaction, utcnow
from portal.jobs import later
from portal.notifications.models import Fate, Notification
from portal.notifications.replay import latest, replay

group = AppGroup("notifications", help="The inbox: what AWS said, and what became of it.")
ACTOR = "command"


@group.command("list")
@click.option("--fate", type=choice(Fate), multiple=True, help="Only of this fate; may be repeated.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_latest(fate: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List the latest messages, the newest first."""
    rows = latest([Fate(word) for word in chosen(fate)], limit)
    if as_json:
        show_json([_as_json(row) for row in rows])
    elif rows:
        headings = ["id", "received", "fate", "read as", "name", "problem"]
        cells = [[str(row.id), when(row.received_at), row.fate, row.kind, row.name, row.problem or ""] for row in rows]
        show_table(headings, cells)
    else:
        click.echo("No messages.")


@group.command("show")
@click.argument("number", type=int, metavar="ID")
def show(number: int) -> None:
    """Show one message: what it was read as, what became of it, and its body as it came.

    The body is AWS's own text and may name the buyer's AWS account.
    """
    row = db.session.get(Notification, number)
    if row is None:
        raise click.UsageError(f"There is no message {number}.")
    for name, value in _as_json(row).items():
        click.echo(f"{name.replace('_', ' ') + ':':20} {'' if value is None else value}")
    click.echo()
    click.echo(row.body)


@group.command("replay")
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="ID...")
def put_back(numbers: tuple[int, ...]) -> None:
    """Read messages once more and put them back to work: those that failed, are parked, or were not understood.

    Ends with 1 when one of them could not be put to work.
    """
    with transaction():
        became = replay(numbers, utcnow(), ACTOR)
    later.work_on_inbox()
    for number, fate in became.items():
        click.echo(f"{number}: {_in_words(fate)}")
    sys.exit(0 if all(fate in {Fate.RECEIVED, Fate.NEWS} for fate in became.values()) else 1)


def _in_words(fate: Fate | None) -> str:
    return {
        None: "there is no such message",
        Fate.RECEIVED: "put back to work",
        Fate.NEWS: "understood now, and nothing is to be done",
        Fate.NOT_UNDERSTOOD: "still not understood",
        Fate.APPLIED: "applied already, and left alone",
    }.get(fate, str(fate))


def _as_json(row: Notification) -> dict[str, object]:
    return {
        "id": row.id,
        "received_at": row.received_at,
        "occurred_at": row.occurred_at,
        "dialect": row.dialect,
        "read_as": row.kind,
        "name": row.name,
        "fate": row.fate,
        "problem": row.problem,
        "attempts": row.attempts,
        "due_at": row.due_at,
        "settled_at": row.settled_at,
        "product_code": row.product_code,
        "licence": row.license_key,
        "agreement": row.agreement_key,
        "customer": row.customer_key,
        "account": mask_account(row.aws_account_id),
        "contract": row.contract_id,
    }
