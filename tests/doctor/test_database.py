"""What the doctor says of the database."""

from collections.abc import Callable

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from portal.database import db
from portal.doctor import database
from portal.doctor.lines import Part, State
from portal.jobs.examined import whole_portal


@pytest.fixture
def look(make_app: Callable[..., Flask], new_database: Callable[[], str]) -> Callable[..., dict]:
    """Looks at a database of its own, brought to a revision, and what it says it is at."""

    def examine(revision: str | None, says: str | None = None) -> dict:
        app = make_app(DATABASE_URL=new_database())
        with app.app_context(), whole_portal() as portal:
            if revision:
                flask_migrate.upgrade(revision=revision)
            if says:
                with db.engine.begin() as connection:
                    connection.execute(text("UPDATE alembic_version SET version_num = :says"), {"says": says})
            return {line.key: line for line in database.look(portal)}

    return examine


def test_one_that_is_up_to_date_is_right(examine):
    lines = examine(Part.DATABASE)
    assert {name: line.state for name, line in lines.items()} == {"answers": State.OK, "migrations": State.OK}


@pytest.mark.parametrize(
    ("revision", "says", "words"),
    [
        (None, None, "There are no tables yet."),
        ("0003", None, "The database is at 0003, this portal needs "),
        ("head", "9999", "it is of a newer one"),
    ],
)
def test_migrations_that_do_not_fit_are_said(look, revision, says, words):
    line = look(revision, says)["database.migrations"]
    assert (line.state, words in line.found) == (State.WRONG, True)


def test_what_is_behind_is_brought_up_to_date(look):
    assert "flask --app wsgi db upgrade" in (look("0003")["database.migrations"].fix or "")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://portal:secret@127.0.0.1:1/portal"])
def test_one_that_is_away_is_said(make_app: Callable[..., Flask], url: str):
    app = make_app(DATABASE_URL=url)
    with app.app_context(), whole_portal() as portal:
        answers, migrations = list(database.look(portal))
    assert (answers.state, migrations.state) == (State.WRONG, State.UNKNOWN)
    assert "secret" not in answers.found


def test_sqlite_in_production_is_a_warning(examine, with_settings):
    portal = with_settings(https=True, database_url="sqlite:///portal.db")
    assert examine(Part.DATABASE, portal)["answers"].state == State.WARNING
