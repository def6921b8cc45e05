"""What a person at a terminal may do: ``flask contracts …``, ``flask notifications …``, ``flask confirm``."""

from __future__ import annotations

from flask import Flask

from portal.cli import confirm, contracts, notifications


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(contracts.group)
    app.cli.add_command(notifications.group)
    app.cli.add_command(confirm.confirm)
