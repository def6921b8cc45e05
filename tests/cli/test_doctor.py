"""``flask doctor``, at a terminal."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from portal.doctor.lines import Part

Terminal = Callable[..., Result]


def test_a_part_with_nothing_wrong_ends_with_0(flask: Terminal):
    result = flask("doctor", "--only", "queue")
    assert result.exit_code == 0
    # What other tests have left in the queue may be a warning.
    assert sum(result.output.count(sign) for sign in "✓!") == 5
    assert " right, in " in result.output


def test_what_is_wrong_ends_with_1_and_says_what_to_do(flask: Terminal):
    result = flask("doctor", "--only", "worker")
    assert result.exit_code == 1
    assert "✗ Worker: consumer" in result.output
    assert "→ Start `python worker.py`" in result.output


def test_warnings_are_let_pass(flask: Terminal, sandbox):
    sandbox.fail("SearchAgreements", "AccessDeniedException")
    result = flask("doctor", "--only", "access")
    assert (result.exit_code, "! May call SearchAgreements" in result.output) == (0, True)


def test_but_for_strict_people(flask: Terminal, sandbox):
    sandbox.fail("SearchAgreements", "AccessDeniedException")
    assert flask("doctor", "--only", "access", "--strict").exit_code == 1


def test_programs_are_told_the_same(flask: Terminal):
    result = flask("doctor", "--json", "--only", "redis", "--only", "worker")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["counts"]["wrong"]) == (1, 4)
    assert {line["part"] for line in told["lines"]} == {"redis", "worker"}
    assert set(told["lines"][0]) == {"part", "key", "title", "state", "found", "fix"}


def test_nothing_but_json_is_written_for_programs(flask: Terminal):
    json.loads(flask("doctor", "--json").stdout)


def test_without_a_choice_every_part_is_examined(flask: Terminal):
    told = json.loads(flask("doctor", "--json").stdout)
    assert {line["part"] for line in told["lines"]} == {str(part) for part in Part}


def test_a_part_that_there_is_not_is_refused(flask: Terminal):
    assert flask("doctor", "--only", "everything").exit_code == 2


@pytest.mark.parametrize("columns", [60, 100, 300])
def test_lines_fit_the_terminal(flask: Terminal, monkeypatch: pytest.MonkeyPatch, columns: int):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = flask("doctor", "--only", "queue", "--only", "worker", "--only", "settings").stdout.splitlines()
    assert max(len(line) for line in lines) <= max(60, min(columns, 120))


def test_the_help_says_how_it_ends(flask: Terminal):
    words = " ".join(flask("doctor", "--help").output.split())
    assert "Ends with 0 when nothing is wrong" in words
