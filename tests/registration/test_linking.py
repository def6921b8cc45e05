"""Linking a purchase to an organisation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from portal.accounts.models import Membership, Organisation, Role
from portal.accounts.people import found_organisation
from portal.audit import AuditEntry
from portal.contracts.history import changes_of
from portal.contracts.models import Contract, ContractChange
from portal.database import transaction, utcnow
from portal.registration.linking import AlreadyLinked, ClaimGone, Linked, MayNotLink, link
from portal.registration.models import Claim, ClaimState
from tests.cast import Somebody

AddClaim = Callable[..., Claim]


def link_for(person: Somebody, claim_id: UUID) -> Linked:
    with transaction():
        return link(claim_id, person.organisation_id, person.id, person.name, utcnow())


@pytest.fixture
def claim_id(add_claim: AddClaim) -> UUID:
    return add_claim().id


@pytest.fixture
def contract(database: SQLAlchemy, claim_id: UUID) -> Callable[[], Contract]:
    """The contract as it stands now."""
    return lambda: database.session.scalars(select(Contract).execution_options(populate_existing=True)).one()


def test_an_owner_links_a_purchase(claim_id: UUID, alice: Somebody, contract: Callable[[], Contract]):
    link_for(alice, claim_id)
    assert contract().organisation_id == alice.organisation_id


def test_the_outcome_says_that_it_was_linked_now(claim_id: UUID, alice: Somebody):
    assert link_for(alice, claim_id).now is True


def test_who_linked_it_and_when_is_kept(claim_id: UUID, alice: Somebody, contract: Callable[[], Contract]):
    before = utcnow()
    link_for(alice, claim_id)
    assert (contract().linked_by_id, before <= contract().linked_at <= utcnow()) == (alice.id, True)


def test_the_claim_is_used_up(claim_id: UUID, alice: Somebody, claim_of: Callable[[UUID], Claim]):
    link_for(alice, claim_id)
    claim = claim_of(claim_id)
    assert (claim.state, claim.used_by_id) == (ClaimState.USED, alice.id)


def test_so_are_the_other_claims_on_the_same_purchase(
    claim_id: UUID, add_claim: AddClaim, alice: Somebody, claim_of: Callable[[UUID], Claim]
):
    another = add_claim().id
    link_for(alice, claim_id)
    assert claim_of(another).state == ClaimState.USED


def test_a_link_is_in_the_history(claim_id: UUID, alice: Somebody, contract: Callable[[], Contract]):
    link_for(alice, claim_id)
    change = changes_of(contract().id)[0]
    assert (change.subject, change.after, change.detail) == ("organisation", {"value": "Acme"}, "Alice")


def test_a_link_is_audited(claim_id: UUID, alice: Somebody, contract: Callable[[], Contract], database: SQLAlchemy):
    link_for(alice, claim_id)
    entry = database.session.scalars(select(AuditEntry).where(AuditEntry.action == "linked")).one()
    assert (entry.actor, entry.thing) == (f"person:{alice.id}", f"contract:{contract().id}")


def test_twice_is_harmless(claim_id: UUID, alice: Somebody):
    first = link_for(alice, claim_id)
    assert link_for(alice, claim_id) == Linked(first.contract_id, now=False)


def test_twice_is_once_in_the_history(claim_id: UUID, alice: Somebody, database: SQLAlchemy):
    link_for(alice, claim_id)
    link_for(alice, claim_id)
    lines = select(func.count(ContractChange.id)).where(ContractChange.subject == "organisation")
    assert database.session.scalar(lines) == 1


def test_a_second_visit_with_a_fresh_claim_is_harmless(claim_id: UUID, add_claim: AddClaim, alice: Somebody):
    first = link_for(alice, claim_id)
    assert link_for(alice, add_claim().id) == Linked(first.contract_id, now=False)


def test_what_belongs_to_another_organisation_stays_there(
    claim_id: UUID, add_claim: AddClaim, alice: Somebody, mallory: Somebody, contract: Callable[[], Contract]
):
    another = add_claim().id
    link_for(alice, claim_id)
    with pytest.raises(AlreadyLinked):
        link_for(mallory, another)
    assert contract().organisation_id == alice.organisation_id


def test_the_refusal_does_not_say_whose_it_is(claim_id: UUID, add_claim: AddClaim, alice: Somebody, mallory: Somebody):
    another = add_claim().id
    link_for(alice, claim_id)
    with pytest.raises(AlreadyLinked) as refused:
        link_for(mallory, another)
    assert "Acme" not in str(refused.value)


def test_of_two_who_race_one_wins(
    claim_id: UUID, add_claim: AddClaim, alice: Somebody, mallory: Somebody, at_once: Callable[..., list[Any]]
):
    another = add_claim().id
    outcomes = at_once(lambda: link_for(alice, claim_id), lambda: link_for(mallory, another))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyLinked", "Linked"]


def test_of_two_who_race_with_one_claim_one_wins(
    claim_id: UUID, alice: Somebody, mallory: Somebody, at_once: Callable[..., list[Any]]
):
    outcomes = at_once(lambda: link_for(alice, claim_id), lambda: link_for(mallory, claim_id))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyLinked", "Linked"]


def test_the_loser_leaves_no_trace(
    claim_id: UUID, add_claim: AddClaim, alice: Somebody, mallory: Somebody, database: SQLAlchemy
):
    another = add_claim().id
    link_for(alice, claim_id)

    def found_and_link() -> None:
        with transaction():
            organisation = found_organisation(mallory.id, "Mallory's new one")
            link(another, organisation.id, mallory.id, mallory.name, utcnow())

    with pytest.raises(AlreadyLinked):
        found_and_link()
    assert database.session.scalar(select(func.count(Organisation.id))) == 2


def test_an_admin_may_link(
    claim_id: UUID, alice: Somebody, add_person: Callable[..., Somebody], contract: Callable[[], Contract]
):
    carol = add_person("Carol", "Acme", alice.organisation_id, Role.ADMIN)
    link_for(carol, claim_id)
    assert contract().linked_by_id == carol.id


def test_a_plain_member_may_not(claim_id: UUID, bob: Somebody):
    with pytest.raises(MayNotLink):
        link_for(bob, claim_id)


def test_nobody_links_to_an_organisation_that_is_not_theirs(claim_id: UUID, alice: Somebody, mallory: Somebody):
    def link_to_acme() -> None:
        with transaction():
            link(claim_id, alice.organisation_id, mallory.id, mallory.name, utcnow())

    with pytest.raises(MayNotLink):
        link_to_acme()


def test_nobody_links_to_an_organisation_that_does_not_exist(claim_id: UUID, alice: Somebody):
    def link_to_nothing() -> None:
        with transaction():
            link(claim_id, 2**31 - 1, alice.id, alice.name, utcnow())

    with pytest.raises(MayNotLink):
        link_to_nothing()


def test_a_person_of_two_organisations_links_to_the_one_they_choose(
    claim_id: UUID, alice: Somebody, mallory: Somebody, database: SQLAlchemy, contract: Callable[[], Contract]
):
    with transaction():
        database.session.add(Membership(person_id=alice.id, organisation_id=mallory.organisation_id, role=Role.OWNER))
    with transaction():
        link(claim_id, mallory.organisation_id, alice.id, alice.name, utcnow())
    assert contract().organisation_id == mallory.organisation_id


@pytest.mark.parametrize(
    "values",
    [{"expires_at": utcnow() - timedelta(seconds=1)}, {"state": ClaimState.UNRESOLVED, "contract_id": None}],
    ids=["expired", "not resolved yet"],
)
def test_a_claim_that_is_not_there_to_be_linked_is_gone(add_claim: AddClaim, alice: Somebody, values: dict[str, Any]):
    claim_id = add_claim(**values).id
    with pytest.raises(ClaimGone):
        link_for(alice, claim_id)


def test_a_used_claim_takes_nothing_again_that_support_took_off(
    add_claim: AddClaim, alice: Somebody, database: SQLAlchemy
):
    claim_id = add_claim().id
    contract_id = link_for(alice, claim_id).contract_id
    with transaction():
        database.session.get_one(Contract, contract_id).organisation_id = None
    with pytest.raises(ClaimGone):
        link_for(alice, claim_id)


def test_a_claim_that_never_was_is_gone(alice: Somebody, database: SQLAlchemy):
    with pytest.raises(ClaimGone):
        link_for(alice, uuid4())
