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
from portal.sentences import listed, sentence

ANSWERS = Thing("database.answers", sentence("Database"))
MIGRATIONS = Thing("database.migrations", sentence("Migrations"))
MIGRATIONS_FOLDER = Path(__file__).parents[1] / "migrations"
UPGRADE = sentence("Run `flask --app wsgi db upgrade`, then start web and worker again.")


def look(subject: Subject) -> Iterator[Line]:
    """Three questions to the database; the later ones only if the first was answered."""
    answers = look_quickly(subject.settings)
    yield answers
    if answers.state is State.WRONG:
        yield MIGRATIONS.unknown(sentence("The database does not answer."), sentence("Mend the database first."))
        return
    try:
        with db.engine.connect() as connection:
            there = inspect(connection).has_table("alembic_version")
            here = (
                set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) if there else set()
            )
    except SQLAlchemyError as error:
        yield MIGRATIONS.unknown(
            sentence("The database did not say (%(error)s).", error=type(error).__name__), sentence("Examine again.")
        )
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
            sentence("It does not answer (%(error)s).", error=type(error.__cause__ or error).__name__),
            sentence("Start it, or set DATABASE_URL to where it is; see that this machine may connect."),
        )
    if kind == "sqlite" and settings.https:
        return ANSWERS.warning(
            sentence("SQLite serves one machine, and one writer at a time."),
            sentence("Set DATABASE_URL to a PostgreSQL, where copies for safety and several machines are possible."),
        )
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(kind, kind)
    return ANSWERS.ok(sentence("%(name)s answers.", name=name))


def _migrations(here: set[str]) -> Line:
    wanted, found = _heads(), listed(sorted(here))
    if here == wanted:
        return MIGRATIONS.ok(sentence("At head (%(heads)s).", heads=found))
    if not here:
        return MIGRATIONS.wrong(sentence("There are no tables yet."), UPGRADE)
    if here <= _known():
        return MIGRATIONS.wrong(
            sentence(
                "The database is at %(found)s, this portal needs %(wanted)s.",
                found=found,
                wanted=listed(sorted(wanted)),
            ),
            UPGRADE,
        )
    return MIGRATIONS.wrong(
        sentence("The database is at %(found)s, which this portal does not know: it is of a newer one.", found=found),
        sentence("Install the newer portal here, too."),
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
