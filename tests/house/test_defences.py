"""What the proof takes away stands where it says, so that the proof does not rot between two runs."""

import ast
import re
from functools import cache

import pytest

from laptop.environment import ROOT
from tests.proof.defences import Defence, defences

ALL = defences()
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def ids(one: Defence) -> str:
    return f"{one.threat}: {one.what}"


@cache
def functions_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {part.name for part in tree.body if isinstance(part, ast.FunctionDef)}


@pytest.mark.parametrize("one", ALL, ids=ids)
def test_what_is_taken_away_stands_there_once(one: Defence):
    assert [change.file for change in one.changes if not change.is_there(ROOT)] == []


@pytest.mark.parametrize("one", ALL, ids=ids)
def test_who_must_notice_is_there(one: Defence):
    assert one.tests
    named = [test.partition("[")[0].split("::") for test in one.tests]
    assert [name for file, name in named if not (ROOT / file).exists() or name not in functions_in(file)] == []


@pytest.mark.parametrize("one", ALL, ids=ids)
def test_what_is_left_is_a_program(one: Defence):
    for file in one.files:
        text = (ROOT / file).read_text(encoding="utf-8")
        for change in one.changes:
            text = text.replace(change.text, change.instead) if change.file == file else text
        if file.endswith(".py"):
            ast.parse(text)


def test_no_two_have_one_name():
    assert len({ids(one) for one in ALL}) == len(ALL)


def test_every_threat_has_a_defence_that_is_tried_and_the_other_way_round():
    named = re.findall(r"^\| \*\*(.+?)[.:]?\*\*", THREATS, re.MULTILINE)
    assert set(named) == {one.threat for one in ALL}


def test_the_threat_model_says_how_many_are_tried():
    assert f"{len(ALL)} defences against {len({one.threat for one in ALL})} threats" in " ".join(THREATS.split())
