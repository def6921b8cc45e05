"""What a person at a terminal may ask about contracts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from portal.contracts import findings, sweeps
from portal.contracts.findings import FindingKind, Found
from portal.contracts.models import Contract, Entitlement
from portal.database import db, transaction, utcnow
from portal.notifications.models import Fate, Notification
from tests.cast import ACME_AWS, ARCHIVE, STREAMS
from tests.sandbox_client import SandboxClient

Terminal = Callable[..., Result]
Buy = Callable[..., dict[str, Any]]


def key_of(bought: dict[str, Any]) -> str:
    return str(bought["license_arn"]).rpartition("l-")[2]


# --- Every command -----------------------------------------------------------------------------------------------

COMMANDS = [
    ("contracts",),
    ("contracts", "sync"),
    ("contracts", "findings"),
    ("contracts", "import"),
    ("contracts", "status"),
    ("notifications",),
    ("notifications", "list"),
    ("notifications", "show"),
    ("notifications", "replay"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(flask: Terminal, words: tuple[str, ...]):
    shown = flask(*words, "--help")
    assert shown.exit_code == 0
    assert "Usage: " in shown.output
    assert len(shown.output.splitlines()) > 5


# --- sync --------------------------------------------------------------------------------------------------------


def test_a_sweep_tells_what_it_counted(flask: Terminal, buy: Buy, land: Any):
    land(buy(STREAMS))
    told = flask("contracts", "sync", STREAMS)
    assert told.exit_code == 0
    assert f"Tidemark Streams ({STREAMS})" in told.output
    assert "1 to check" in told.output


def test_all_products_are_swept_when_asked_for(flask: Terminal, app: Flask):
    told = flask("contracts", "sync", "--all")
    assert told.exit_code == 0
    assert all(f"({product.code})" in told.output for product in app.extensions["products"])


@pytest.mark.parametrize("words", [(), ("nothing",), (STREAMS, "--all")], ids=["nothing named", "unknown", "both"])
def test_a_command_that_is_not_right_ends_with_2_and_says_what_is_known(flask: Terminal, words: tuple[str, ...]):
    told = flask("contracts", "sync", *words)
    assert told.exit_code == 2
    assert f"Known: {STREAMS}" in told.output or f", {STREAMS}" in told.output


def test_when_aws_cannot_be_asked_it_ends_with_1(flask: Terminal, sandbox: SandboxClient):
    sandbox.fail("GetEntitlements", "AccessDeniedException")
    told = flask("contracts", "sync", STREAMS)
    assert told.exit_code == 1
    assert "AWS could not be asked for everything: GetEntitlements: AccessDeniedException" in told.output


def test_an_account_that_may_not_read_agreements_is_told_so_and_it_is_no_failure(
    flask: Terminal, sandbox: SandboxClient
):
    sandbox.fail("SearchAgreements", "AccessDeniedException")
    told = flask("contracts", "sync", STREAMS)
    assert told.exit_code == 0
    assert "agreements not read: the account may not call SearchAgreements" in told.output


def test_somebody_else_s_sweep_is_left_alone(flask: Terminal, app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("portal.contracts.turns.WAIT_SECONDS", 0)
    with app.app_context():
        assert sweeps.take(STREAMS, utcnow()) is not None
    told = flask("contracts", "sync", STREAMS)
    assert (told.exit_code, "somebody else is sweeping it" in told.output) == (0, True)


# --- findings ----------------------------------------------------------------------------------------------------


def test_what_was_found_is_listed_with_the_account_masked(flask: Terminal, buy: Buy):
    bought = buy(STREAMS)
    flask("contracts", "sync", STREAMS)
    listed = flask("contracts", "findings", "--kind", "never-landed")
    (line,) = [line for line in listed.output.splitlines() if key_of(bought) in line]
    assert line.startswith("never landed  Tidemark Streams")
    assert f"•••• •••• {ACME_AWS[-4:]}" in line
    assert ACME_AWS not in listed.output


def test_findings_are_there_for_programs_too(flask: Terminal, app: Flask):
    with app.app_context(), transaction():
        found = Found(FindingKind.NEVER_LANDED, STREAMS, "abc", ACME_AWS, detail="grants base")
        findings.note([found], utcnow())
    (one,) = json.loads(flask("contracts", "findings", "--json").output)
    assert (one["kind"], one["about"], one["account"]) == ("never landed", "abc", f"•••• •••• {ACME_AWS[-4:]}")


def test_of_another_kind_nothing_is_listed(flask: Terminal, app: Flask):
    with app.app_context(), transaction():
        findings.note([Found(FindingKind.NEVER_LANDED, STREAMS, "abc")], utcnow())
    assert flask("contracts", "findings", "--kind", "stale").output == "No open findings.\n"


# --- import ------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(f"product_code,customer_identifier,organisation\n{ARCHIVE},c-1,Acme\n{ARCHIVE},c-2,Globex\n")
    return path


def test_customers_are_brought_in(flask: Terminal, file: Path, contracts: Callable[[], list[Contract]]):
    told = flask("contracts", "import", str(file))
    assert told.exit_code == 0
    assert told.output == "customers.csv: 2 new, 0 linked, 0 completed, 0 unchanged; 2 organisations new\n"
    assert len(contracts()) == 2


def test_the_second_time_nothing_is_new(flask: Terminal, file: Path):
    flask("contracts", "import", str(file))
    told = flask("contracts", "import", str(file))
    assert told.output == "customers.csv: 0 new, 0 linked, 0 completed, 2 unchanged; 0 organisations new\n"


def test_a_dry_run_prints_the_same_and_says_that_it_is_one(
    flask: Terminal, file: Path, contracts: Callable[[], list[Contract]]
):
    file.write_text(file.read_text() + f"{ARCHIVE},c-1,Globex\n,c-3,Acme\n")
    dry = flask("contracts", "import", str(file), "--dry-run")
    assert contracts() == []
    real = flask("contracts", "import", str(file))
    assert dry.output == "Dry run: nothing was written.\n" + real.output
    assert (dry.exit_code, real.exit_code) == (1, 1)


def test_every_problem_is_told_with_its_line(flask: Terminal, file: Path):
    file.write_text(file.read_text() + f"{ARCHIVE},c-1,Globex\n,c-3,Acme\n")
    lines = flask("contracts", "import", str(file)).output.splitlines()
    assert lines[1:] == [
        "line 4: This contract is linked to another organisation already; it was not moved.",
        "line 5: `product_code` is empty.",
        "Lines left out: 2",
    ]


def test_a_file_that_is_no_list_ends_with_2(flask: Terminal, file: Path):
    file.write_text("customer,organisation\n")
    told = flask("contracts", "import", str(file))
    assert told.exit_code == 2
    assert "customers.csv cannot be read. Its first line names columns that are not known: `customer`." in told.output


# --- status ------------------------------------------------------------------------------------------------------


@pytest.fixture
def something_of_everything(app: Flask) -> None:
    with app.app_context(), transaction():
        contract = Contract(product_code=STREAMS, state="active", check_due_at=utcnow())
        contract.entitlements.append(Entitlement(dimension="unheard_of", value="1", value_type="integer"))
        db.session.add(contract)
        for number, fate in enumerate([Fate.RECEIVED, Fate.PARKED, Fate.NOT_UNDERSTOOD]):
            row = Notification(
                source_key=str(number), body="hello?", dialect="unknown", kind="not_understood", name="x"
            )
            row.fate = fate
            db.session.add(row)


def test_the_status_counts_everything(flask: Terminal, something_of_everything: None):
    lines = flask("contracts", "status").output.splitlines()
    assert lines[0] == "Contracts:      1 active; 1 of them linked to nobody"
    assert lines[1] == "Notifications:  1 not understood, 1 parked, 1 received"
    assert lines[2].startswith("                the oldest that waits came 20")
    assert lines[3] == "Checks due:     1"
    assert lines[4] == "AWS:            no trouble known"


def test_the_status_shows_what_was_not_understood_as_it_came(flask: Terminal, something_of_everything: None):
    output = flask("contracts", "status").output
    assert f"Unknown:        dimension unheard_of of {STREAMS}, contracts: 1" in output
    assert output.splitlines()[-1].endswith("hello?")


def test_the_status_tells_of_aws_s_trouble(flask: Terminal, sandbox: SandboxClient):
    sandbox.fail("GetEntitlements", "ThrottlingException", times=2)
    assert flask("contracts", "sync", STREAMS).exit_code == 1
    assert "AWS:            does not answer since 20" in flask("contracts", "status").output


def test_the_status_is_there_for_programs_too(flask: Terminal, something_of_everything: None):
    told = json.loads(flask("contracts", "status", "--json").output)
    assert told["contracts"] == {"active": 1}
    assert told["notifications"] == {"not understood": 1, "parked": 1, "received": 1}
    assert told["unknown_dimensions"] == [{"product_code": STREAMS, "dimension": "unheard_of", "contracts": 1}]
    assert [one["body"] for one in told["not_understood"]] == ["hello?"]
