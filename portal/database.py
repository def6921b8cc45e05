"""The database: the declarative base, times in UTC, and the one way to write.

Reading needs no ceremony: use ``db.session``, or ``looking_up`` for one row that is asked for very often. Writing
happens inside ``transaction()``, which commits at the end and only then runs what was registered with ``after_commit``
(jobs, mail): nothing leaves for a change that was rolled back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Insert,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Update,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session

logger = logging.getLogger(__name__)

SQLITE_BEGIN = "sqlite_begin"
MOST_VALUES = 2_000
"""So many values in one statement; databases take only so many."""
_AFTER_COMMIT = "after_commit"
T = TypeVar("T")


class Base(DeclarativeBase):
    """The base of every record; its constraints are named, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def ByteOrder(length: int) -> String:  # noqa: N802 - stands where the name of a type stands
    """A text that every database compares as it is stored, whatever its language, so that beginnings are a range."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def utcnow() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def transaction() -> Iterator[None]:
    """Write as one: all of the block or nothing, then run what ``after_commit`` collected.

    A transaction inside another joins it. On SQLite the write lock is taken at the start, because a reader that
    becomes a writer half-way is refused at once instead of waiting its turn.
    """
    session = db.session
    if session.info.get(_AFTER_COMMIT) is not None:
        yield
        return
    session.commit()  # ends a read that came before, so that this block sees the present
    session.connection(execution_options={SQLITE_BEGIN: "BEGIN IMMEDIATE"})
    callbacks: list[Callable[[], None]] = []
    session.info[_AFTER_COMMIT] = callbacks
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(_AFTER_COMMIT, None)
    for callback in callbacks:
        try:
            callback()
        except Exception:
            # The change is committed and a sweep finds what was left undone, so the visitor is not told of an error.
            logger.exception("Work after a commit failed; the sweep will do it")


@contextmanager
def rehearsal() -> Iterator[None]:
    """Write as in ``transaction()``, and take all of it back at the end: nothing is committed, and nothing that was to
    happen after the commit does.

    Raises:
        RuntimeError: something inside tried to commit.
    """
    session = db.session()
    if session.info.get(_AFTER_COMMIT) is not None:
        raise RuntimeError("a rehearsal cannot be part of a transaction")
    session.commit()  # ends a read that came before
    session.connection(execution_options={SQLITE_BEGIN: "BEGIN IMMEDIATE"})
    session.info[_AFTER_COMMIT] = []
    event.listen(session, "before_commit", _refuse_to_commit)
    try:
        yield
    finally:
        event.remove(session, "before_commit", _refuse_to_commit)
        session.info.pop(_AFTER_COMMIT, None)
        session.rollback()
        session.expire_all()  # objects that others hold must not say what was taken back


def _refuse_to_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        raise RuntimeError("nothing is committed in a rehearsal")


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the present transaction is committed; not at all if it is rolled back."""
    callbacks = db.session.info.get(_AFTER_COMMIT)
    if callbacks is None:
        raise RuntimeError("after_commit() belongs inside transaction()")
    callbacks.append(callback)


def insert(into: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can be told what to do on a conflict, in the words of the database in use."""
    return postgresql.insert(into) if db.engine.dialect.name == "postgresql" else sqlite.insert(into)


def changed(statement: Insert | Update | Delete) -> int:
    """How many rows a statement has changed: whoever writes by a condition learns here whether it held.

    Inside a transaction. Objects that were loaded before do not follow.
    """
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 - these statements give no other
    return int(result.rowcount)


def portions(values: Sequence[T], size: int = MOST_VALUES) -> Iterator[Sequence[T]]:
    """The values in their order, up to `size` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def engine_options(url: str) -> dict[str, Any]:
    """How engines are made: values stay out of error texts and so out of logs, and PostgreSQL speaks UTC.

    In another zone the driver cannot read a date at the end of the calendar, and one odd message would block a page.
    """
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("postgresql"):
        options |= {"pool_pre_ping": True, "connect_args": {"options": "-c timezone=utc"}}
    return options


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # the begin event below speaks instead of the driver
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(connection.get_execution_options().get(SQLITE_BEGIN, "BEGIN"))
