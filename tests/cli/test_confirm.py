"""``flask confirm``, guided: what a person at a terminal is told. The unattended run is in tests/confirmation."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from portal.confirmation import runs
from portal.confirmation.models import ConfirmationRun
from portal.database import db
from tests.cast import ACME_AWS, ANALYTICS

Terminal = Callable[..., Result]


@pytest.fixture
def all_runs(app: Flask) -> Callable[[], list[ConfirmationRun]]:
    def read() -> list[ConfirmationRun]:
        with app.app_context():
            return list(db.session.scalars(db.select(ConfirmationRun)))

    return read


def test_a_run_is_begun_and_stays_open(flask: Terminal, all_runs: Callable[[], list[ConfirmationRun]]):
    result = flask("confirm", "--product", ANALYTICS, "--account", "4444-5555-6666")
    (run,) = all_runs()
    assert (result.exit_code, run.way, run.aws_account_ids, run.finished_at) == (1, "sandbox", [ACME_AWS], None)
    assert f"/staff/confirmation/{run.id}" in result.output


def test_the_second_time_the_open_run_is_shown(flask: Terminal, all_runs: Callable[[], list[ConfirmationRun]]):
    flask("confirm", "--product", ANALYTICS)
    flask("confirm", "--product", ANALYTICS, "--account", ACME_AWS)
    assert [run.aws_account_ids for run in all_runs()] == [[ACME_AWS]]


def test_every_open_step_says_what_to_look_at(flask: Terminal):
    output = flask("confirm", "--product", ANALYTICS).output
    assert "· signup.2" in output
    assert "look at:" in output


def test_no_account_is_printed_in_full(flask: Terminal):
    assert ACME_AWS not in flask("confirm", "--product", ANALYTICS, "--account", ACME_AWS, "--json").output


def test_finishing_keeps_the_report(flask: Terminal, app: Flask, all_runs: Callable[[], list[ConfirmationRun]]):
    result = flask("confirm", "--product", ANALYTICS, "--finish")
    with app.app_context():
        outcome = runs.find(all_runs()[0].id).outcome
    assert (result.exit_code, outcome) == (1, "incomplete")


def test_the_answer_for_programs_is_json_alone(flask: Terminal):
    result = flask("confirm", "--product", ANALYTICS, "--json")
    answer = json.loads(result.stdout)
    assert (answer["passed"], answer["reports"][0]["product_code"]) == (False, ANALYTICS)


def test_the_answer_for_programs_is_in_english(flask: Terminal):
    (report,) = json.loads(flask("confirm", "--product", ANALYTICS, "--finish", "--json").stdout)["reports"]
    assert [one["title"] for one in report["checklists"]][:1] == ["Before you begin: the product page"]


def test_the_report_is_written(flask: Terminal, tmp_path: Path):
    flask("confirm", "--product", ANALYTICS, "--report", str(tmp_path / "report.html"))
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ("<h1>Integration confirmation</h1>" in html, "<link" in html) == (True, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name one product"),
        (("--product", "4nothing"), "Not in the products file"),
        (("--product", ANALYTICS, "--account", "12"), "twelve digits"),
        (("--sandbox", "--wait"), "for guided runs"),
        (("--sandbox", "--finish"), "for guided runs"),
    ],
)
def test_a_command_that_is_not_right_is_told_so(flask: Terminal, words: tuple[str, ...], said: str):
    result = flask("confirm", *words)
    assert (result.exit_code, said in result.output) == (2, True)
