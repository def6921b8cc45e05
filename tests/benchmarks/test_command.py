"""The command line."""

import subprocess
import sys

import pytest

from benchmarks.__main__ import _options
from benchmarks.parts import PARTS
from laptop.environment import ROOT


def test_help_names_every_part():
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    told = " ".join(ended.stdout.split())
    assert [part.subject for part in PARTS.values() if part.subject not in told] == []


def test_parts_are_chosen_by_their_letters():
    assert _options(["--only", "b, a"]).only == ["b", "a"]


@pytest.mark.parametrize("letters", ["z", "a,z", "", ","])
def test_an_unknown_part_is_refused(letters: str, capsys):
    with pytest.raises(SystemExit):
        _options(["--only", letters])
    assert "is no part; there are" in capsys.readouterr().err


def test_without_a_choice_everything_is_measured():
    assert _options([]).only == list(PARTS)
