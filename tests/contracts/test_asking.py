"""Asking AWS about many contracts with few calls."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.contracts import sync
from portal.contracts.asking import Answers, read_many
from portal.contracts.history import Because
from portal.contracts.models import Cause, Contract
from portal.database import transaction
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import MarketplaceRefused, MarketplaceUnavailable
from portal.products import Products
from tests.cast import ANALYTICS, ARCHIVE, VAULT
from tests.sandbox_client import SandboxClient

Open = Callable[..., Contract]


def all_of(parts: Iterable[Answers]) -> Answers:
    """All parts as one."""
    whole = Answers()
    for part in parts:
        whole.readings |= part.readings
        whole.problems |= part.problems
    return whole


@pytest.fixture
def many(sandbox: SandboxClient, open_contract: Open) -> Callable[..., list[Contract]]:
    """So many contracts with purchases in the sandbox; each has two rows."""

    def open_many(count: int) -> list[Contract]:
        bought = sandbox.buy_many(ANALYTICS, count, plan="team", dimensions={"seats": 5}, quietly=True)
        return [open_contract(license_arn=one["license_arn"], aws_account_id=one["account_id"]) for one in bought]

    return open_many


@pytest.fixture
def read_and_write(database: SQLAlchemy, marketplace: Marketplace, products: Products) -> Callable[..., None]:
    """Reads contracts together and writes what was found."""

    def go(contracts: list[Contract]) -> None:
        answers = all_of(read_many([contract.id for contract in contracts], marketplace))
        with transaction():
            for contract_id, contract in sync.lock(list(answers.readings)).items():
                sync.write_locked(contract, answers.readings[contract_id], products, Because(Cause.SWEEP))

    return go


@pytest.fixture
def calls_of(sandbox: SandboxClient, marketplace: Marketplace) -> Callable[[list[Contract]], tuple[int, Answers]]:
    """How many calls reading these takes, and what came of it."""

    def count(contracts: list[Contract]) -> tuple[int, Answers]:
        sandbox.forget_calls()
        answers = all_of(read_many([contract.id for contract in contracts], marketplace))
        return sandbox.calls().get("GetEntitlements", {"calls": 0})["calls"], answers

    return count


def granted(answers: Answers, contract: Contract) -> dict[str, str]:
    return {row.dimension: row.value for row in answers.readings[contract.id].entitlements}


def test_one_contract_is_one_call(many: Any, calls_of: Any):
    calls, answers = calls_of(many(1))
    assert (calls, len(answers.readings)) == (1, 1)


def test_some_contracts_are_one_list(many: Any, calls_of: Any, read_and_write: Any):
    contracts = many(12)
    read_and_write(contracts)
    calls, answers = calls_of(contracts)
    assert calls == 1
    assert all(granted(answers, contract) == {"team": "1", "seats": "5"} for contract in contracts)


def test_nearly_all_contracts_of_a_product_are_a_sweep_over_it(many: Any, calls_of: Any, read_and_write: Any):
    contracts = many(40)
    read_and_write(contracts)
    calls, answers = calls_of(contracts)
    assert (calls, len(answers.readings)) == (_pages_of_the_product(contracts), 40)


def _pages_of_the_product(contracts: list[Contract]) -> int:
    """The sandbox keeps what other tests bought; all of it is on the pages."""
    from portal.marketplace.client import Marketplace as Fresh  # noqa: PLC0415

    return sum(1 for _page in Fresh().entitlement_pages(contracts[0].product_code))


def test_a_row_that_is_missing_from_a_list_is_asked_for_alone(
    many: Any, calls_of: Any, read_and_write: Any, sandbox: SandboxClient
):
    contracts = many(5)
    read_and_write(contracts)
    gone = next(
        one["agreement_id"]
        for one in sandbox.call("GET", "/api/purchases")
        if one["license_arn"] == contracts[2].names[0].text
    )
    sandbox.cancel(gone)
    calls, answers = calls_of(contracts)
    assert (calls, granted(answers, contracts[2])) == (2, {})


def test_contracts_of_two_products_are_asked_for_apart(open_contract: Open, buy: Any, calls_of: Any):
    contracts = [
        open_contract(one["product"], license_arn=one["license_arn"], customer_identifier=one["customer_identifier"])
        for one in (buy(ANALYTICS), buy(VAULT), buy(ARCHIVE))
    ]
    calls, answers = calls_of(contracts)
    assert (calls, len(answers.readings)) == (3, 3)


def test_a_legacy_customer_that_aws_knows_no_more_is_asked_for_by_licence(
    open_contract: Open, buy: Any, sandbox: SandboxClient, calls_of: Any
):
    bought = buy(ANALYTICS)
    contract = open_contract(license_arn=bought["license_arn"], customer_identifier="from before the move")
    _calls, answers = calls_of([contract])
    assert granted(answers, contract) == {"team": "1", "seats": "10"}


def test_when_aws_is_away_nobody_is_read_and_it_is_not_asked_again(
    many: Any, calls_of: Any, sandbox: SandboxClient, open_contract: Open
):
    contracts = [*many(3), open_contract(VAULT, license_arn="arn:aws:license-manager::1:license:l-1")]
    sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    calls, answers = calls_of(contracts)
    assert len(answers.problems) == 4
    assert all(isinstance(problem, MarketplaceUnavailable) for problem in answers.problems.values())
    assert calls == 2  # once more after everybody's pause


def test_a_list_that_aws_does_not_take_is_asked_one_by_one(
    many: Any, calls_of: Any, sandbox: SandboxClient, read_and_write: Any
):
    contracts = many(4)
    sandbox.fail("GetEntitlements", "InvalidParameterException", times=1)
    calls, answers = calls_of(contracts)
    assert (calls, len(answers.readings)) == (5, 4)


def test_a_refusal_of_one_is_no_refusal_of_the_others(many: Any, calls_of: Any, sandbox: SandboxClient):
    contracts = many(4)
    sandbox.fail("GetEntitlements", "InvalidParameterException", times=2)
    _calls, answers = calls_of(contracts)
    (problem,) = answers.problems.values()
    assert (len(answers.readings), type(problem)) == (3, MarketplaceRefused)


def test_nobody_to_ask_about_is_no_call(calls_of: Any):
    calls, answers = calls_of([])
    assert (calls, answers.readings) == (0, {})
