"""``flask audit``."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from portal import audit
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow

Run = Callable[..., Result]


@pytest.fixture
def head(app: Flask, flask: Run) -> str:
    """Three lines, chained; the latest link as it is printed."""
    with app.app_context(), transaction():
        for number in range(3):
            audit.record("worker", "contract changed", f"contract:{number}", why="@SUM(1)")
    return flask("audit", "head").output.strip()


def test_a_whole_chain_ends_with_0(flask: Run, head: str):
    result = flask("audit", "verify", "--against", head)
    assert (result.exit_code, "The chain is whole." in result.output) == (0, True)


def test_a_changed_line_ends_with_1_and_is_named(flask: Run, head: str, app: Flask):
    with app.app_context(), transaction():
        db.session.execute(update(AuditEntry).where(AuditEntry.thing == "contract:1").values(actor="x"))
    result = flask("audit", "verify")
    assert (result.exit_code, "(link 2) is not what was sealed" in result.output) == (1, True)


def test_lines_that_nobody_chained_while_the_worker_was_away_are_no_alarm(flask: Run, head: str, app: Flask):
    with app.app_context(), transaction():
        at = utcnow() - timedelta(minutes=20)
        db.session.add(AuditEntry(actor="worker", action="contract changed", thing="contract:4", detail={}, at=at))
    result = flask("audit", "verify", "--against", head)
    assert (result.exit_code, "4 lines, 4 links" in result.output) == (0, True)


def test_programs_are_told_in_json(flask: Run, head: str):
    told = json.loads(flask("audit", "verify", "--json").stdout)
    assert (told["ok"], told["entries"], told["head"]) == (True, 3, head)


def test_a_head_that_is_none_is_said(flask: Run):
    result = flask("audit", "verify", "--against", "abc")
    assert (result.exit_code, "as `flask audit head` prints it" in result.output) == (2, True)


def test_the_export_as_csv_has_no_formula(flask: Run, head: str):
    lines = flask("audit", "export").stdout.splitlines()
    assert (len(lines), "'@SUM(1)" in lines[1]) == (4, True)


def test_the_export_as_json_is_one_object_a_line(flask: Run, head: str):
    lines = [json.loads(line) for line in flask("audit", "export", "--format", "json").stdout.splitlines()]
    assert [line["thing"] for line in lines] == ["contract:0", "contract:1", "contract:2"]


def test_an_export_may_be_of_some_days(flask: Run, head: str):
    assert flask("audit", "export", "--until", "2020-01-01").stdout.count("\n") == 1
