"""Codes of an authenticator app."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.accounts import factors
from portal.accounts.factors import Answer
from portal.database import transaction, utcnow
from portal.sealing import Seal
from tests.cast import Somebody

SEAL = Seal("s" * 32, factors.PURPOSE)
NOW = utcnow().replace(second=10, microsecond=0)


def give(person: Somebody, code: str, now: datetime = NOW) -> Answer:
    with transaction():
        return factors.check_code(person.id, code, SEAL, now)


@pytest.fixture
def app_of_alice(database: SQLAlchemy, alice: Somebody) -> pyotp.TOTP:
    """Alice's authenticator app, whose first code was taken an hour ago."""
    with transaction():
        factors.new_key(alice.id, SEAL)
    app = pyotp.TOTP(factors.key_to_show(alice.id, SEAL) or "")
    with transaction():
        before = NOW - timedelta(hours=1)
        assert factors.confirm_key(alice.id, app.at(before), SEAL, before) is Answer.RIGHT
    return app


def test_the_code_of_now_is_right(app_of_alice: pyotp.TOTP, alice: Somebody):
    assert give(alice, app_of_alice.at(NOW)) is Answer.RIGHT


def test_blanks_do_not_matter(app_of_alice: pyotp.TOTP, alice: Somebody):
    code = app_of_alice.at(NOW)
    assert give(alice, f" {code[:3]} {code[3:]} ") is Answer.RIGHT


@pytest.mark.parametrize("seconds", [-30, 30])
def test_a_clock_may_be_half_a_minute_off(app_of_alice: pyotp.TOTP, alice: Somebody, seconds: int):
    assert give(alice, app_of_alice.at(NOW + timedelta(seconds=seconds))) is Answer.RIGHT


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_code_of_another_time_is_wrong(app_of_alice: pyotp.TOTP, alice: Somebody, seconds: int):
    assert give(alice, app_of_alice.at(NOW + timedelta(seconds=seconds))) is Answer.WRONG


@pytest.mark.parametrize("rubbish", ["", "12345", "abcdef", "١٢٣٤٥٦", "000000 OR 1=1"])
def test_rubbish_is_wrong(app_of_alice: pyotp.TOTP, alice: Somebody, rubbish: str):
    assert give(alice, rubbish) is Answer.WRONG


def test_a_code_is_good_once(app_of_alice: pyotp.TOTP, alice: Somebody):
    code = app_of_alice.at(NOW)
    assert [give(alice, code), give(alice, code)] == [Answer.RIGHT, Answer.WRONG]


def test_of_two_who_give_one_code_at_once_one_is_right(
    app_of_alice: pyotp.TOTP, alice: Somebody, at_once: Callable[..., list[object]]
):
    code = app_of_alice.at(NOW)
    assert sorted(map(str, at_once(*[lambda: give(alice, code)] * 3))) == ["right", "wrong", "wrong"]


def test_after_five_wrong_ones_even_the_right_one_has_to_wait(app_of_alice: pyotp.TOTP, alice: Somebody):
    answers = [give(alice, "000000") for _ in range(5)]
    assert answers == [Answer.WRONG] * 4 + [Answer.BLOCKED]
    assert give(alice, app_of_alice.at(NOW)) is Answer.BLOCKED


def test_many_at_once_are_not_more_tries_than_five(
    app_of_alice: pyotp.TOTP, alice: Somebody, at_once: Callable[..., list[object]]
):
    answers = at_once(*[lambda: give(alice, "000000")] * 12)
    assert (answers.count(Answer.WRONG), answers.count(Answer.BLOCKED)) == (4, 8)


def test_the_pause_ends(app_of_alice: pyotp.TOTP, alice: Somebody):
    for _ in range(5):
        give(alice, "000000")
    later = NOW + factors.PAUSE
    assert give(alice, app_of_alice.at(later), later) is Answer.RIGHT


def test_the_right_one_makes_the_wrong_ones_forgotten(app_of_alice: pyotp.TOTP, alice: Somebody):
    for minutes in (0, 2, 4):
        now = NOW + timedelta(minutes=minutes)
        assert [give(alice, "000000", now) for _ in range(4)] == [Answer.WRONG] * 4
        assert give(alice, app_of_alice.at(now), now) is Answer.RIGHT


def test_whoever_has_no_app_has_no_code(database: SQLAlchemy, alice: Somebody):
    with transaction():
        factors.ensure(alice.id)
    assert give(alice, "000000") is Answer.WRONG


def test_the_key_is_unreadable_in_the_database(app_of_alice: pyotp.TOTP, alice: Somebody):
    factor = factors.factor_of(alice.id)
    assert factor is not None
    assert app_of_alice.secret not in str(factor.sealed_key)


def test_a_key_whose_first_code_is_awaited_counts_for_nothing(database: SQLAlchemy, alice: Somebody):
    with transaction():
        factors.new_key(alice.id, SEAL)
    assert give(alice, pyotp.TOTP(factors.key_to_show(alice.id, SEAL) or "").at(NOW)) is Answer.WRONG
