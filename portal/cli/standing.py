"""``flask contracts status``: how everything stands, until there is a page for it."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from redis.exceptions import RedisError

from portal.cli.words import counts, show_json, when
from portal.database import utcnow
from portal.services import marketplace, products
from portal.staff.masking import mask_text
from portal.staff.standing import Standing, standing

BODY_SHOWN = 300


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_appcontext
def status(as_json: bool) -> None:
    """Count contracts and notifications, and show what was not understood."""
    found, aws = standing(products(), utcnow()), _aws()
    if as_json:
        show_json(
            vars(found)
            | {"not_understood": [vars(one) | {"body": mask_text(one.body)} for one in found.not_understood]}
            | {"unknown_dimensions": [vars(one) for one in found.unknown_dimensions], "aws": aws}
        )
        return
    click.echo(f"Contracts:      {counts(found.contracts)}; {found.unlinked:,} of them linked to nobody")
    click.echo(f"Notifications:  {counts(found.notifications)}")
    if found.oldest_unfinished_at:
        click.echo(f"                the oldest that waits came {when(found.oldest_unfinished_at)}")
    click.echo(f"Checks due:     {found.checks_due:,}")
    click.echo(f"AWS:            {aws}")
    _tell_sweeps(found)
    _tell_strange(found)


def _tell_sweeps(found: Standing) -> None:
    for sweep in found.sweeps:
        going_on = f", now at {sweep['going_on']}" if sweep["going_on"] else ""
        problem = f"; {sweep['problem']}" if sweep["problem"] else ""
        click.echo(f"Swept:          {sweep['product_code']} {when(sweep['finished_at'])}{going_on}{problem}")


def _tell_strange(found: Standing) -> None:
    for one in found.unknown_dimensions:
        click.echo(f"Unknown:        dimension {one.dimension} of {one.product_code}, contracts: {one.contracts:,}")
    for message in found.not_understood:
        body = mask_text(" ".join(message.body.split()))
        short = body[:BODY_SHOWN] + ("…" if len(body) > BODY_SHOWN else "")
        click.echo(f"Not understood: {message.id} ({message.name}, {when(message.received_at)}) {short}")


def _aws() -> str:
    try:
        trouble = marketplace().budget.trouble()
    except RedisError:
        return "not known: Redis is away"
    if trouble is None:
        return "no trouble known"
    return f"does not answer since {when(trouble.since)}; it is asked again {when(trouble.again_at)}"
