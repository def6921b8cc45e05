"""One query: who asks, what is theirs to see, and whether anything is new."""

from uuid import UUID, uuid4

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text, update

from portal.contracts.glance import glance
from portal.contracts.models import Contract
from portal.database import transaction
from portal.looking_up import look_up_engine
from tests.cast import ANALYTICS, Somebody


@pytest.fixture
def acme(database: SQLAlchemy, alice: Somebody) -> UUID:
    """A contract of Acme's."""
    with transaction():
        contract = Contract(product_code=ANALYTICS, organisation_id=alice.organisation_id)
        database.session.add(contract)
    return contract.id


def test_it_knows_whose_session_it_is(acme: UUID, alice: Somebody):
    found = glance(look_up_engine(), alice.session_key, acme)
    assert (found.person_id, found.name, found.email) == (alice.id, alice.name, alice.email)


def test_a_key_of_nobody_is_none(acme: UUID):
    assert glance(look_up_engine(), "nobody", acme) is None


def test_a_member_has_a_stamp_and_nobody_else_has(acme: UUID, alice: Somebody, bob: Somebody, mallory: Somebody):
    stamps = [glance(look_up_engine(), one.session_key, acme).stamp for one in (alice, bob, mallory)]
    assert [stamp is not None for stamp in stamps] == [True, True, False]


def test_nor_has_what_does_not_exist(acme: UUID, alice: Somebody):
    assert glance(look_up_engine(), alice.session_key, uuid4()).stamp is None


def test_the_stamp_stays_until_something_changes(acme: UUID, alice: Somebody, database: SQLAlchemy):
    one, two = (glance(look_up_engine(), alice.session_key, acme).stamp for _ in range(2))
    with transaction():
        database.session.execute(update(Contract).values(version=Contract.version + 1))
    assert (one == two, glance(look_up_engine(), alice.session_key, acme).stamp == two) == (True, False)


def test_a_connection_that_has_died_is_replaced(acme: UUID, alice: Somebody, database: SQLAlchemy):
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connections that die")
    engine = look_up_engine()
    glance(engine, alice.session_key, acme)
    database.session.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    )
    assert glance(engine, alice.session_key, acme).stamp is not None
