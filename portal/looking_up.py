"""Looking up one row that is asked for very often: the whole of a page that is answered ahead of Flask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.exc import DBAPIError

from portal.database import db, engine_options

LOOKING_UP = "looking-up"
"""The name of the engine for it, beside the usual one."""


class LookUp:
    """A question for one row that is put very often: a single round trip, and SQLAlchemy's work done once.

    It has connections of its own, which begin no transaction and so end none, and are not tried out beforehand: one
    that turns out to be dead is replaced, and the question put again. A transaction of the caller's is not seen.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def first(self, engine: Engine, **parameters: str | int) -> tuple[Any, ...] | None:
        """The first row of what is committed now, its values as the driver gives them (so times are text on SQLite).

        Args:
            engine: see ``look_up_engine``.
            parameters: what the statement's parameters are, as plain text or numbers.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        text, usual = self._text_for(engine)
        try:
            return _first(engine, text, {**usual, **parameters})
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return _first(engine, text, {**usual, **parameters})

    def _text_for(self, engine: Engine) -> tuple[str, dict[str, Any]]:
        name = engine.dialect.name
        if name not in self._compiled:
            make: Any = type(engine.dialect)
            dialect = make(paramstyle="pyformat" if name == "postgresql" else "named")
            compiled = self._statement.compile(dialect=dialect)
            self._compiled[name] = (str(compiled), dict(compiled.params))
        return self._compiled[name]


def _first(engine: Engine, text: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    driver: Any = engine.dialect.loaded_dbapi
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(text, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
    except driver.Error as error:
        lost = engine.dialect.is_disconnect(error, connection, None)
        if lost:
            engine.dispose(close=False)  # the others will have died of the same
            connection.invalidate(error)
        raise DBAPIError.instance(
            text, None, error, driver.Error, hide_parameters=True, connection_invalidated=lost, dialect=engine.dialect
        ) from error
    finally:
        connection.close()
    return row


def look_up_engine() -> Engine:
    """The application's engine for looking up."""
    return db.engines[LOOKING_UP]


def look_up_options(url: str) -> dict[str, Any]:
    """How the engine of ``LookUp`` is made."""
    options = {"url": url, **engine_options(url)}
    if url.startswith("postgresql"):
        options |= {"pool_pre_ping": False, "isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    return options
