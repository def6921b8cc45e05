"""``flask notifications``: look at the inbox, and put back to work what was given up."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from flask.cli import AppGroup

from portal import audit
from portal.cli.words import choice, chosen, show_json, show_table, when
from portal.contracts.names import mask_account
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.notifications.envelope import understand
from portal.notifications.models import Fate, Notification
from portal.notifications.replay import latest, replay
from portal.staff.attention import dead_letters
from portal.staff.attention.dead_letters import DeadLetter, DeadLetterLook
from portal.staff.masking import mask_text

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
@click.option(
    "--reveal", is_flag=True, help="Account ids and addresses in it as they came; written into the audit log."
)
def show(number: int, reveal: bool) -> None:
    """Show one message: what it was read as, what became of it, and its body as it came.

    Account ids and addresses in it are masked unless they are asked for.
    """
    row = db.session.get(Notification, number)
    if row is None:
        raise click.UsageError(f"There is no message {number}.")
    for name, value in _as_json(row).items():
        click.echo(f"{name.replace('_', ' ') + ':':20} {'' if value is None else value}")
    click.echo()
    if reveal:
        with transaction():
            audit.record(ACTOR, "revealed", f"notification:{number}", kind="text")
    click.echo(row.body if reveal else mask_text(row.body))


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


@group.command("dead-letters")
@click.option("--back", is_flag=True, help="Send them back to the queue, all of them.")
@click.option("--why", help="The reason, for the audit log; needed with --back.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_dead_letters(back: bool, why: str | None, as_json: bool) -> None:
    """List the messages that SQS gave up handing out, as the worker saw them last; it looks every minute.

    Ends with 1 when there are some, unless they are sent back.
    """
    if back and not (why or "").strip():
        raise click.UsageError("Say why with --why: it stands in the audit log.")
    if back:
        with transaction():
            number = dead_letters.ask_back(None, why=str(why).strip(), actor=ACTOR, now=utcnow())
            after_commit(later.tend_dead_letters)
        click.echo(f"On their way back to the queue: {number:,}. The worker sends them.")
        return
    look, letters = dead_letters.last_look(), dead_letters.letters()
    if as_json:
        show_json({"look": _look(look), "letters": [_letter(one) for one in letters]})
    else:
        _tell_dead_letters(look, letters)
    sys.exit(1 if letters or (look and look.waiting) else 0)


def _tell_dead_letters(look: DeadLetterLook | None, letters: Sequence[DeadLetter]) -> None:
    if letters:
        headings = ["id", "sent", "handed out", "name", "going back"]
        show_table(
            headings,
            [
                [str(one.id), when(one.sent_at), str(one.receives), _name(one), "yes" if one.asked_at else ""]
                for one in letters
            ],
        )
    if look is None:
        click.echo("The worker has not looked yet.")
    elif look.problem:
        click.echo(f"They cannot be looked at: {look.problem}")
    elif look.queue is None:
        click.echo("There is no queue of dead letters.")
    else:
        click.echo(f"Dead letters in {look.queue}: {look.waiting:,} ({when(look.looked_at)})")


def _look(look: DeadLetterLook | None) -> dict[str, object] | None:
    if look is None:
        return None
    return {"looked_at": look.looked_at, "queue": look.queue, "waiting": look.waiting, "problem": look.problem}


def _letter(letter: DeadLetter) -> dict[str, object]:
    names = ("id", "message_id", "sent_at", "receives", "first_seen_at", "asked_at")
    return {name: getattr(letter, name) for name in names} | {"name": _name(letter)}


def _name(letter: DeadLetter) -> str:
    return understand(letter.body, letter.message_id, letter.sent_at).name


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
