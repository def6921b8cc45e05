"""A product as AWS tells it, page by page, against our contracts: what is repaired, what is listed, what is left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select

from portal.contracts import agreement_sweep, checks, findings, reconciliation, sweeps, sync, turns
from portal.contracts.findings import Finding, FindingKind
from portal.contracts.history import changes_of
from portal.contracts.lifecycle import Signal, State
from portal.contracts.models import Cause, Contract, NameKind
from portal.contracts.reconciliation import Sources
from portal.contracts.sweeps import AgreementsRead, LostSweep, Stage, Sweep
from portal.contracts.words import hear, words_of
from portal.database import transaction, utcnow
from portal.marketplace.agreements import Agreements
from portal.marketplace.client import Marketplace, Page
from portal.marketplace.values import Agreement, EntitlementValue
from portal.products import Product, Products
from tests.cast import ALERTS, ARCHIVE, GLOBEX_AWS, STREAMS
from tests.sandbox_client import SandboxClient

Buy = Callable[..., dict[str, Any]]
ContractFor = Callable[[dict[str, Any]], Contract]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sources(marketplace: Marketplace, products: Products, sandbox: SandboxClient) -> Iterator[Sources]:
    usual, marketplace.budget.patience = marketplace.budget.patience, 10.0
    yield Sources(marketplace, Agreements(), products)
    marketplace.budget.patience = usual


@pytest.fixture
def sweep(database: SQLAlchemy, sources: Sources) -> Callable[[str], Sweep]:
    """Sweeps a product from beginning to end."""

    def from_beginning_to_end(product_code: str) -> Sweep:
        taken = sweeps.take(product_code, utcnow(), anew=True)
        assert taken is not None
        for _step in reconciliation.run(taken, sources.products.named(product_code), sources):
            pass
        return taken

    return from_beginning_to_end


@pytest.fixture
def streams(products: Products) -> Product:
    return products.named(STREAMS)


@pytest.fixture
def check_all(sources: Sources) -> Callable[[], int]:
    """Does the checks that are due; how many were."""
    return lambda: checks.work_on_checks(sources.marketplace, sources.products, utcnow())


def fresh(database: SQLAlchemy, contract: Contract) -> Contract:
    database.session.rollback()
    found = database.session.get_one(Contract, contract.id, populate_existing=True)
    database.session.refresh(found, ["names", "entitlements"])
    return found


def granted(database: SQLAlchemy, contract: Contract) -> dict[str, str]:
    return {row.dimension: row.value for row in fresh(database, contract).entitlements}


def found_of(kind: FindingKind) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings.open_findings([kind])}


def key_of(bought: dict[str, Any]) -> str:
    return str(bought["license_arn"]).rpartition("l-")[2]


# --- What is repaired --------------------------------------------------------------------------------------------


def test_a_change_whose_message_was_lost_is_written(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    sandbox.change(bought["agreement_id"], dimensions={"events_million": 35})
    assert sweep(STREAMS).written > 0
    assert granted(database, contract) == {"base": "1", "events_million": "35"}
    (change,) = [one for one in changes_of(contract.id) if one.after == {**(one.after or {}), "value": "35"}]
    assert change.cause == Cause.SWEEP


def test_a_contract_that_is_as_it_was_is_confirmed_and_its_page_does_not_notice(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    contract = contract_for(buy(STREAMS))
    check(contract)
    sweep(STREAMS)
    first = fresh(database, contract)
    version, confirmed_at = first.version, first.confirmed_at
    done = sweep(STREAMS)
    again = fresh(database, contract)
    assert confirmed_at is not None
    assert again.confirmed_at is not None
    assert again.confirmed_at > confirmed_at
    assert (again.version, again.check_due_at, done.written, done.to_check) == (version, None, 0, 0)


def test_a_legacy_contract_is_found_by_its_customer(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, open_contract: Any, check: Any, sweep: Any
):
    bought = buy(ARCHIVE)
    contract = open_contract(ARCHIVE, customer_identifier=bought["customer_identifier"])
    check(contract)
    sandbox.change(bought["agreement_id"], dimensions={"users": 9})
    sweep(ARCHIVE)
    assert granted(database, contract) == {"storage_tb": "5", "users": "9"}


def test_a_contract_that_waits_though_aws_grants_it_is_asked_about(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, sweep: Any, check_all: Any
):
    contract = contract_for(buy(STREAMS))
    assert sweep(STREAMS).to_check == 1
    assert fresh(database, contract).state == State.WAITING
    assert check_all() == 1
    assert fresh(database, contract).state == State.ACTIVE


def test_a_contract_that_aws_does_not_show_any_more_is_asked_about_and_not_ended_by_the_sweep(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    sandbox.cancel(bought["agreement_id"])
    sweep(STREAMS)
    unseen = fresh(database, contract)
    assert unseen.state == State.ACTIVE
    assert unseen.check_due_at is not None


def test_and_the_ordinary_check_ends_it(
    database: SQLAlchemy,
    sandbox: SandboxClient,
    buy: Buy,
    contract_for: ContractFor,
    check: Any,
    sweep: Any,
    check_all: Any,
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    sandbox.cancel(bought["agreement_id"])
    sweep(STREAMS)
    check_all()
    assert fresh(database, contract).state == State.ENDED


# --- One page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(buy: Buy, contract_for: ContractFor, check: Any, marketplace: Marketplace) -> list[EntitlementValue]:
    """The two rows of a contract that was read before, as AWS shows them."""
    bought = buy(STREAMS)
    check(contract_for(bought))
    return marketplace.get_entitlements(STREAMS, license_arns=[bought["license_arn"]])


@pytest.fixture
def the_contract(rows: list[EntitlementValue], database: SQLAlchemy) -> Contract:
    return database.session.scalars(select(Contract)).one()


@pytest.fixture
def take(database: SQLAlchemy, streams: Product, products: Products) -> Callable[..., Sweep]:
    """Takes in some pages, given as lists of rows."""

    def take_pages(*pages: list[EntitlementValue]) -> Sweep:
        taken = sweeps.take(STREAMS, utcnow(), anew=True)
        assert taken is not None
        carried: Any = {}
        for number, page in enumerate(pages):
            token = "more" if number < len(pages) - 1 else None
            carried = reconciliation.take_page(taken, streams, Page(utcnow(), page, token), carried, products)
        sweeps.leave(taken)
        return taken

    return take_pages


def test_rows_that_are_spread_over_two_pages_are_one_contract_s(
    database: SQLAlchemy, rows: list[EntitlementValue], the_contract: Contract, take: Any
):
    done = take(rows[:1], [replace(rows[1], value="77")])
    assert granted(database, the_contract)["events_million"] == "77"
    assert (done.written, done.to_check) == (1, 0)


def test_a_part_of_a_contract_changes_nothing(
    database: SQLAlchemy, rows: list[EntitlementValue], the_contract: Contract, take: Any
):
    confirmed_at = fresh(database, the_contract).confirmed_at
    take([replace(rows[0], value="77")], [])
    assert fresh(database, the_contract).confirmed_at == confirmed_at
    assert granted(database, the_contract) == {"base": "1", "events_million": "20"}


def test_a_row_that_is_new_is_asked_about_and_not_guessed(
    database: SQLAlchemy, rows: list[EntitlementValue], the_contract: Contract, take: Any
):
    done = take([*rows, replace(rows[0], dimension="another")])
    assert (done.written, done.to_check) == (0, 1)
    assert granted(database, the_contract) == {"base": "1", "events_million": "20"}


def test_a_page_that_is_older_than_what_was_read_since_changes_nothing(
    database: SQLAlchemy, rows: list[EntitlementValue], the_contract: Contract, streams: Product, products: Products
):
    taken = sweeps.take(STREAMS, utcnow(), anew=True)
    assert taken is not None
    page = Page(utcnow() - timedelta(minutes=5), [rows[0], replace(rows[1], value="77")])
    reconciliation.take_page(taken, streams, page, {}, products)
    assert granted(database, the_contract) == {"base": "1", "events_million": "20"}


@contextmanager
def counted(database: SQLAlchemy) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_page_takes_as_many_queries_for_many_contracts_as_for_one(
    app: Flask, database: SQLAlchemy, rows: list[EntitlementValue], open_contract: Any, take: Any, check: Any
):
    with counted(database) as one:
        take(rows)
    others = [replace(row, license_arn=f"{row.license_arn}{n}") for n in range(11) for row in rows]
    for arn in {row.license_arn for row in others}:
        open_contract(STREAMS, license_arn=arn)
    with counted(database) as many:
        take([*rows, *others])
    assert len(many) <= len(one) + 2  # those that are new are marked, in one statement


# --- Bought but never landed -------------------------------------------------------------------------------------


def test_a_purchase_that_nobody_has_come_for_is_listed(buy: Buy, sweep: Any):
    bought = buy(STREAMS)
    sweep(STREAMS)
    finding = found_of(FindingKind.NEVER_LANDED)[key_of(bought)]
    assert (finding.product_code, finding.aws_account_id) == (STREAMS, bought["account_id"])


def test_found_again_it_is_the_same_finding(buy: Buy, sweep: Any):
    bought = buy(STREAMS)
    sweep(STREAMS)
    first = found_of(FindingKind.NEVER_LANDED)[key_of(bought)]
    first_seen, last_seen = first.first_seen_at, first.last_seen_at
    sweep(STREAMS)
    again = found_of(FindingKind.NEVER_LANDED)[key_of(bought)]
    assert (again.id, again.first_seen_at) == (first.id, first_seen)
    assert again.last_seen_at > last_seen


def test_once_its_buyer_has_landed_it_is_resolved(buy: Buy, contract_for: ContractFor, sweep: Any):
    bought = buy(STREAMS)
    sweep(STREAMS)
    contract_for(bought)
    sweep(STREAMS)
    assert key_of(bought) not in found_of(FindingKind.NEVER_LANDED)


def test_pay_as_you_go_that_nobody_has_come_for_is_listed_by_its_agreement(buy: Buy, sweep: Any):
    bought = buy(ALERTS)
    sweep(ALERTS)
    assert found_of(FindingKind.NEVER_LANDED)[key_of(bought)].detail == f"agreement {bought['agreement_id']}"


def test_what_is_over_is_not_listed(sandbox: SandboxClient, buy: Buy, sweep: Any):
    bought = buy(ALERTS)
    sandbox.cancel(bought["agreement_id"])
    sweep(ALERTS)
    assert key_of(bought) not in found_of(FindingKind.NEVER_LANDED)


# --- What agreements tell ----------------------------------------------------------------------------------------


def test_pay_as_you_go_begins_though_its_events_were_lost(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, sweep: Any, check_all: Any
):
    contract = contract_for(buy(ALERTS))
    sweep(ALERTS)
    check_all()
    assert fresh(database, contract).state == State.ACTIVE


def test_pay_as_you_go_that_is_not_paid_yet_waits(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, sweep: Any, check_all: Any
):
    contract = contract_for(buy(ALERTS, payment="pending"))
    sweep(ALERTS)
    check_all()
    assert fresh(database, contract).state == State.WAITING


def test_an_announced_end_that_came_later_than_the_agreement_s_last_change_stands(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, sweep: Any, check_all: Any
):
    contract = contract_for(buy(ALERTS))
    with transaction():
        locked = sync.lock([contract.id])[contract.id]
        locked.state = State.ENDING
        license_name = next(name for name in locked.names if name.kind == NameKind.LICENSE)
        hear(locked, [(NameKind.LICENSE, license_name.key)], Signal.ENDING, utcnow() + timedelta(seconds=1))
    sweep(ALERTS)
    check_all()
    assert fresh(database, contract).state == State.ENDING


def test_a_contract_that_waits_for_an_agreement_which_is_over_ends(
    database: SQLAlchemy,
    sandbox: SandboxClient,
    buy: Buy,
    contract_for: ContractFor,
    sweep: Any,
    check_all: Any,
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    sandbox.cancel(bought["agreement_id"])
    sweep(STREAMS)
    check_all()
    ended = fresh(database, contract)
    assert (ended.state, ended.ended_because) == (State.ENDED, "CANCELLED")


def test_the_reason_of_an_end_is_learned_where_no_event_told_it(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    sandbox.cancel(bought["agreement_id"])
    check(contract)
    assert fresh(database, contract).ended_because is None
    sweep(STREAMS)
    assert fresh(database, contract).ended_because == "CANCELLED"


@pytest.mark.parametrize("new_license", [False, True])
def test_a_renewal_whose_events_were_lost_goes_on_in_the_same_contract(
    database: SQLAlchemy,
    sandbox: SandboxClient,
    buy: Buy,
    contract_for: ContractFor,
    check: Any,
    sweep: Any,
    check_all: Any,
    new_license: bool,
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    renewed = sandbox.renew(bought["agreement_id"], new_license=new_license)
    sweep(STREAMS)
    check_all()
    same = fresh(database, contract)
    assert same.state == State.ACTIVE
    assert {name.text for name in same.names} >= {renewed["agreement_id"], renewed["license_arn"]}
    assert {row.license_key for row in same.entitlements} == {key_of(renewed)}
    sandbox.cancel(renewed["agreement_id"])


def test_a_renewal_whose_buyer_landed_first_is_joined(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    renewed = sandbox.renew(bought["agreement_id"], new_license=True)
    later = contract_for({**renewed, "license_arn": renewed["license_arn"]})
    assert later.id != contract.id
    sweep(STREAMS)
    assert fresh(database, later).merged_into_id == contract.id
    sandbox.cancel(renewed["agreement_id"])


def test_a_renewal_to_come_of_a_chain_with_two_owners_is_not_guessed(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    bought = buy(STREAMS)
    before = contract_for(bought)
    renewed = sandbox.renew(bought["agreement_id"], new_license=True)
    later = contract_for(renewed)
    with transaction():
        fresh(database, later).continues_id = before.id
    to_come = sandbox.renew(renewed["agreement_id"], early=True)
    sweep(STREAMS)
    names = {name.text for contract in (before, later) for name in fresh(database, contract).names}
    assert to_come["agreement_id"] not in names
    assert to_come["agreement_id"] not in found_of(FindingKind.NEVER_LANDED)
    sandbox.cancel(to_come["agreement_id"])


def test_the_terms_of_an_agreement_are_learned(database: SQLAlchemy, buy: Buy, contract_for: ContractFor, sweep: Any):
    bought = buy(STREAMS, auto_renew=True)
    contract = contract_for(bought)
    sweep(STREAMS)
    told = fresh(database, contract)
    assert told.ends_at is not None
    assert told.auto_renew is True


def test_a_contract_known_by_its_agreement_alone_learns_its_licence(
    database: SQLAlchemy, buy: Buy, open_contract: Any, sweep: Any, check_all: Any
):
    bought = buy(STREAMS)
    contract = open_contract(STREAMS, agreement_id=bought["agreement_id"])
    sweep(STREAMS)
    check_all()
    known = fresh(database, contract)
    assert (known.state, known.aws_account_id) == (State.ACTIVE, bought["account_id"])


def test_an_account_that_may_not_ask_for_agreements_is_swept_all_the_same(sandbox: SandboxClient, buy: Buy, sweep: Any):
    bought = buy(STREAMS)
    sandbox.fail("SearchAgreements", "AccessDeniedException")
    done = sweep(STREAMS)
    assert (done.agreements, done.problem, done.stage) == (AgreementsRead.MAY_NOT, None, None)
    assert key_of(bought) in found_of(FindingKind.NEVER_LANDED)


def test_while_agreements_are_not_told_nothing_they_told_is_resolved(
    sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, sweep: Any
):
    bought = buy(ALERTS)
    sweep(ALERTS)
    contract_for(bought)
    sandbox.fail("SearchAgreements", "InternalServiceErrorException")
    done = sweep(ALERTS)
    assert done.agreements == AgreementsRead.NO_ANSWER
    assert key_of(bought) in found_of(FindingKind.NEVER_LANDED)


# --- Access without agreement ------------------------------------------------------------------------------------


@pytest.fixture
def tell(database: SQLAlchemy, products: Products) -> Callable[..., None]:
    """Lets AWS tell of one agreement, in a sweep that began before whatever the test did."""

    def told(product_code: str, agreement: Agreement) -> None:
        with transaction():
            agreement_sweep.take([agreement], products.named(product_code), products, LONG_AGO, utcnow())

    return told


def in_force(bought: dict[str, Any]) -> Agreement:
    return Agreement(bought["agreement_id"], "ACTIVE", license_arns=(bought["license_arn"],), updated_at=LONG_AGO)


def test_access_without_agreement_is_listed_and_not_revoked(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, check: Any, tell: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    tell(STREAMS, Agreement(bought["agreement_id"], "CANCELLED", updated_at=LONG_AGO))
    (finding,) = found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT).values()
    assert (finding.name, finding.contract_id) == (bought["agreement_id"], contract.id)
    assert fresh(database, contract).state == State.ACTIVE


def test_so_is_pay_as_you_go(database: SQLAlchemy, buy: Buy, contract_for: ContractFor, tell: Any, check_all: Any):
    bought = buy(ALERTS)
    contract = contract_for(bought)
    tell(ALERTS, in_force(bought))
    check_all()
    tell(ALERTS, Agreement(bought["agreement_id"], "EXPIRED", updated_at=LONG_AGO + timedelta(days=1)))
    check_all()
    assert fresh(database, contract).state == State.ACTIVE
    assert len(found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT)) == 1


def test_so_is_a_renewal_that_is_over_in_turn(buy: Buy, contract_for: ContractFor, check: Any, tell: Any):
    bought = buy(STREAMS)
    first = bought["agreement_id"]
    check(contract_for(bought))
    tell(STREAMS, Agreement(first, "RENEWED", first, updated_at=LONG_AGO))
    tell(STREAMS, Agreement("agmt-second", "EXPIRED", first, updated_at=LONG_AGO + timedelta(days=1)))
    assert list(found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT)) == ["agmt-second"]


def test_one_sweep_finds_that_a_renewal_is_over_too(
    database: SQLAlchemy,
    sandbox: SandboxClient,
    buy: Buy,
    contract_for: ContractFor,
    check: Any,
    sweep: Any,
    check_all: Any,
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    sandbox.cancel(sandbox.renew(bought["agreement_id"], new_license=True)["agreement_id"])
    sweep(STREAMS)
    check_all()
    assert fresh(database, contract).state == State.ENDED


def test_where_nothing_is_granted_any_more_the_end_of_a_renewal_is_heard(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, tell: Any
):
    bought = buy(STREAMS)
    first = bought["agreement_id"]
    contract = contract_for(bought)
    check(contract)
    tell(STREAMS, Agreement(first, "RENEWED", first, updated_at=LONG_AGO))
    sandbox.cancel(first)
    check(contract)
    assert fresh(database, contract).state == State.CHANGING
    tell(STREAMS, Agreement("agmt-second", "EXPIRED", first, updated_at=LONG_AGO + timedelta(days=1)))
    assert fresh(database, contract).check_due_at is not None
    check(contract)
    assert fresh(database, contract).state == State.ENDED


@pytest.mark.parametrize("status", ["ACTIVE", "RENEWED", "REPLACED", "A NEW WORD"])
def test_an_agreement_that_is_not_over_is_none(buy: Buy, contract_for: ContractFor, check: Any, tell: Any, status: str):
    bought = buy(STREAMS)
    check(contract_for(bought))
    tell(STREAMS, Agreement(bought["agreement_id"], status, updated_at=LONG_AGO))
    assert found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT) == {}


def test_an_end_of_a_moment_ago_is_none(buy: Buy, contract_for: ContractFor, check: Any, tell: Any):
    bought = buy(STREAMS)
    check(contract_for(bought))
    tell(STREAMS, Agreement(bought["agreement_id"], "CANCELLED", updated_at=utcnow()))
    assert found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT) == {}


def test_another_agreement_of_the_contract_resolves_it(buy: Buy, contract_for: ContractFor, check: Any, tell: Any):
    bought = buy(STREAMS)
    check(contract_for(bought))
    tell(STREAMS, Agreement(bought["agreement_id"], "CANCELLED", updated_at=LONG_AGO))
    again = Agreement(
        "agmt-again", "ACTIVE", license_arns=(bought["license_arn"],), updated_at=LONG_AGO + timedelta(days=1)
    )
    tell(STREAMS, again)
    assert found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT) == {}


def test_a_contract_that_the_sweep_has_not_seen_is_left_to_its_check(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, products: Products
):
    bought = buy(STREAMS)
    check(contract_for(bought))
    with transaction():
        over = Agreement(bought["agreement_id"], "CANCELLED", updated_at=LONG_AGO)
        agreement_sweep.take([over], products.named(STREAMS), products, utcnow(), utcnow())
    assert found_of(FindingKind.ACCESS_WITHOUT_AGREEMENT) == {}


def test_a_hand_over_is_heard_so_that_the_end_is_none(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, check: Any, tell: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    tell(STREAMS, Agreement(bought["agreement_id"], "RENEWED", updated_at=LONG_AGO))
    assert [word.signal for word in words_of(fresh(database, contract))] == [Signal.CONTINUED]


# --- Stale, and dimensions nobody knows --------------------------------------------------------------------------


def test_a_contract_that_was_not_confirmed_for_days_is_stale(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    bought = buy(STREAMS)
    contract = contract_for(bought)
    check(contract)
    sandbox.cancel(bought["agreement_id"])
    with transaction():
        fresh(database, contract).confirmed_at = LONG_AGO
    sweep(STREAMS)
    finding = found_of(FindingKind.STALE)[str(contract.id)]
    assert finding.detail == "active, not confirmed since 2026-01-01 00:00 UTC"


def test_so_is_one_whose_check_keeps_failing(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, check: Any, sweep: Any
):
    contract = contract_for(buy(STREAMS))
    check(contract)
    with transaction():
        failing = fresh(database, contract)
        failing.check_due_at, failing.check_attempts = utcnow() + timedelta(minutes=1), 9
        failing.check_requested_at = utcnow() + timedelta(minutes=1)
    sweep(STREAMS)
    assert found_of(FindingKind.STALE)[str(contract.id)].detail == "AWS was asked 9 times and gave no answer"


def test_pay_as_you_go_is_confirmed_by_a_sweep_that_shows_nothing_of_it(
    database: SQLAlchemy, buy: Buy, contract_for: ContractFor, tell: Any, check_all: Any, sweep: Any
):
    bought = buy(ALERTS)
    contract = contract_for(bought)
    tell(ALERTS, in_force(bought))
    check_all()
    with transaction():
        fresh(database, contract).confirmed_at = LONG_AGO
    done = sweep(ALERTS)
    assert fresh(database, contract).confirmed_at == done.started_at
    assert found_of(FindingKind.STALE) == {}


def test_a_dimension_that_the_products_file_does_not_name_is_listed_once(
    database: SQLAlchemy, rows: list[EntitlementValue], streams: Product, products: Products
):
    taken = sweeps.take(STREAMS, utcnow(), anew=True)
    assert taken is not None
    bare = replace(streams, dimensions={"base": streams.dimension("base")})
    reconciliation.take_page(taken, bare, Page(utcnow(), rows, None), {}, products)
    (finding,) = findings.open_findings([FindingKind.UNKNOWN_DIMENSION])
    assert (finding.name, finding.detail) == ("events_million", "20 (integer)")


# --- By the clock, one at a time, interrupted --------------------------------------------------------------------


@pytest.fixture
def only_streams(sources: Sources, streams: Product) -> Sources:
    return replace(sources, products=Products([streams]))


def test_a_product_that_is_new_is_swept_after_a_while_and_then_every_hour(database: SQLAlchemy, only_streams: Sources):
    now = utcnow()
    assert turns.work_on_due(only_streams, now, 60) is False
    assert turns.work_on_due(only_streams, now + timedelta(minutes=11), 60) is True
    swept = database.session.get_one(Sweep, STREAMS, populate_existing=True)
    assert (swept.stage, swept.holder) == (None, None)
    assert swept.due_at == now + timedelta(minutes=71)


def test_a_sweep_makes_room_for_others_and_goes_on_where_it_was(
    database: SQLAlchemy, sandbox: SandboxClient, buy: Buy, only_streams: Sources
):
    for _ in range(2):
        sandbox.buy_many(STREAMS, 15, plan="base", quietly=True, dimensions={"events_million": 1})
    later = utcnow() + timedelta(minutes=11)
    turns.work_on_due(only_streams, utcnow(), 0)
    turns.work_on_due(only_streams, later, 0)
    begun = database.session.get_one(Sweep, STREAMS, populate_existing=True)
    assert (begun.stage, begun.pages, begun.holder) == (Stage.ENTITLEMENTS, 1, None)
    assert begun.cursor is not None
    while turns.work_on_due(only_streams, later, 0):
        pass
    done = database.session.get_one(Sweep, STREAMS, populate_existing=True)
    assert done.stage is None
    assert done.rows >= 60


def test_whose_process_was_killed_is_followed_by_another_who_goes_on(
    database: SQLAlchemy, sandbox: SandboxClient, only_streams: Sources
):
    sandbox.buy_many(STREAMS, 15, plan="base", quietly=True, dimensions={"events_million": 1})
    killed = sweeps.take(STREAMS, utcnow(), anew=True)
    assert killed is not None
    next(reconciliation.run(killed, only_streams.products.named(STREAMS), only_streams))
    cursor = killed.cursor
    assert cursor is not None
    soon, later = utcnow() + timedelta(minutes=1), utcnow() + sweeps.LEASE + timedelta(minutes=1)
    assert turns.work_on_due(only_streams, soon, 60) is False
    asked = []

    class Watched:
        def entitlement_pages(self, product_code: str, **more: Any) -> Any:
            asked.append(more["token"])
            return only_streams.marketplace.entitlement_pages(product_code, **more)

    watched: Any = Watched()
    assert turns.work_on_due(replace(only_streams, marketplace=watched), later, 60) is True
    assert asked == [cursor]
    assert database.session.get_one(Sweep, STREAMS, populate_existing=True).stage is None


def test_two_do_not_sweep_one_product_at_once(database: SQLAlchemy, at_once: Callable[..., list[Any]]):
    with transaction():
        sweeps.expect([STREAMS], utcnow())
    taken = at_once(*[lambda: sweeps.take(STREAMS, utcnow())] * 4)
    assert len([one for one in taken if isinstance(one, Sweep)]) == 1


def test_whose_time_is_over_writes_nothing(
    database: SQLAlchemy, rows: list[EntitlementValue], the_contract: Contract, streams: Product, products: Products
):
    slow = sweeps.take(STREAMS, utcnow(), anew=True)
    assert slow is not None
    database.session.expunge(slow)
    assert sweeps.take(STREAMS, utcnow() + sweeps.LEASE + timedelta(minutes=1)) is not None
    page = Page(utcnow(), [rows[0], replace(rows[1], value="77")], None)
    with pytest.raises(LostSweep):
        reconciliation.take_page(slow, streams, page, {}, products)
    assert granted(database, the_contract) == {"base": "1", "events_million": "20"}


def test_while_aws_is_away_a_sweep_waits_where_it_is(
    database: SQLAlchemy, sandbox: SandboxClient, only_streams: Sources, sweep: Any
):
    sandbox.fail("GetEntitlements", "InternalServiceErrorException", times=2)
    left = sweep(STREAMS)
    assert left.problem == "GetEntitlements: InternalServiceErrorException"
    assert (left.stage, left.holder) == (Stage.ENTITLEMENTS, None)
    assert left.due_at > utcnow()


def test_and_a_refusal_ends_it_until_the_next(database: SQLAlchemy, sandbox: SandboxClient, sweep: Any):
    sandbox.fail("GetEntitlements", "InvalidParameterException")
    over = sweep(STREAMS)
    assert (over.stage, over.finished_at) == (None, None)
    assert over.problem == "GetEntitlements: InvalidParameterException"


def test_an_unfinished_sweep_resolves_nothing(sandbox: SandboxClient, buy: Buy, contract_for: ContractFor, sweep: Any):
    bought = buy(STREAMS, account_id=GLOBEX_AWS)
    sweep(STREAMS)
    contract_for(bought)
    sandbox.fail("GetEntitlements", "InvalidParameterException")
    sweep(STREAMS)
    assert key_of(bought) in found_of(FindingKind.NEVER_LANDED)
