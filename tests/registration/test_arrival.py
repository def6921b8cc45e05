"""A buyer arrives with a token."""

import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from laptop.environment import ROOT, Place
from portal.audit import AuditEntry
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.marketplace.errors import MarketplaceRefused, MarketplaceUnavailable, TokenExpired, TokenInvalid
from portal.notifications.models import Fate, Notification
from portal.registration.arrival import LONGEST_TOKEN, Desk, NotOurProduct
from portal.registration.models import Claim, ClaimState
from portal.sealing import Seal, hash_secret
from tests.cast import ARCHIVE, VAULT
from tests.sandbox_client import SandboxClient

Arrive = Callable[..., UUID]
ClaimOf = Callable[[UUID], Claim]
TokenFor = Callable[[dict[str, Any]], str]
Buy = Callable[..., dict[str, Any]]


@pytest.fixture
def token(buy: Buy, token_for: TokenFor) -> str:
    return token_for(buy())


def test_a_token_becomes_an_open_claim(arrive: Arrive, claim_of: ClaimOf, token: str):
    assert claim_of(arrive(token)).state == ClaimState.OPEN


def test_the_purchase_is_kept_with_what_it_includes(arrive: Arrive, claim_of: ClaimOf, token: str):
    contract = claim_of(arrive(token)).contract
    assert {row.dimension: row.value for row in contract.entitlements} == {"team": "1", "seats": "10"}


def test_the_claim_waits_for_its_person_as_long_as_is_set(desk: Desk, claim_of: ClaimOf, token: str):
    now = utcnow()
    claim_id, _secret = desk.arrive(token, None, now)
    assert claim_of(claim_id).expires_at == now + desk.lifetime


def test_the_secret_of_the_browser_is_kept_as_a_hash(desk: Desk, claim_of: ClaimOf, token: str):
    claim_id, secret = desk.arrive(token, None, utcnow())
    assert claim_of(claim_id).secret_hash == hash_secret(secret)


def test_neither_token_nor_secret_is_stored(desk: Desk, token: str, everything_stored: Callable[[], str]):
    _claim_id, secret = desk.arrive(token, None, utcnow())
    stored = everything_stored()
    assert (token in stored, secret in stored) == (False, False)


def test_an_arrival_is_audited(arrive: Arrive, token: str, database: SQLAlchemy):
    claim_id = arrive(token)
    entry = database.session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.detail["claim"]) == ("visitor", "arrived", str(claim_id))


def test_the_audit_says_what_aws_named_and_not_how(arrive: Arrive, token: str, database: SQLAlchemy):
    arrive(token)
    entry = database.session.scalars(select(AuditEntry)).one()
    assert entry.detail["named"] == ["product_code", "aws_account_id", "license_arn", "agreement_id"]


def test_a_free_trial_is_remembered(arrive: Arrive, claim_of: ClaimOf, token: str):
    assert claim_of(arrive(token, "free-trial")).contract.offer_type == "free-trial"


@pytest.mark.parametrize("offer_type", ["", "  ", None])
def test_no_offer_type_is_none(arrive: Arrive, claim_of: ClaimOf, token: str, offer_type: str | None):
    assert claim_of(arrive(token, offer_type)).contract.offer_type is None


@pytest.mark.parametrize("offer_type", ["x" * 1000, "free\x00trial", "gratis\n\u202e"])
def test_an_offer_type_of_any_kind_does_no_harm(arrive: Arrive, claim_of: ClaimOf, token: str, offer_type: str):
    assert claim_of(arrive(token, offer_type)).state == ClaimState.OPEN


def test_a_second_arrival_is_a_second_claim_on_one_contract(
    arrive: Arrive, claim_of: ClaimOf, buy: Buy, token_for: TokenFor
):
    bought = buy()
    first, second = arrive(token_for(bought)), arrive(token_for(bought))
    assert (first != second, claim_of(first).contract_id == claim_of(second).contract_id) == (True, True)


def test_a_second_purchase_of_one_account_is_a_second_contract(
    arrive: Arrive, claim_of: ClaimOf, buy: Buy, token_for: TokenFor
):
    first, second = arrive(token_for(buy())), arrive(token_for(buy()))
    assert claim_of(first).contract_id != claim_of(second).contract_id


def test_a_legacy_purchase_arrives_the_same_way(arrive: Arrive, claim_of: ClaimOf, buy: Buy, token_for: TokenFor):
    contract = claim_of(arrive(token_for(buy(ARCHIVE)))).contract
    assert {row.dimension: row.value for row in contract.entitlements} == {"storage_tb": "5", "users": "3"}


def test_one_token_posted_by_many_at_once_opens_one_contract(
    desk: Desk, token: str, at_once: Callable[..., list[Any]], database: SQLAlchemy
):
    claims = at_once(*[lambda: desk.arrive(token, None, utcnow())[0]] * 4)
    assert (len(set(claims)), database.session.scalar(select(func.count(Contract.id)))) == (4, 1)


@pytest.mark.parametrize("rubbish", ["", "   ", "x" * (LONGEST_TOKEN + 1)])
def test_what_cannot_be_a_token_is_not_sent_to_aws(sandbox: SandboxClient, arrive: Arrive, rubbish: str):
    sandbox.fail("*", "AccessDeniedException")
    with pytest.raises(TokenInvalid):
        arrive(rubbish)


def test_a_token_that_aws_does_not_know_is_unreadable(sandbox: SandboxClient, arrive: Arrive):
    with pytest.raises(TokenInvalid):
        arrive("no-token-of-ours")


def test_an_old_token_has_expired(sandbox: SandboxClient, arrive: Arrive, token: str):
    sandbox.settings(token_lifetime_seconds=0)
    with pytest.raises(TokenExpired):
        arrive(token)


def test_a_product_that_is_not_in_our_file_is_not_ours(arrive: Arrive, buy: Buy, token_for: TokenFor):
    with pytest.raises(NotOurProduct):
        arrive(token_for(buy(VAULT)))


def test_a_refusal_of_aws_is_told(sandbox: SandboxClient, arrive: Arrive, token: str):
    sandbox.fail("ResolveCustomer", "AccessDeniedException")
    with pytest.raises(MarketplaceRefused):
        arrive(token)


@pytest.mark.parametrize("error", ["InvalidTokenException", "ExpiredTokenException", "AccessDeniedException"])
def test_a_refused_token_leaves_nothing_behind(
    sandbox: SandboxClient, desk: Desk, token: str, everything_stored: Callable[[], str], error: str
):
    sandbox.fail("ResolveCustomer", error)
    with pytest.raises((TokenInvalid, TokenExpired, MarketplaceRefused)):
        desk.arrive(token, None, utcnow())
    assert everything_stored() == ""


# --- AWS is away -------------------------------------------------------------------------------------------------


@pytest.fixture(params=["ThrottlingException", "InternalServiceErrorException"])
def away(request: pytest.FixtureRequest, sandbox: SandboxClient) -> None:
    sandbox.fail("ResolveCustomer", request.param)


@pytest.fixture
def waiting(sandbox: SandboxClient, token: str, arrive: Arrive) -> UUID:
    """A claim that AWS could not be asked about. It can be now."""
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    claim_id = arrive(token)
    sandbox.work_again()
    return claim_id


def test_while_aws_is_away_the_place_is_kept(away: None, arrive: Arrive, claim_of: ClaimOf, token: str):
    assert claim_of(arrive(token)).state == ClaimState.UNRESOLVED


def test_the_token_is_kept_under_seal_only(waiting: UUID, token: str, everything_stored: Callable[[], str]):
    assert token not in everything_stored()


def test_when_aws_is_back_the_claim_opens(waiting: UUID, desk: Desk, claim_of: ClaimOf):
    desk.try_again(waiting, utcnow())
    claim = claim_of(waiting)
    assert (claim.state, len(claim.contract.entitlements)) == (ClaimState.OPEN, 2)


def test_and_the_sealed_token_is_erased(waiting: UUID, desk: Desk, claim_of: ClaimOf):
    desk.try_again(waiting, utcnow())
    assert claim_of(waiting).sealed_token is None


def test_while_aws_stays_away_the_claim_stays(sandbox: SandboxClient, waiting: UUID, desk: Desk, claim_of: ClaimOf):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    with pytest.raises(MarketplaceUnavailable):
        desk.try_again(waiting, utcnow())
    claim = claim_of(waiting)
    assert (claim.state, claim.attempts) == (ClaimState.UNRESOLVED, 2)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("InvalidTokenException", "TokenInvalid"),
        ("ExpiredTokenException", "TokenExpired"),
        ("AccessDeniedException", "MarketplaceRefused"),
    ],
)
def test_a_refusal_in_the_end_is_kept_for_the_page_that_waits(
    sandbox: SandboxClient, waiting: UUID, desk: Desk, claim_of: ClaimOf, error: str, problem: str
):
    sandbox.fail("ResolveCustomer", error)
    desk.try_again(waiting, utcnow())
    claim = claim_of(waiting)
    assert (claim.state, claim.problem, claim.sealed_token) == (ClaimState.REFUSED, problem, None)


def test_a_product_that_turns_out_not_to_be_ours_is_refused(
    sandbox: SandboxClient, desk: Desk, claim_of: ClaimOf, arrive: Arrive, buy: Buy, token_for: TokenFor
):
    token = token_for(buy(VAULT))
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    claim_id = arrive(token)
    sandbox.work_again()
    desk.try_again(claim_id, utcnow())
    assert claim_of(claim_id).problem == "NotOurProduct"


def test_a_seal_that_cannot_be_opened_any_more_counts_as_expired(waiting: UUID, desk: Desk, claim_of: ClaimOf):
    replace(desk, seal=Seal("another secret than before" * 2)).try_again(waiting, utcnow())
    assert claim_of(waiting).problem == "TokenExpired"


def test_a_settled_claim_is_not_asked_about_again(sandbox: SandboxClient, waiting: UUID, desk: Desk, claim_of: ClaimOf):
    desk.try_again(waiting, utcnow())
    sandbox.fail("*", "AccessDeniedException")
    desk.try_again(waiting, utcnow())
    assert claim_of(waiting).state == ClaimState.OPEN


def test_a_claim_that_does_not_exist_is_nothing_to_do(desk: Desk):
    desk.try_again(UUID(int=0), utcnow())


def test_two_workers_at_once_open_one_contract(
    waiting: UUID, desk: Desk, at_once: Callable[..., list[Any]], database: SQLAlchemy
):
    problems = at_once(*[lambda: desk.try_again(waiting, utcnow())] * 2)
    assert (problems, database.session.scalar(select(func.count(Contract.id)))) == ([None, None], 1)


def test_entitlements_that_cannot_be_read_are_read_later(
    sandbox: SandboxClient, arrive: Arrive, claim_of: ClaimOf, token: str
):
    sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    contract = claim_of(arrive(token)).contract
    assert contract.check_requested_at is not None


def test_entitlements_that_aws_does_not_show_yet_leave_the_purchase_waiting(
    sandbox: SandboxClient, arrive: Arrive, claim_of: ClaimOf, buy: Buy, token_for: TokenFor
):
    sandbox.settings(entitlement_delay_seconds=600)
    contract = claim_of(arrive(token_for(buy()))).contract
    assert (contract.state, contract.entitlements) == ("waiting", [])


def test_no_log_line_holds_the_token(
    sandbox: SandboxClient, arrive: Arrive, token: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException", times=2)
    arrive(token)
    arrive(token)
    assert token not in caplog.text


def test_messages_that_were_parked_wake_in_the_very_process_in_which_their_buyer_lands(
    app: Flask, buy: Buy, token_for: TokenFor, place: Place
):
    """A web process imports nothing of the worker's; what wakes them must be there all the same."""
    bought = buy()
    with app.app_context(), transaction():
        row = Notification(source_key="1", body="{}", dialect="eventbridge", kind="granted", name="x")
        row.fate, row.agreement_key = Fate.PARKED, bought["agreement_id"]
        db.session.add(row)
    landing = (
        "from portal import create_app; from portal.database import utcnow\n"
        "app = create_app()\n"
        f"with app.app_context(): app.extensions['desk'].arrive({token_for(bought)!r}, None, utcnow())"
    )
    subprocess.run([sys.executable, "-c", landing], cwd=ROOT, env=place.for_portal(), check=True)
    with app.app_context():
        assert db.session.scalars(db.select(Notification.fate)).all() == [Fate.RECEIVED]
