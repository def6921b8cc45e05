"""``flask contracts move``: give a contract to an organisation, or take it off."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import with_appcontext

from portal.contracts.models import Contract
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.registration.giving import Post
from portal.registration.moving import CannotMove, ChangedMeanwhile, Deed, Seen
from portal.services import products, sender
from portal.staff.attention import moves, moving
from portal.staff.attention.moves import Side

ACTOR = "command"


@click.command("move")
@click.argument("contract_id", type=click.UUID, metavar="CONTRACT")
@click.option(
    "--to", "to_id", type=int, metavar="ORGANISATION", help="The number of the organisation that is to have it."
)
@click.option("--nobody", is_flag=True, help="Take it off the organisation that has it.")
@click.option("--why", required=True, help="The reason, for the audit log. Customers do not read it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def move(contract_id: UUID, to_id: int | None, nobody: bool, why: str, yes: bool) -> None:
    """Link, move or unlink a contract. Both sides are told by mail, and neither of the other.

    Ends with 1 when it cannot be done, 2 when the command is not right.
    """
    contract = db.session.get(Contract, contract_id)
    to = moves.side_of(to_id)
    if (to_id is None) is not nobody:
        raise click.UsageError("Say either --to ORGANISATION or --nobody.")
    if contract is None:
        raise click.UsageError(f"There is no contract {contract_id}.")
    if to_id is not None and to is None:
        raise click.UsageError(f"There is no organisation {to_id}.")
    if not why.strip():
        raise click.UsageError("Say why with --why: it stands in the audit log.")
    seen = Seen(contract.organisation_id, contract.version)
    product = products().named(contract.product_code).title
    click.echo(f"{product}: from {_in_words(moves.side_of(contract.organisation_id))} to {_in_words(to)}")
    if not yes:
        click.confirm("Move it?", abort=True)
    try:
        with transaction():
            deed, post = Deed(ACTOR, why.strip(), utcnow()), Post(sender(), products())
            made = moving.move(contract_id, to_id, seen, deed, post)
            after_commit(later.send_mail)
    except ChangedMeanwhile:
        raise click.ClickException("The contract changed meanwhile: look at it again.") from None
    except CannotMove as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Done (move {made.id}). Both sides are told by mail.")


def _in_words(side: Side | None) -> str:
    return f"{side.name} (number {side.id}, people: {side.people:,})" if side else "nobody"
