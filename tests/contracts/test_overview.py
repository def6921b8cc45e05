"""What a customer may see, and in how many queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from portal.accounts.models import Membership, Role
from portal.contracts.models import Contract
from portal.contracts.overview import contract_of, contracts_of, may_see
from portal.database import db, transaction, utcnow
from tests.cast import Somebody

Link = Callable[..., Contract]


@pytest.fixture
def linked(open_contract: Callable[..., Contract], database: SQLAlchemy) -> Link:
    """Opens a contract that belongs to somebody's organisation."""

    def link(person: Somebody, agreement_id: str, **more: object) -> Contract:
        contract_id = open_contract(agreement_id=agreement_id).id
        with transaction():
            contract = database.session.get_one(Contract, contract_id)
            contract.organisation_id, contract.linked_by_id = person.organisation_id, person.id
            contract.linked_at = utcnow()
            for name, value in more.items():
                setattr(contract, name, value)
        return contract

    return link


@contextmanager
def counted(database: SQLAlchemy) -> Iterator[list[str]]:
    database.session.commit()
    database.session.expire_all()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_member_sees_what_the_organisation_bought(linked: Link, alice: Somebody, bob: Somebody):
    contract = linked(alice, "agmt-1")
    assert [found.id for found in contracts_of(bob.id)] == [contract.id]


def test_nobody_else_does(linked: Link, alice: Somebody, mallory: Somebody):
    linked(alice, "agmt-1")
    assert contracts_of(mallory.id) == []


def test_a_contract_without_an_organisation_is_nobody_s(open_contract: Callable[..., Contract], alice: Somebody):
    open_contract(agreement_id="agmt-1")
    assert contracts_of(alice.id) == []


def test_a_person_of_two_organisations_sees_the_contracts_of_both(linked: Link, alice: Somebody, mallory: Somebody):
    linked(alice, "agmt-1")
    linked(mallory, "agmt-2")
    with transaction():
        db.session.add(Membership(person_id=alice.id, organisation_id=mallory.organisation_id, role=Role.MEMBER))
    assert len(contracts_of(alice.id)) == 2


def test_the_newest_comes_first(linked: Link, alice: Somebody):
    linked(alice, "agmt-1", linked_at=utcnow() - timedelta(days=1))
    newest = linked(alice, "agmt-2")
    assert contracts_of(alice.id)[0].id == newest.id


def test_one_contract_comes_with_who_linked_it(linked: Link, alice: Somebody):
    assert contract_of(alice.id, linked(alice, "agmt-1").id).contract.linked_by.name == "Alice"


def test_somebody_else_s_contract_is_as_if_it_did_not_exist(linked: Link, alice: Somebody, mallory: Somebody):
    assert contract_of(mallory.id, linked(alice, "agmt-1").id) is None


def test_a_contract_that_does_not_exist_is_none(alice: Somebody, database: SQLAlchemy):
    assert contract_of(alice.id, uuid4()) is None


def test_a_renewal_knows_what_it_continues(linked: Link, alice: Somebody):
    first = linked(alice, "agmt-1")
    second = linked(alice, "agmt-2", continues_id=first.id)
    assert contract_of(alice.id, second.id).continues.id == first.id


def test_what_was_renewed_knows_what_continues_it(linked: Link, alice: Somebody):
    first = linked(alice, "agmt-1")
    second = linked(alice, "agmt-2", continues_id=first.id)
    assert contract_of(alice.id, first.id).continued_by.id == second.id


@pytest.mark.parametrize(("who", "sees"), [("alice", True), ("bob", True), ("mallory", False)])
def test_who_may_see_it(linked: Link, alice: Somebody, bob: Somebody, mallory: Somebody, who: str, sees: bool):
    people = {"alice": alice, "bob": bob, "mallory": mallory}
    assert may_see(people[who].id, linked(alice, "agmt-1").id) is sees


def test_a_list_takes_two_queries_however_long_it_is(linked: Link, alice: Somebody, database: SQLAlchemy):
    for number in range(5):
        linked(alice, f"agmt-{number}")
    with counted(database) as statements:
        [(contract.organisation.name, contract.entitlements) for contract in contracts_of(alice.id)]
    assert len(statements) == 2


def test_one_contract_takes_two_queries(linked: Link, alice: Somebody, database: SQLAlchemy):
    contract_id = linked(alice, "agmt-1").id
    with counted(database) as statements:
        found = contract_of(alice.id, contract_id).contract
        assert (found.organisation.name, found.linked_by.name, found.entitlements) == ("Acme", "Alice", [])
    assert len(statements) == 2


def test_a_contract_that_goes_on_elsewhere_is_not_named(linked: Link, alice: Somebody, mallory: Somebody):
    first = linked(alice, "agmt-1")
    linked(mallory, "agmt-2", continues_id=first.id)
    assert contract_of(alice.id, first.id).continued_by is None


def test_a_contract_that_goes_on_in_the_same_organisation_is_named(linked: Link, alice: Somebody):
    first = linked(alice, "agmt-1")
    second = linked(alice, "agmt-2", continues_id=first.id)
    assert contract_of(alice.id, first.id).continued_by.id == second.id


def test_only_who_has_more_than_one_contract_has_others(linked: Link, alice: Somebody, mallory: Somebody):
    contract = linked(alice, "agmt-1")
    linked(mallory, "agmt-2")
    assert contract_of(alice.id, contract.id).has_others is False
    linked(alice, "agmt-3")
    assert contract_of(alice.id, contract.id).has_others is True
