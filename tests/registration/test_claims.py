"""The claim between arrival and link."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.contracts.models import Contract
from portal.database import transaction, utcnow
from portal.registration.claims import Standing, find_claim, note_known, standing, take_over
from portal.registration.models import Claim, ClaimState
from portal.sealing import hash_secret
from tests.cast import Somebody

AddClaim = Callable[..., Claim]
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def brought(add_claim: AddClaim) -> Claim:
    """A claim whose secret is 'secret'."""
    return add_claim(secret_hash=hash_secret("secret"))


def test_the_secret_is_exchanged_for_the_claim(brought: Claim):
    assert take_over("secret", utcnow()) == brought.id


def test_once(brought: Claim):
    take_over("secret", utcnow())
    assert take_over("secret", utcnow()) is None


def test_another_secret_opens_nothing(brought: Claim):
    assert take_over("guess", utcnow()) is None


def test_the_hash_of_the_secret_opens_nothing(brought: Claim):
    assert take_over(hash_secret("secret"), utcnow()) is None


def test_too_late_is_too_late(brought: Claim):
    assert take_over("secret", brought.expires_at) is None


def test_of_two_browsers_with_one_secret_one_gets_the_claim(brought: Claim, at_once: Callable[..., list[Any]]):
    claim_id = brought.id
    got = at_once(*[lambda: take_over("secret", utcnow())] * 4)
    assert sorted(got, key=str) == sorted([claim_id, None, None, None], key=str)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({}, Standing.OPEN),
        ({"state": ClaimState.UNRESOLVED, "contract_id": None}, Standing.WAITING),
        ({"state": ClaimState.REFUSED, "contract_id": None}, Standing.REFUSED),
        ({"state": ClaimState.USED}, Standing.GONE),
    ],
    ids=["open", "unresolved", "refused", "used, and the purchase free again"],
)
def test_where_a_claim_stands(add_claim: AddClaim, values: dict[str, Any], where: Standing):
    assert standing(find_claim(add_claim(**values).id), utcnow()) is where


@pytest.mark.parametrize("state", ClaimState)
def test_an_expired_claim_is_gone_in_any_state(add_claim: AddClaim, state: ClaimState):
    claim = add_claim(state=state, expires_at=utcnow() - AN_HOUR)
    assert standing(claim, utcnow()) is Standing.GONE


def test_a_claim_that_never_was_is_gone(database: SQLAlchemy):
    assert standing(find_claim(uuid4()), utcnow()) is Standing.GONE


@pytest.mark.parametrize("state", [ClaimState.OPEN, ClaimState.USED])
def test_a_linked_purchase_is_linked_whichever_claim_did_it(
    add_claim: AddClaim, alice: Somebody, database: SQLAlchemy, state: ClaimState
):
    claim = add_claim(state=state)
    with transaction():
        database.session.get_one(Contract, claim.contract_id).organisation_id = alice.organisation_id
    assert standing(find_claim(claim.id), utcnow()) is Standing.LINKED


def test_that_somebody_with_an_account_came_is_noted_once(brought: Claim):
    first, second = utcnow(), utcnow() + AN_HOUR
    for moment in (first, second):
        with transaction():
            note_known(brought.id, moment)
    claim = find_claim(brought.id)
    assert claim is not None
    assert claim.known_at == first


@pytest.mark.usefixtures("database")
def test_without_a_claim_nothing_is_noted():
    with transaction():
        note_known(None, utcnow())
