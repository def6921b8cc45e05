"""What a person at a terminal may do: ``flask contracts …``, ``flask notifications …`` and the rest."""

from __future__ import annotations

from flask import Flask

from portal.cli import audit, confirm, contracts, doctor, mail, notifications, staff


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(audit.group)
    app.cli.add_command(confirm.confirm)
    app.cli.add_command(contracts.group)
    app.cli.add_command(doctor.doctor)
    app.cli.add_command(mail.group)
    app.cli.add_command(notifications.group)
    app.cli.add_command(staff.group)
