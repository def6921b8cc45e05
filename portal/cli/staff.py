"""``flask staff``: who may enter the console."""

from __future__ import annotations

import sys

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from portal.cli.words import choice, show_json, show_table, when
from portal.database import transaction, utcnow
from portal.services import settings
from portal.staff import members
from portal.staff.models import StaffMember, StaffRole

group = AppGroup("staff", help="Who may enter the console.")
ACTOR = "command"
SET_UP = "/second-factor/set-up"


@group.command("add")
@click.argument("email")
@click.option("--role", type=choice(StaffRole), default="viewer", show_default=True, help="What they may do.")
def add(email: str, role: str) -> None:
    """Let somebody in: prints the code with which they set up a password and a second factor.

    For somebody who is a member already it is a new start, for instance when their telephone is lost.
    """
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError:
        raise click.UsageError(f"`{email}` is not an email address.") from None
    try:
        with transaction():
            added = members.add(address, StaffRole(role), ACTOR, utcnow())
    except members.LastAdmin:
        _last_admin()
    hours = int(members.CODE_LIFETIME.total_seconds() // 3600)
    click.echo(f"{address} sets up their account within {hours} hours at\n")
    click.echo(f"  {settings().portal_url}{SET_UP}\n")
    click.echo(f"with this code, which works once:\n\n  {added.code}\n")


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_members(as_json: bool) -> None:
    """List everybody of the console."""
    everybody = members.members()
    if as_json:
        show_json([{"email": one.email, "role": one.role, "set_up_at": one.set_up_at} for one in everybody])
    elif everybody:
        rows = [[one.email, one.role, when(one.set_up_at) if one.set_up_at else "waiting"] for one in everybody]
        show_table(["email", "role", "set up"], rows)
    else:
        click.echo("Nobody may enter the console yet: flask staff add EMAIL --role admin")


@group.command("role")
@click.argument("email")
@click.argument("role", type=choice(StaffRole))
def change_role(email: str, role: str) -> None:
    """Give somebody another role."""
    try:
        with transaction():
            members.change_role(_member(email), StaffRole(role), ACTOR)
    except members.LastAdmin:
        _last_admin()
    click.echo(f"{email} is now {role}.")


@group.command("remove")
@click.argument("email")
def remove(email: str) -> None:
    """Take somebody out of the console, at once."""
    try:
        with transaction():
            members.remove(_member(email), ACTOR)
    except members.LastAdmin:
        _last_admin()
    click.echo(f"{email} may no longer enter the console.")


def _member(email: str) -> StaffMember:
    try:
        return members.member_with_email(email)
    except members.NoSuchMember:
        raise click.UsageError(f"Nobody of the console has the address `{email}`.") from None


def _last_admin() -> None:
    click.echo("This is the only admin who is set up. Make somebody else an admin first.", err=True)
    sys.exit(1)
