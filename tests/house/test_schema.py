"""The rules of this house about the database: the migrations make what the records say, and take it away again."""

from collections.abc import Callable

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect

from portal.database import Base, db


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
