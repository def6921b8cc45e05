"""The pages for reviewers say of every requirement what holds, and name only what there is."""

import re
from collections import Counter

import pytest

from laptop.environment import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""Sections of ASVS 5.0.0, and how many requirements of levels 1 and 2 each has."""
VERDICTS = {"holds", "does not apply", "the installation's", "**does not hold**"}


def _wanted() -> list[str]:
    sections = (part.split(":") for part in SECTIONS.split())
    return [f"{section}.{number}" for section, count in sections for number in range(1, int(count) + 1)]


def test_every_requirement_stands_there_once():
    numbers = [row[0] for row in ROW.findall(SECURITY)]
    assert (numbers, len(numbers)) == (_wanted(), 253)


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
