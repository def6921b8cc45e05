"""The unattended run: against a real sandbox, a real portal and a real worker, nothing mocked."""

import json
import re
from pathlib import Path

import pytest

from tests.cast import ANALYTICS, ARCHIVE
from tests.confirmation.conftest import Confirmed, Stage

USE_CASES = {"signup": 5, "signin": 5, "change": 4}
"""So many steps has each in the manual list."""


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report") / "report.html"


@pytest.fixture(scope="module")
def both(whole_stage: Stage, report_file: Path) -> Confirmed:
    """One run for each dialect."""
    return whole_stage.confirm("--report", str(report_file))


def test_it_passes_in_both_dialects(both: Confirmed):
    assert (both.status, [one["outcome"] for one in both.reports]) == (0, ["passed", "passed"])


def test_one_product_of_each_dialect_is_confirmed(both: Confirmed):
    assert {one["product_code"]: one["dialect"] for one in both.reports} == {ANALYTICS: "eventbridge", ARCHIVE: "sns"}


@pytest.mark.parametrize("case", USE_CASES)
def test_every_step_of_a_use_case_was_seen(both: Confirmed, case: str):
    for report in both.reports:
        (steps,) = [one["steps"] for one in report["checklists"] if one["id"] == case]
        assert [step["mark"] for step in steps] == ["done"] * USE_CASES[case]


def test_nothing_of_awss_checklist_that_a_program_can_see_is_open(both: Confirmed):
    for report in both.reports:
        (steps,) = [one["steps"] for one in report["checklists"] if one["id"] == "aws"]
        assert {step["id"] for step in steps if step["mark"] in {"open", "failed"}} == set()


def test_metering_is_said_not_to_apply(both: Confirmed):
    assert both.mark("aws.hourly") == "not applicable"


def test_a_change_tells_how_long_message_and_page_took(both: Confirmed):
    said = " ".join(fact["text"] for step in both.steps.values() for fact in step["facts"])
    assert re.search(r"From message to contract: .*From message to page: ", said)


def test_no_account_address_or_token_is_in_the_report(both: Confirmed):
    text = json.dumps(both.reports)
    assert re.findall(r"\b\d{12}\b|@gmail|arn:aws|agmt-", text) == []


def test_the_report_is_one_file_that_needs_nothing_else(both: Confirmed, report_file: Path):
    html = report_file.read_text(encoding="utf-8")
    assert (html.count("Passed"), re.findall(r'(?:src|href)="[^#"]+"', html)) == (2, [])


def test_it_can_be_run_again_and_tells_a_person_step_by_step(whole_stage: Stage, both: Confirmed):
    again = whole_stage.flask("confirm", "--sandbox", "--product", ARCHIVE)
    assert again.returncode == 0
    assert "✓ change.4" in again.stdout
    assert "Tidemark Archive: passed" in again.stdout
