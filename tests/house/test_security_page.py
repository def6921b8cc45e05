"""The pages for reviewers say of every requirement what holds, and name only what there is."""

import re
from collections import Counter

import pytest

from laptop.environment import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
PER_CHAPTER = (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7)
OF_CHAPTERS = {number + 1: count for number, count in enumerate(PER_CHAPTER)}
"""How many requirements of levels 1 and 2 ASVS 5.0.0 has, by chapter."""
VERDICTS = {"holds", "does not apply", "the installation's", "**does not hold**"}


def test_every_requirement_stands_there_once():
    numbers = [row[0] for row in ROW.findall(SECURITY)]
    assert len(numbers) == len(set(numbers)) == 253
    assert Counter(int(number.partition(".")[0]) for number in numbers) == OF_CHAPTERS


def test_each_has_a_verdict():
    assert {row[2] for row in ROW.findall(SECURITY)} <= VERDICTS


def test_what_holds_says_where_and_what_does_not_says_why():
    assert [row[0] for row in ROW.findall(SECURITY) if not row[3].strip() and row[2] != "holds"] == []


def test_the_sum_at_the_top_is_right():
    verdicts = Counter(row[2] for row in ROW.findall(SECURITY))
    said = re.search(r"(\d+) hold, (\d+) do not apply, (\d+) are the installation's, and (\d+) do not hold", SECURITY)
    assert said
    assert [int(number) for number in said.groups()] == [
        verdicts[one] for one in ("holds", "does not apply", "the installation's", "**does not hold**")
    ]


@pytest.mark.parametrize("page", [SECURITY, THREATS], ids=["security", "threats"])
def test_every_file_that_is_named_is_there(page: str):
    named = set(re.findall(r"`((?:portal|tests)/[\w./-]+)`", page)) | set(re.findall(r"\bdocs/[\w./-]+\.md", page))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_each_attack_names_its_test():
    rows = [line for line in THREATS.splitlines() if line.startswith("| **")]
    assert len(rows) > 15
    assert [row[:60] for row in rows if "`tests/" not in row] == []
