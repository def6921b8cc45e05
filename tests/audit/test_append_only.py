"""The database itself refuses to change or remove a line of the audit log."""

from collections.abc import Callable, Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal import audit
from portal.audit import chain
from portal.database import db, transaction, utcnow


@pytest.fixture
def fresh(make_app: Callable[..., Flask], new_database: Callable[[], str]) -> Iterator[Flask]:
    """A portal on a database of its own, as the migrations make it, with one chained line."""
    app = make_app(DATABASE_URL=new_database())
    with app.app_context():
        flask_migrate.upgrade()
        with transaction():
            audit.record("person:1", "saw", "contract:1")
        chain.seal(utcnow())
        yield app


@pytest.mark.parametrize("table", ["audit_entries", "audit_seals"])
@pytest.mark.parametrize("deed", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_a_line_can_not_be_changed_or_removed(fresh: Flask, table: str, deed: str):
    change = "actor = 'nobody'" if table == "audit_entries" else "hash = 'none'"
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(deed.format(table, change)))


@pytest.mark.parametrize(
    "deed",
    [
        (
            "INSERT OR REPLACE INTO audit_entries (id, at, actor, action, thing, detail) "
            "VALUES (1, '2026-11-25', 'x', 'y', 'z', '{}')"
        ),
        "INSERT OR REPLACE INTO audit_seals (number, entry_id, hash, sealed_at) VALUES (1, 9, 'none', '2026-11-25')",
        "INSERT OR REPLACE INTO audit_seals (number, entry_id, hash, sealed_at) VALUES (2, 1, 'none', '2026-11-25')",
    ],
)
def test_a_line_can_not_be_replaced(fresh: Flask, deed: str):
    """SQLite replaces a row without asking the triggers of its removal."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL knows no REPLACE")
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(deed))


def test_lines_are_added_all_the_same(fresh: Flask):
    with transaction():
        audit.record("person:1", "saw", "contract:2")
    assert chain.seal(utcnow()) == 1
