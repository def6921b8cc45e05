"""Letters about contracts that are about to end: 30, 7 and 1 days before, once each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.contracts.notices import Desk
from portal.contracts.reminders import tell_endings
from portal.database import db, transaction, utcnow
from portal.mail.letters import Sender
from portal.mail.models import Letter
from portal.products import Products
from tests.cast import ANALYTICS, Somebody

SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")
Tell = Callable[[datetime], int]


@pytest.fixture
def end(alice: Somebody) -> datetime:
    return utcnow() + timedelta(days=100)


@pytest.fixture
def contract(database: SQLAlchemy, alice: Somebody, end: datetime) -> Contract:
    """A contract of Acme's that ends in 100 days and is not renewed by itself."""
    with transaction():
        contract = Contract(
            product_code=ANALYTICS,
            state=State.ACTIVE,
            organisation_id=alice.organisation_id,
            linked_by_id=alice.id,
            linked_at=utcnow(),
            until_at=end,
            auto_renew=False,
        )
        db.session.add(contract)
    return contract


@pytest.fixture
def tell(products: Products) -> Tell:
    return lambda now: tell_endings(Desk(SENDER, products), now)


def test_it_is_told_30_7_and_1_days_before(contract: Contract, tell: Tell, end: datetime):
    told = {days for days in range(100, -3, -1) if tell(end - timedelta(days=days) + timedelta(minutes=1))}
    assert told == {30, 7, 1}


def test_each_is_told_once_however_often_the_clock_strikes(contract: Contract, tell: Tell, end: datetime):
    hours = [end - timedelta(hours=hours) for hours in range(40 * 24, -48, -2)]
    assert sum(tell(hour) for hour in hours) == 3


def test_two_clocks_tell_it_once(
    contract: Contract, products: Products, end: datetime, at_once: Callable[..., list[Any]]
):
    now = end - timedelta(days=7)
    told = at_once(*[lambda: tell_endings(Desk(SENDER, products), now)] * 4)
    assert (sum(told), db.session.query(Letter).count()) == (1, 1)


def test_a_clock_that_stood_still_for_a_day_tells_it_later(contract: Contract, tell: Tell, end: datetime):
    assert tell(end - timedelta(days=29)) == 1


def test_a_contract_that_came_late_is_not_told_what_is_long_past(contract: Contract, tell: Tell, end: datetime):
    assert tell(end - timedelta(days=20)) == 0


def test_the_letter_says_when_and_what_to_do(contract: Contract, tell: Tell, end: datetime, alice: Somebody):
    tell(end - timedelta(days=7))
    letter = db.session.scalars(select(Letter)).one()
    text = " ".join(letter.text.split())
    assert (letter.to, f"{end.day} {end:%B %Y}" in text, "Automatic renewal is off" in text) == (
        alice.email,
        True,
        True,
    )


@pytest.mark.parametrize(("auto_renew", "told"), [(False, 1), (None, 1), (True, 0)])
def test_what_renews_by_itself_is_left_alone(
    contract: Contract, tell: Tell, end: datetime, auto_renew: bool | None, told: int
):
    with transaction():
        contract.auto_renew = auto_renew
    assert tell(end - timedelta(days=7)) == told


@pytest.mark.parametrize("state", [State.WAITING, State.ENDED, State.SUPERSEDED])
def test_what_is_not_going_on_is_left_alone(contract: Contract, tell: Tell, end: datetime, state: State):
    with transaction():
        contract.state = state
    assert tell(end - timedelta(days=7)) == 0


def test_what_another_contract_goes_on_for_is_left_alone(contract: Contract, tell: Tell, end: datetime):
    with transaction():
        db.session.add(Contract(product_code=ANALYTICS, continues_id=contract.id))
    assert tell(end - timedelta(days=7)) == 0


def test_what_nobody_has_is_left_alone(contract: Contract, tell: Tell, end: datetime):
    with transaction():
        contract.organisation_id = None
    assert tell(end - timedelta(days=7)) == 0


def test_an_end_that_moves_by_years_is_told_again(contract: Contract, tell: Tell, end: datetime):
    tell(end - timedelta(days=7))
    with transaction():
        contract.until_at = end + timedelta(days=365)
    assert tell(end + timedelta(days=358)) == 1
