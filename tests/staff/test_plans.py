"""No look-up of staff reads a whole table: the database itself says how it would read."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, text

from portal.contracts.lifecycle import State
from portal.database import db, utcnow
from portal.staff.overview import contracts_list, dashboard, organisations, renewals
from portal.staff.overview.contracts_list import Filters
from portal.staff.overview.places import Place, Sort
from portal.staff.searching.search import search
from tests.cast import ANALYTICS
from tests.staff.making import make, organisation

LARGE = {
    *("contracts", "contract_names", "contract_changes", "entitlements", "people", "memberships", "organisations"),
    *("organisation_words", "notifications", "notification_ids", "claims", "letters", "audit_entries"),
}
CONTRACT = "0d9c4f4e-93a7-4a64-8f39-2f9f9e2f7c11"
SEARCHES = [
    "agmt-7f3k9q2m4x8c1v5b6n0z7y2w1",
    "arn:aws:license-manager::123456789012:license:l-0123456789abcdef",
    "alice@acme.example",
    "444455556666",
    "blue mountain",
    "ac",
    CONTRACT,
    "#12",
    "sns:22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "nothing that anybody knows",
]
FILTERS = [
    Filters(),
    Filters(states=(State.ENDED,)),
    Filters(unlinked=True),
    Filters(stale=True, sort=Sort.LONGEST_UNCONFIRMED),
    Filters(ending_within=30, sort=Sort.ENDING_FIRST),
    Filters(product_code=ANALYTICS),
    Filters(organisation_id=7),
    *(Filters(sort=sort) for sort in Sort),
]


@pytest.fixture
def whole_tables_read(database: SQLAlchemy) -> Callable[[Callable[[], object]], set[str]]:
    """The large tables that something reads from end to end, though the database was asked to avoid that."""

    def read(ask: Callable[[], object]) -> set[str]:
        with _noted() as statements:
            ask()
        db.session.rollback()
        found: set[str] = set()
        with db.engine.connect() as connection:
            postgres = connection.dialect.name == "postgresql"
            if postgres:
                connection.execute(text("SET enable_seqscan = off"))
            for statement, parameters in statements:
                explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
                plan = connection.exec_driver_sql(explain + statement, parameters).all()
                found |= _read_whole("\n".join(str(row[-1]) for row in plan))
            connection.rollback()
        return found & LARGE

    return read


@contextmanager
def _noted() -> Iterator[list[tuple[str, object]]]:
    statements: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.lstrip("( \n").startswith(("SELECT", "WITH")):
            statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _read_whole(plan: str) -> set[str]:
    """PostgreSQL says `Seq Scan on people`, SQLite `SCAN people` where it uses no index."""
    sqlite = re.findall(r"^SCAN (\w+)\b(?! .*USING)", plan, re.MULTILINE)
    return {*re.findall(r"Seq Scan on (\w+)", plan), *sqlite}


@pytest.mark.parametrize("words", SEARCHES)
def test_a_search_reads_no_whole_table(whole_tables_read: Callable[..., set[str]], app: Flask, words: str):
    assert whole_tables_read(lambda: search(words, app.extensions["products"])) == set()


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_page_of_the_list_reads_no_whole_table(whole_tables_read: Callable[..., set[str]], filters: Filters):
    assert whole_tables_read(lambda: contracts_list.page(filters, None, utcnow())) == set()


@pytest.mark.parametrize("sort", list(Sort))
def test_nor_does_a_page_far_down(whole_tables_read: Callable[..., set[str]], sort: Sort):
    far = Place(datetime(2026, 1, 1, tzinfo=UTC), UUID(CONTRACT))
    assert whole_tables_read(lambda: contracts_list.page(Filters(sort=sort), far, utcnow())) == set()


@pytest.mark.parametrize("outlook", [None, *renewals.Outlook])
def test_the_cockpit_reads_no_whole_table(whole_tables_read: Callable[..., set[str]], outlook: renewals.Outlook | None):
    contract = make(ends_in=5, agreement="agmt-1")
    make(ends_in=400, continues_id=contract.id)
    assert whole_tables_read(lambda: renewals.ahead(90, utcnow(), outlook=outlook)) == set()


def test_what_waits_reads_no_whole_table(whole_tables_read: Callable[..., set[str]]):
    assert whole_tables_read(lambda: dashboard.now_waiting(utcnow())) == set()


def test_an_organisation_reads_no_whole_table(whole_tables_read: Callable[..., set[str]]):
    number = organisation("Acme")
    make(organisation_id=number)
    assert whole_tables_read(lambda: organisations.organisation(number)) == set()


def test_a_whole_table_would_be_noticed(whole_tables_read: Callable[..., set[str]]):
    by_name = text("SELECT count(*) FROM people WHERE name = 'x'")
    assert whole_tables_read(lambda: db.session.execute(by_name)) == {"people"}
