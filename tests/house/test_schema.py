"""The rules of this house about the database: the migrations make what the records say, and take it away again."""

from collections.abc import Callable

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect

from portal.database import Base, db

DAY, CONTRACT = "'2026-01-01'", "'0123456789abcdef0123456789abcdef'"


@pytest.fixture
def empty_app(make_app: Callable[..., Flask], new_database: Callable[[], str]) -> Flask:
    """A portal on a database with nothing in it."""
    return make_app(DATABASE_URL=new_database())


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_upgrading_makes_every_table(empty_app: Flask):
    with empty_app.app_context():
        flask_migrate.upgrade()
        assert tables() == set(Base.metadata.tables)


def test_downgrading_takes_every_table_away(empty_app: Flask):
    with empty_app.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        assert tables() == set()


def test_and_upgrading_again_brings_them_back(empty_app: Flask):
    with empty_app.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        flask_migrate.upgrade()
        assert tables() == set(Base.metadata.tables)


def test_migrations_and_records_agree(empty_app: Flask):
    with empty_app.app_context():
        flask_migrate.upgrade()
        flask_migrate.check()


def test_every_constraint_has_a_name():
    nameless = [
        (table.name, type(constraint).__name__)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_every_reference_to_many_rows_can_be_looked_up():
    """A foreign key that pages or workers look up by has an index."""
    lookups = {("entitlements", "contract_id"), ("contract_changes", "contract_id"), ("contracts", "organisation_id")}
    indexed = {
        (table.name, next(iter(index.columns)).name)
        for table in Base.metadata.tables.values()
        for index in [*table.indexes, *(c for c in table.constraints if len(getattr(c, "columns", [])))]
    }
    assert lookups - indexed == set()


def test_what_a_history_says_of_an_organisation_is_for_that_organisation(empty_app: Flask):
    """Lines from before contracts could be moved belong to whoever had the contract when they could."""
    with empty_app.app_context():
        flask_migrate.upgrade(revision="0004")
        with db.engine.begin() as connection:
            for table, columns, *rows in (
                ("organisations", "id, name, name_key, created_at", f"7, 'Acme', 'acme', {DAY}"),
                (
                    "contracts",
                    "id, product_code, state, organisation_id, check_attempts, version, created_at",
                    f"{CONTRACT}, 'p', 'active', 7, 0, 1, {DAY}",
                ),
                (
                    "contract_changes",
                    "id, contract_id, at, cause, subject",
                    f"1, {CONTRACT}, {DAY}, 'link', 'organisation'",
                    f"2, {CONTRACT}, {DAY}, 'refresh', 'state'",
                ),
            ):
                for row in rows:
                    connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({row})")
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT id, only_for_id FROM contract_changes ORDER BY id")
            assert [tuple(row) for row in rows] == [(1, 7), (2, None)]


def test_people_who_are_there_already_stay_with_all_that_is_theirs(empty_app: Flask):
    """SQLite changes a table by making it anew, and drops the old one, to which others refer."""
    with empty_app.app_context():
        flask_migrate.upgrade(revision="0008")
        with db.engine.begin() as connection:
            for table, columns, row in (
                ("organisations", "id, name, name_key, created_at", f"7, 'Acme', 'acme', {DAY}"),
                (
                    "people",
                    "id, sign_in_key, name, email, email_key, password_hash, terms_accepted_at, created_at",
                    f"3, 'key', 'Alice', 'a@acme.example', 'a@acme.example', 'hash', {DAY}, {DAY}",
                ),
                ("memberships", "id, person_id, organisation_id, role, created_at", f"1, 3, 7, 'owner', {DAY}"),
            ):
                connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({row})")
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, role FROM people JOIN memberships ON person_id = people.id")
            assert [tuple(row) for row in rows] == [("Alice", "owner")]
        flask_migrate.downgrade(revision="0008")
        with db.engine.connect() as connection:
            assert len(connection.exec_driver_sql("SELECT * FROM memberships").all()) == 1
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
