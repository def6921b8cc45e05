"""The database: it answers, its migrations are at head, and its kind fits where the portal runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Settings
from portal.database import db
from portal.doctor.lines import Line, State, Thing
from portal.doctor.subject import Subject

ANSWERS = Thing("database.answers", "Database")
MIGRATIONS = Thing("database.migrations", "Migrations")
MIGRATIONS_FOLDER = Path(__file__).parents[1] / "migrations"
UPGRADE = "Run `flask --app wsgi db upgrade`, then start web and worker again."


def look(subject: Subject) -> Iterator[Line]:
    """Three questions to the database; the later ones only if the first was answered."""
    answers = look_quickly(subject.settings)
    yield answers
    if answers.state is State.WRONG:
        yield MIGRATIONS.unknown("The database does not answer.", "Mend the database first.")
        return
    try:
        with db.engine.connect() as connection:
            there = inspect(connection).has_table("alembic_version")
            here = (
                set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) if there else set()
            )
    except SQLAlchemyError as error:
        yield MIGRATIONS.unknown(f"The database did not say ({type(error).__name__}).", "Examine again.")
        return
    yield _migrations(here)


def look_quickly(settings: Settings) -> Line:
    """Whether it answers: cheap enough for a page."""
    kind = urlsplit(settings.database_url).scheme.partition("+")[0]
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return ANSWERS.wrong(
            f"It does not answer ({type(error.__cause__ or error).__name__}).",
            "Start it, or set DATABASE_URL to where it is; see that this machine may connect.",
        )
    if kind == "sqlite" and settings.https:
        return ANSWERS.warning(
            "SQLite serves one machine, and one writer at a time.",
            "Set DATABASE_URL to a PostgreSQL, where copies for safety and several machines are possible.",
        )
    return ANSWERS.ok({"sqlite": "SQLite answers.", "postgresql": "PostgreSQL answers."}.get(kind, f"{kind} answers."))


def _migrations(here: set[str]) -> Line:
    wanted = _heads()
    if here == wanted:
        return MIGRATIONS.ok(f"At head ({', '.join(sorted(here))}).")
    if not here:
        return MIGRATIONS.wrong("There are no tables yet.", UPGRADE)
    if here <= _known():
        return MIGRATIONS.wrong(
            f"The database is at {', '.join(sorted(here))}, this portal needs {', '.join(sorted(wanted))}.", UPGRADE
        )
    return MIGRATIONS.wrong(
        f"The database is at {', '.join(sorted(here))}, which this portal does not know: it is of a newer one.",
        "Install the newer portal here, too.",
    )


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    return ScriptDirectory.from_config(config)


def _heads() -> set[str]:
    return set(_scripts().get_heads())


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}
