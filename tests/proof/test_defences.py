"""The proof of the defences, tried on a house with one door."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof.defences import Change, Defence, Ground, Outcome

FILES = {
    "door.py": "def opens(key):\n    return key == 'right'\n",
    "test_door.py": """
import door


def test_a_wrong_key_stays_outside():
    assert not door.opens("wrong")


def test_somebody_looks_at_the_door():
    assert door.opens("wrong") in {True, False}


def test_it_is_red():
    assert False
""",
}
LOCK = Change("door.py", "return key == 'right'", "return True")
STRICT, LENIENT = "test_door.py::test_a_wrong_key_stays_outside", "test_door.py::test_somebody_looks_at_the_door"

Judge = Callable[..., Outcome]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    house, copy = tmp_path / "house", tmp_path / "copy"
    house.mkdir()
    for name, text in FILES.items():
        (house / name).write_text(text)
    return Ground(copy, FILES, house)


@pytest.fixture
def judge(ground: Ground) -> Judge:
    def judge(*tests: str, change: Change = LOCK) -> Outcome:
        return ground.judge(Defence("thieves", "a lock", (change,), tests)).outcome

    return judge


def test_a_test_that_fails_has_seen_it(judge: Judge):
    assert judge(STRICT) is Outcome.SEEN


def test_one_that_is_content_has_not(judge: Judge):
    assert judge(STRICT, LENIENT) is Outcome.UNSEEN


@pytest.mark.parametrize("instead", ["return nobody_knows", "return ("])
def test_a_house_that_fell_down_shows_nothing(judge: Judge, instead: str):
    assert judge(STRICT, change=Change("door.py", LOCK.text, instead)) is Outcome.BROKEN


@pytest.mark.parametrize("text", ["return key == 'left'", "e"])
def test_what_does_not_stand_there_once_is_told(judge: Judge, text: str):
    assert judge(STRICT, change=Change("door.py", text, "")) is Outcome.NOT_THERE


def test_everything_is_put_back(judge: Judge, ground: Ground):
    judge(STRICT)
    assert ground.complaints([STRICT, LENIENT]) == []


def test_a_test_that_fails_anyway_or_is_not_there_is_told_before(ground: Ground):
    red, none = "test_door.py::test_it_is_red", "test_door.py::test_it_is_green"
    assert [words.split(": ")[0] for words in ground.complaints([STRICT, red])] == [red]
    assert ground.complaints([none]) != []
