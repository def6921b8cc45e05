"""The one way to write: all or nothing, and nothing leaves before the commit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import StatementError

from portal.accounts.models import Organisation
from portal.database import after_commit, transaction, utcnow


@pytest.fixture
def names(database: SQLAlchemy) -> Callable[[], list[str]]:
    """The organisations that another connection can see: those that are committed."""

    def read() -> list[str]:
        with database.engine.connect() as another:
            return list(another.scalars(select(Organisation.name).order_by(Organisation.name)))

    return read


def add(database: SQLAlchemy, name: str) -> None:
    database.session.add(Organisation(name=name))
    database.session.flush()


def test_a_transaction_is_committed_at_its_end(database: SQLAlchemy, names: Callable[[], list[str]]):
    with transaction():
        add(database, "Acme")
    assert names() == ["Acme"]


def test_nothing_of_it_is_seen_before_that(database: SQLAlchemy, names: Callable[[], list[str]]):
    with transaction():
        add(database, "Acme")
        assert names() == []


def test_an_error_takes_everything_back(database: SQLAlchemy, names: Callable[[], list[str]]):
    def half_of_it() -> None:
        with transaction():
            add(database, "Acme")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_of_it()
    assert names() == []


def test_after_an_error_the_next_transaction_works(database: SQLAlchemy, names: Callable[[], list[str]]):
    with pytest.raises(ZeroDivisionError), transaction():
        raise ZeroDivisionError
    with transaction():
        add(database, "Acme")
    assert names() == ["Acme"]


def test_a_transaction_inside_another_joins_it(database: SQLAlchemy, names: Callable[[], list[str]]):
    def half_of_it() -> None:
        with transaction():
            with transaction():
                add(database, "Acme")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_of_it()
    assert names() == []


def test_what_leaves_leaves_after_the_commit(database: SQLAlchemy, names: Callable[[], list[str]]):
    seen: list[list[str]] = []
    with transaction():
        after_commit(lambda: seen.append(names()))
        add(database, "Acme")
    assert seen == [["Acme"]]


def test_what_leaves_keeps_its_order(database: SQLAlchemy):
    left: list[int] = []
    with transaction():
        after_commit(lambda: left.append(1))
        with transaction():
            after_commit(lambda: left.append(2))
        after_commit(lambda: left.append(3))
    assert left == [1, 2, 3]


def test_nothing_leaves_for_what_was_taken_back(database: SQLAlchemy):
    left: list[int] = []

    def half_of_it() -> None:
        with transaction():
            after_commit(lambda: left.append(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_of_it()
    assert left == []


def test_what_fails_on_its_way_out_does_not_undo_the_change(database: SQLAlchemy, names: Callable[[], list[str]]):
    with transaction():
        add(database, "Acme")
        after_commit(lambda: 1 // 0)
    assert names() == ["Acme"]


def test_what_fails_on_its_way_out_does_not_hold_up_the_rest(database: SQLAlchemy):
    left: list[int] = []
    with transaction():
        after_commit(lambda: 1 // 0)
        after_commit(lambda: left.append(2))
    assert left == [2]


def test_what_leaves_may_write_in_a_transaction_of_its_own(database: SQLAlchemy, names: Callable[[], list[str]]):
    def later() -> None:
        with transaction():
            add(database, "Globex")

    with transaction():
        add(database, "Acme")
        after_commit(later)
    assert names() == ["Acme", "Globex"]


def test_outside_a_transaction_there_is_no_commit_to_wait_for(database: SQLAlchemy):
    with pytest.raises(RuntimeError, match="belongs inside transaction"):
        after_commit(print)


def test_two_writers_who_read_first_wait_for_each_other(app: Flask, database: SQLAlchemy):
    with transaction():
        add(database, "0")
    start, problems = Barrier(2), []

    def write() -> None:
        with app.app_context():
            start.wait()
            for _ in range(20):
                try:
                    with transaction():
                        database.session.scalars(select(Organisation).with_for_update()).all()
                        number = database.session.scalar(select(Organisation.name))
                        database.session.execute(update(Organisation).values(name=str(int(number or 0) + 1)))
                except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                    problems.append(repr(error))

    threads = [Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.session.rollback()
    assert (problems, database.session.scalar(select(Organisation.name))) == ([], "40")


def test_a_time_comes_back_as_the_same_moment_in_utc(database: SQLAlchemy):
    noon_in_tokyo = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=9)))
    with transaction():
        database.session.add(Organisation(name="Acme", created_at=noon_in_tokyo))
    database.session.expire_all()
    found = database.session.scalar(select(Organisation.created_at))
    assert (found, found.tzinfo) == (noon_in_tokyo, UTC)


def test_a_time_is_utc_whatever_zone_the_connection_has(database: SQLAlchemy):
    if database.engine.dialect.name == "postgresql":
        database.session.execute(text("SET LOCAL TIME ZONE 'Asia/Tokyo'"))
    database.session.add(Organisation(name="Acme"))
    database.session.flush()
    found = database.session.scalar(select(Organisation.created_at))
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(database: SQLAlchemy):
    database.session.add(Organisation(name="Acme", created_at=datetime(2026, 11, 22)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="a time without a zone cannot be stored"):
        database.session.flush()


def test_now_is_an_aware_time_in_utc():
    assert utcnow().tzinfo is UTC


def test_foreign_keys_hold_on_every_database(database: SQLAlchemy):
    if database.engine.dialect.name == "sqlite":
        assert database.session.scalar(text("PRAGMA foreign_keys")) == 1


def test_readers_and_a_writer_do_not_wait_for_each_other_on_sqlite(database: SQLAlchemy):
    if database.engine.dialect.name == "sqlite":
        assert database.session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_a_reader_sees_the_present_when_it_begins_to_write(database: SQLAlchemy):
    assert database.session.scalar(select(func.count(Organisation.id))) == 0
    with database.engine.begin() as another:
        another.execute(Organisation.__table__.insert().values(name="Acme", name_key="acme", created_at=utcnow()))
    with transaction():
        assert database.session.scalar(select(func.count(Organisation.id))) == 1
