"""Alembic's entry: migrations run inside the application, on its engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from portal import audit
from portal.accounts import factors, lockout, mail_links, passkeys
from portal.accounts import models as accounts
from portal.confirmation import models as confirmation
from portal.contracts import findings, sweeps
from portal.contracts import models as contracts
from portal.database import Base, UTCDateTime, db
from portal.mail import models as mail
from portal.notifications import models as notifications
from portal.registration import models as registration
from portal.registration import moves
from portal.staff import models as staff
from portal.staff.attention import dead_letters, deciding, replaying, seen
from portal.staff.contract import sharing
from portal.staff.overview import figures

RECORDS = (
    *(audit, accounts, confirmation, contracts, factors, findings, mail, notifications, passkeys, registration),
    *(dead_letters, deciding, figures, lockout, mail_links, moves, replaying, seen, sharing, staff, sweeps),
)
"""Named here so that every table is known, whatever else the application imports."""


def _render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """Write our times as plain columns: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UTCDateTime) else False


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """Let SQLite change a table that others refer to: it does so by making the table anew, and dropping the old one.

    Afterwards every reference must lead somewhere, as before. It can be switched only outside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if driver.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise RuntimeError("there was a reference to nothing after the migrations")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def run() -> None:
    """Migrate the application's database, in one transaction."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection, _without_references(connection):
        context.configure(connection=connection, target_metadata=Base.metadata, render_item=_render, **options)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    context.configure(url=str(db.engine.url), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
