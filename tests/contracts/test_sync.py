"""Reading from AWS again, and writing down the difference."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.contracts import checks, sync
from portal.contracts.asking import read
from portal.contracts.history import Because, changes_of
from portal.contracts.lifecycle import Signal, State
from portal.contracts.models import Cause, Contract, ContractChange, NameKind
from portal.contracts.reading import Reading
from portal.contracts.terms import Terms, note_terms
from portal.contracts.words import hear
from portal.database import transaction, utcnow
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import MarketplaceUnavailable
from portal.marketplace.values import EntitlementValue
from portal.products import Products
from tests.cast import ACME_AWS, ALERTS, ANALYTICS, ARCHIVE, GLOBEX_AWS
from tests.sandbox_client import SandboxClient

Open = Callable[..., Contract]
Say = Callable[..., None]
NOON = datetime(2126, 11, 22, 12, tzinfo=UTC)
SOON = datetime(2126, 12, 1, tzinfo=UTC)
SEATS = EntitlementValue(ANALYTICS, "seats", "10", "integer", SOON, license_arn="arn:aws:x:l-1")


@pytest.fixture
def contract(open_contract: Open) -> Contract:
    """A contract that nobody has read yet, made by hand."""
    return open_contract(license_arn="arn:aws:x:l-1")


@pytest.fixture
def write(database: SQLAlchemy, products: Products) -> Callable[..., bool]:
    """Writes a reading that was asked so many minutes after noon."""

    def write_it(contract: Contract, minutes: int, *rows: EntitlementValue, **more: Any) -> bool:
        reading = Reading(NOON + timedelta(minutes=minutes), list(rows))
        with transaction():
            return sync.write(contract.id, reading, products, cause=Cause.SWEEP, **more)

    return write_it


@pytest.fixture
def say(database: SQLAlchemy) -> Say:
    """Lets AWS say something of the contract's licence, so many minutes after noon."""

    def say_it(contract: Contract, signal: Signal, minutes: int = 0, license_id: str = "1") -> None:
        with transaction():
            locked = sync.lock([contract.id])[contract.id]
            hear(locked, [(NameKind.LICENSE, license_id)], signal, NOON + timedelta(minutes=minutes))

    return say_it


def lines(contract: Contract) -> list[tuple[str, Any, Any]]:
    """The history after the opening, oldest first: subject, value before, value after."""

    def value(side: dict[str, Any] | None) -> Any:
        return side and side["value"]

    changes = [change for change in reversed(changes_of(contract.id)) if change.subject != "opened"]
    return [(change.subject, value(change.before), value(change.after)) for change in changes]


def reread(database: SQLAlchemy, contract: Contract) -> Contract:
    return database.session.get_one(Contract, contract.id, populate_existing=True)


# --- Reading -----------------------------------------------------------------------------------------------------


def granted(reading: Reading) -> dict[str, str]:
    return {row.dimension: row.value for row in reading.entitlements}


def test_a_contract_is_read_by_its_licence_alone(
    buy: Callable[..., Any], contract_for: Callable[[Any], Contract], marketplace: Marketplace
):
    contract = contract_for(buy(dimensions={"seats": 7}))
    buy(dimensions={"seats": 70})
    assert granted(read(contract, marketplace)) == {"team": "1", "seats": "7"}


def test_a_legacy_contract_is_read_by_its_customer(
    buy: Callable[..., Any], open_contract: Open, marketplace: Marketplace
):
    bought = buy(ARCHIVE)
    contract = open_contract(ARCHIVE, customer_identifier=bought["customer_identifier"])
    assert granted(read(contract, marketplace)) == {"storage_tb": "5", "users": "3"}


def test_a_licence_that_aws_does_not_take_is_found_among_those_of_the_account(
    buy: Callable[..., Any], open_contract: Open, marketplace: Marketplace
):
    bought = buy(account_id=GLOBEX_AWS, dimensions={"seats": 8})
    buy(account_id=GLOBEX_AWS, dimensions={"seats": 80})
    in_an_event = f"aws:license-manager:us-east-1:123456789012:{bought['license_arn'].rpartition(':')[2]}"
    contract = open_contract(license_arn=in_an_event, aws_account_id=GLOBEX_AWS)
    assert granted(read(contract, marketplace)) == {"team": "1", "seats": "8"}


def test_a_purchase_that_cannot_be_asked_for_grants_nothing(open_contract: Open, marketplace: Marketplace):
    contract = open_contract(agreement_id="agmt-1")
    assert read(contract, marketplace).entitlements == []


def test_a_reading_says_when_it_was_asked(
    buy: Callable[..., Any], contract_for: Callable[[Any], Contract], marketplace: Marketplace
):
    before = utcnow()
    reading = read(contract_for(buy()), marketplace)
    assert before <= reading.asked_at <= utcnow()


def test_when_aws_is_away_nothing_is_read(
    sandbox: SandboxClient,
    buy: Callable[..., Any],
    contract_for: Callable[[Any], Contract],
    marketplace: Marketplace,
):
    contract = contract_for(buy())
    sandbox.fail("GetEntitlements", "InternalServiceErrorException")
    with pytest.raises(MarketplaceUnavailable):
        read(contract, marketplace)


def test_what_aws_changes_is_followed(
    sandbox: SandboxClient,
    buy: Callable[..., Any],
    contract_for: Callable[[Any], Contract],
    check: Callable[[Contract], bool],
):
    bought = buy()
    contract = contract_for(bought)
    check(contract)
    sandbox.change(bought["agreement_id"], plan="business", dimensions={"seats": 25})
    check(contract)
    assert lines(contract)[-3:] == [
        ("dimension:business", None, "1"),
        ("dimension:seats", "10", "25"),
        ("dimension:team", "1", None),
    ]


def test_what_is_cancelled_has_ended(
    database: SQLAlchemy,
    sandbox: SandboxClient,
    buy: Callable[..., Any],
    contract_for: Callable[[Any], Contract],
    check: Callable[[Contract], bool],
):
    bought = buy()
    contract = contract_for(bought)
    check(contract)
    sandbox.cancel(bought["agreement_id"])
    check(contract)
    assert reread(database, contract).state == State.ENDED


# --- Writing -----------------------------------------------------------------------------------------------------


def test_a_first_reading_makes_the_contract_active(
    contract: Contract, write: Callable[..., bool], database: SQLAlchemy
):
    write(contract, 0, SEATS)
    assert reread(database, contract).state == State.ACTIVE


def test_a_first_reading_is_written_into_the_history(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS)
    assert lines(contract) == [("dimension:seats", None, "10"), ("state", "waiting", "active")]


def test_a_reading_that_changes_something_says_so(contract: Contract, write: Callable[..., bool]):
    assert write(contract, 0, SEATS) is True


def test_a_reading_that_changes_nothing_says_so(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS)
    assert write(contract, 1, SEATS) is False


def test_a_reading_that_changes_nothing_still_is_a_confirmation(
    contract: Contract, write: Callable[..., bool], database: SQLAlchemy
):
    write(contract, 0, SEATS)
    write(contract, 1, SEATS)
    assert reread(database, contract).confirmed_at == NOON + timedelta(minutes=1)


def test_a_change_has_old_and_new(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS)
    write(contract, 1, replace(SEATS, value="25"))
    assert lines(contract)[-1] == ("dimension:seats", "10", "25")


def test_a_change_names_its_cause(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS, detail="License Updated")
    change: ContractChange = changes_of(contract.id)[0]
    assert (change.cause, change.detail) == ("sweep", "License Updated")


def test_a_new_date_alone_is_a_change(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS)
    assert write(contract, 1, replace(SEATS, expires_at=SOON + timedelta(days=365))) is True


def test_every_change_moves_the_version_on(contract: Contract, write: Callable[..., bool], database: SQLAlchemy):
    before = contract.version
    write(contract, 0, SEATS)
    assert reread(database, contract).version == before + 3  # an entitlement and the state; the state is shown, too


def test_a_reading_asked_earlier_than_the_last_changes_nothing(contract: Contract, write: Callable[..., bool]):
    write(contract, 5, SEATS)
    assert write(contract, 4, replace(SEATS, value="25")) is False


def test_and_leaves_the_later_one_as_it_is(contract: Contract, write: Callable[..., bool], database: SQLAlchemy):
    write(contract, 5, SEATS)
    write(contract, 4)
    found = reread(database, contract)
    assert (found.state, found.confirmed_at) == (State.ACTIVE, NOON + timedelta(minutes=5))


def test_the_same_reading_written_twice_is_written_once(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS)
    write(contract, 0, SEATS)
    assert len(lines(contract)) == 2


def test_nothing_granted_any_more_is_the_end(contract: Contract, write: Callable[..., bool]):
    write(contract, 0, SEATS)
    write(contract, 1)
    assert lines(contract)[-2:] == [("dimension:seats", "10", None), ("state", "active", "ended")]


def test_nothing_granted_yet_is_not_the_end(contract: Contract, write: Callable[..., bool], database: SQLAlchemy):
    write(contract, 0)
    assert reread(database, contract).state == State.WAITING


def test_what_is_granted_again_lives_again(contract: Contract, write: Callable[..., bool], database: SQLAlchemy):
    write(contract, 0, SEATS)
    write(contract, 1)
    write(contract, 2, SEATS)
    assert reread(database, contract).state == State.ACTIVE


def test_and_the_reason_of_its_end_is_forgotten(contract: Contract, write: Callable[..., bool], database: SQLAlchemy):
    write(contract, 0, SEATS)
    with transaction():
        reread(database, contract).ended_because = "EXPIRED"
    write(contract, 1)
    write(contract, 2, SEATS)
    assert reread(database, contract).ended_because is None


def test_a_subscription_is_active_because_it_was_said(
    open_contract: Open, write: Callable[..., bool], say: Say, database: SQLAlchemy
):
    contract = open_contract(ALERTS, license_arn="arn:aws:x:l-1")
    say(contract, Signal.GRANTED)
    write(contract, 0)
    assert reread(database, contract).state == State.ACTIVE


def test_a_subscription_does_not_end_for_want_of_entitlements(
    open_contract: Open, write: Callable[..., bool], say: Say, database: SQLAlchemy
):
    contract = open_contract(ALERTS, license_arn="arn:aws:x:l-1")
    say(contract, Signal.GRANTED)
    write(contract, 0)
    write(contract, 1)
    assert reread(database, contract).state == State.ACTIVE


def test_an_answer_ends_the_waiting_for_it(contract: Contract, write: Callable[..., bool], database: SQLAlchemy):
    with transaction():
        checks.request_check(contract.id)
    write(contract, 0, SEATS)
    assert reread(database, contract).check_requested_at is None


def test_a_check_that_is_asked_for_twice_is_awaited_since_the_first_time(contract: Contract, database: SQLAlchemy):
    with transaction():
        checks.request_check(contract.id)
    since = reread(database, contract).check_requested_at
    with transaction():
        checks.request_check(contract.id)
    assert reread(database, contract).check_requested_at == since


def test_two_readings_written_at_once_leave_the_later_one(
    contract: Contract, products: Products, at_once: Callable[..., list[Any]], database: SQLAlchemy
):
    def writer(minutes: int) -> Callable[[], None]:
        def write_it() -> None:
            rows = [replace(SEATS, value=str(minutes))]
            with transaction():
                sync.write(contract.id, Reading(NOON + timedelta(minutes=minutes), rows), products, cause=Cause.SWEEP)

        return write_it

    problems = at_once(*[writer(minutes) for minutes in range(1, 7)])
    (row,) = reread(database, contract).entitlements
    assert (problems, row.value) == ([None] * 6, "6")


def test_an_account_s_other_contract_is_left_alone(
    database: SQLAlchemy,
    sandbox: SandboxClient,
    buy: Callable[..., Any],
    contract_for: Callable[[Any], Contract],
    check: Callable[[Contract], bool],
):
    ending, staying = buy(account_id=ACME_AWS), buy(account_id=ACME_AWS)
    contracts = [contract_for(ending), contract_for(staying)]
    sandbox.cancel(ending["agreement_id"])
    for contract in contracts:
        check(contract)
    assert [reread(database, contract).state for contract in contracts] == [State.WAITING, State.ACTIVE]


# --- Terms -------------------------------------------------------------------------------------------------------


@pytest.fixture
def note(database: SQLAlchemy) -> Callable[..., bool]:
    """Notes terms that an event of so many minutes after noon told."""

    def note_it(contract: Contract, minutes: int | None, **terms: Any) -> bool:
        occurred_at = None if minutes is None else NOON + timedelta(minutes=minutes)
        with transaction():
            found = reread(database, contract)
            return note_terms(found, Terms(**terms), occurred_at, Because(Cause.NOTIFICATION))

    return note_it


def test_terms_are_written_with_their_history(contract: Contract, note: Callable[..., bool]):
    note(contract, 0, ends_at=SOON, auto_renew=False)
    assert lines(contract) == [("ends_at", None, SOON.isoformat()), ("auto_renew", None, False)]


def test_what_an_event_does_not_say_stays(contract: Contract, note: Callable[..., bool], database: SQLAlchemy):
    note(contract, 0, ends_at=SOON)
    note(contract, 1, auto_renew=True)
    assert reread(database, contract).ends_at == SOON


def test_an_event_that_is_late_does_not_undo_a_newer_one(
    contract: Contract, note: Callable[..., bool], database: SQLAlchemy
):
    note(contract, 5, auto_renew=True)
    note(contract, 4, auto_renew=False)
    assert reread(database, contract).auto_renew is True


def test_an_event_without_a_time_is_believed(contract: Contract, note: Callable[..., bool]):
    note(contract, 5, auto_renew=True)
    assert note(contract, None, auto_renew=False) is True


def test_terms_told_twice_are_no_change(contract: Contract, note: Callable[..., bool]):
    note(contract, 0, ends_at=SOON)
    assert note(contract, 1, ends_at=SOON) is False


# --- Purchases are kept apart --------------------------------------------------------------------------------------


def test_the_licence_of_a_legacy_customer_is_learned_so_that_a_move_to_concurrent_agreements_finds_the_contract(
    buy: Callable[..., Any], open_contract: Open, check: Callable[[Contract], bool]
):
    bought = buy(ARCHIVE)
    contract = open_contract(ARCHIVE, customer_identifier=bought["customer_identifier"])
    check(contract)
    assert open_contract(ARCHIVE, license_arn=bought["license_arn"]).id == contract.id


def test_what_another_contract_bears_is_not_read_twice(
    buy: Callable[..., Any], open_contract: Open, marketplace: Marketplace
):
    bought = buy(ARCHIVE)
    contract = open_contract(ARCHIVE, customer_identifier=bought["customer_identifier"])
    open_contract(ARCHIVE, license_arn=bought["license_arn"])
    assert read(contract, marketplace).entitlements == []


def test_a_licence_known_from_an_event_is_kept_in_full_once_aws_spells_it(
    buy: Callable[..., Any], open_contract: Open, check: Callable[[Contract], bool], database: SQLAlchemy
):
    bought = buy(account_id=GLOBEX_AWS)
    in_an_event = f"aws:license-manager:us-east-1:123456789012:{bought['license_arn'].rpartition(':')[2]}"
    contract = open_contract(license_arn=in_an_event, aws_account_id=GLOBEX_AWS)
    check(contract)
    database.session.expire_all()
    assert [name.text for name in contract.names] == [bought["license_arn"]]


def test_a_renewal_under_a_new_licence_is_one_change_of_date(contract: Contract, write: Callable[..., bool]):
    write(contract, 1, SEATS)
    renewed = replace(SEATS, license_arn="arn:aws:x:l-2", expires_at=SOON + timedelta(days=365))
    write(contract, 2, renewed)
    assert lines(contract)[2:] == [("dimension:seats", "10", "10")]


def test_whoever_asks_after_a_reading_began_is_still_owed_an_answer(
    contract: Contract, write: Callable[..., bool], database: SQLAlchemy
):
    with transaction():
        checks.request_check(contract.id)
    write(contract, -60 * 24 * 365 * 110, SEATS)
    assert reread(database, contract).check_requested_at is not None


def test_an_ended_contract_says_when_aws_showed_nothing(
    contract: Contract, write: Callable[..., bool], database: SQLAlchemy
):
    write(contract, 1, SEATS)
    write(contract, 2)
    assert reread(database, contract).ended_at == NOON + timedelta(minutes=2)
