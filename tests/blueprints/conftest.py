"""Buyers on their way, and what they leave in the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from portal.accounts.models import Person
from portal.contracts.models import Contract
from portal.database import Base, db, transaction, utcnow
from portal.registration.models import Claim
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient


@pytest.fixture
def arrive(buy: Callable[..., Any], token_for: Callable[..., str]) -> Callable[..., Page]:
    """A browser arrives with a new purchase; gives the page it ends up on."""

    def come(browser: PortalClient, **purchase: Any) -> Page:
        return browser.arrive(token_for(buy(**purchase)))

    return come


@pytest.fixture
def link(app: Flask) -> Callable[[Somebody], str]:
    """Links the newest purchase to a person's organisation, without the pages; gives the contract page's address."""

    def do(person: Somebody) -> str:
        with app.app_context(), transaction():
            contract = db.session.scalars(select(Contract).order_by(Contract.created_at.desc()).limit(1)).one()
            contract.organisation_id, contract.linked_by_id = person.organisation_id, person.id
            contract.linked_at = utcnow()
            return f"/contracts/{contract.id}"

    return do


@pytest.fixture
def contract_page(arrive: Callable[..., Page], link: Callable[[Somebody], str], alice: Somebody, app: Flask) -> str:
    """The address of the page of a contract that Alice has linked."""
    arrive(PortalClient(app))
    return link(alice)


@pytest.fixture
def stored(app: Flask) -> Callable[..., list[Any]]:
    """All rows of one kind of record, where they are numbered in their order."""

    def read(record: type[Base]) -> list[Any]:
        (key,) = record.__mapper__.primary_key[:1]
        everything = select(record).order_by(key) if key.type.python_type is int else select(record)
        with app.app_context():
            return list(db.session.scalars(everything))

    return read


@pytest.fixture
def the_claim(stored: Callable[..., list[Any]]) -> Callable[[], Claim]:
    """The one claim there is."""

    def read() -> Claim:
        (claim,) = stored(Claim)
        return claim

    return read


@pytest.fixture
def people(stored: Callable[..., list[Any]]) -> Callable[[], list[Person]]:
    return lambda: stored(Person)


@pytest.fixture
def queries(app: Flask) -> Callable[[], Any]:
    """Counts the SELECTs of everything done inside it."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        with app.app_context():
            engines = list(db.engines.values())
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    return counting
