"""Codes on paper: each opens once, and guessing them ends soon."""

from collections.abc import Callable

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.accounts import factors, recovery
from portal.accounts.factors import MOST_TRIES, Answer
from portal.database import transaction, utcnow
from tests.cast import Somebody


@pytest.fixture
def codes(database: SQLAlchemy, alice: Somebody) -> list[str]:
    with transaction():
        factors.ensure(alice.id)
        return recovery.new_codes(alice.id)


def use(person: Somebody, code: str) -> Answer:
    with transaction():
        return recovery.use(person.id, code, utcnow())


def test_there_are_ten_and_all_differ(codes: list[str]):
    assert (len(codes), len(set(codes))) == (10, 10)


def test_each_opens_once(codes: list[str], alice: Somebody):
    assert [use(alice, codes[3]), use(alice, codes[3])] == [Answer.RIGHT, Answer.WRONG]


def test_however_it_is_typed(codes: list[str], alice: Somebody):
    assert use(alice, f"  {codes[0].upper().replace('-', ' ')} ") is Answer.RIGHT


def test_it_is_known_how_many_are_left(codes: list[str], alice: Somebody):
    use(alice, codes[0])
    assert recovery.left(alice.id) == 9


def test_new_ones_take_the_place_of_the_old(codes: list[str], alice: Somebody):
    with transaction():
        recovery.new_codes(alice.id)
    assert use(alice, codes[0]) is Answer.WRONG


def test_nobody_uses_somebody_else_s(codes: list[str], mallory: Somebody):
    with transaction():
        factors.ensure(mallory.id)
    assert use(mallory, codes[0]) is Answer.WRONG


def test_guessing_ends_soon(codes: list[str], alice: Somebody):
    answers = [use(alice, f"guess-{number}") for number in range(MOST_TRIES)]
    assert (answers[-1], use(alice, codes[0])) == (Answer.BLOCKED, Answer.BLOCKED)


def test_of_two_at_once_one_opens(codes: list[str], alice: Somebody, at_once: Callable[..., list[Answer]]):
    answers = at_once(*[lambda: use(alice, codes[0])] * 2)
    assert sorted(answers) == [Answer.RIGHT, Answer.WRONG]
