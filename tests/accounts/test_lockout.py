"""Wrong passwords make those wait who give them, and nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from portal.accounts import lockout
from portal.accounts.lockout import DEVICE, FIRST_PAUSE, HERE, SOURCE, STRANGERS, SignInTries
from portal.database import transaction, utcnow

pytestmark = pytest.mark.usefixtures("database")
NOW = utcnow()


def attempt(
    email: str = "alice", source: str = "192.0.2.1", device: str | None = None, after: timedelta = timedelta()
) -> timedelta | None:
    with transaction():
        return lockout.begin(lockout.counters("secret", email, source, device), NOW + after)


def succeed(email: str = "alice", source: str = "192.0.2.1", device: str | None = None) -> None:
    with transaction():
        lockout.right(lockout.counters("secret", email, source, device))


def test_some_wrong_passwords_are_free():
    assert [attempt() for _ in range(HERE.free + 1)] == [None] * (HERE.free + 1)


def test_then_there_is_a_pause():
    for _ in range(HERE.free + 1):
        attempt()
    assert attempt() == FIRST_PAUSE


def test_which_ends():
    for _ in range(HERE.free + 1):
        attempt()
    assert attempt(after=FIRST_PAUSE) is None


def test_and_grows_with_each_wrong_password_up_to_a_quarter_of_an_hour():
    pauses, at = [], timedelta()
    for _ in range(HERE.free + 9):
        while (wait := attempt(after=at)) is not None:
            pauses.append(wait)
            at += wait
    assert pauses[:3] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    assert max(pauses) == timedelta(minutes=15)


def test_tries_during_a_pause_make_it_no_longer():
    for _ in range(HERE.free + 1):
        attempt()
    for _ in range(20):
        attempt()
    assert attempt(after=FIRST_PAUSE) is None


def test_the_right_password_makes_all_good_again():
    for _ in range(HERE.free):
        attempt()
    succeed()
    assert [attempt() for _ in range(HERE.free + 1)] == [None] * (HERE.free + 1)


def test_so_does_an_hour():
    for _ in range(HERE.free):
        attempt()
    assert [attempt(after=timedelta(hours=1, seconds=1)) for _ in range(HERE.free + 1)][-1] is None


def test_a_stranger_elsewhere_keeps_nobody_waiting():
    for _ in range(HERE.free + 1):
        attempt(source="198.51.100.7")
    assert (attempt(source="198.51.100.7") is None, attempt()) == (False, None)


def test_many_places_that_try_one_account_make_strangers_wait():
    for number in range(STRANGERS.free + 1):
        attempt(source=f"198.51.100.{number}")
    assert attempt(source="203.0.113.9") is not None


def test_but_never_a_browser_that_is_known():
    for number in range(STRANGERS.free + 20):
        attempt(source=f"198.51.100.{number}", after=timedelta(hours=number / 50))
    assert attempt(device="alice's own") is None


def test_nor_does_an_attack_from_the_same_office():
    for number in range(SOURCE.free + 20):
        attempt(email=f"somebody {number}")
    assert (attempt(email="bob") is not None, attempt(device="alice's own")) == (True, None)


def test_one_place_that_tries_many_accounts_has_to_wait():
    for number in range(SOURCE.free + 1):
        attempt(email=f"somebody {number}")
    assert (attempt(email="another") is not None, attempt(email="another", source="203.0.113.9")) == (True, None)


def test_an_office_whose_people_know_their_passwords_does_not():
    for number in range(SOURCE.free * 3):
        assert attempt(email=f"somebody {number}") is None
        succeed(email=f"somebody {number}")


def test_a_known_browser_cannot_guess_on_either():
    for _ in range(DEVICE.free + 1):
        attempt(device="stolen")
    assert attempt(device="stolen") == FIRST_PAUSE


def test_many_at_once_are_not_more_tries(at_once: Callable[..., list[Any]]):
    attempt()
    answers = at_once(*[attempt] * (HERE.free + 3))
    assert sum(answer is None for answer in answers) == HERE.free


def test_neither_address_nor_place_is_kept_as_it_is(database: SQLAlchemy):
    attempt(email="alice@acme.example")
    rows = str(database.session.execute(select(SignInTries.__table__)).all())
    assert ("alice" in rows, "192.0.2.1" in rows) == (False, False)


def test_what_is_old_is_forgotten(database: SQLAlchemy):
    attempt()
    attempt(email="bob", source="203.0.113.9", after=timedelta(days=1, minutes=1))
    assert database.session.scalar(select(func.count()).select_from(SignInTries)) == 3
