"""Moving a contract at a terminal."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from click.testing import Result
from flask import Flask

from portal.audit import AuditEntry
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from tests.cast import ANALYTICS, Somebody

Terminal = Callable[..., Result]


@pytest.fixture
def contract(app: Flask, alice: Somebody) -> Contract:
    """A contract of Acme's."""
    with app.app_context(), transaction():
        contract = Contract(product_code=ANALYTICS, organisation_id=alice.organisation_id, linked_at=utcnow())
        db.session.add(contract)
    return contract


def test_it_is_moved(app: Flask, flask: Terminal, contract: Contract, mallory: Somebody):
    done = flask("contracts", "move", str(contract.id), "--to", str(mallory.organisation_id), "--why", "x", "--yes")
    with app.app_context():
        moved = db.session.get_one(Contract, contract.id)
        entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "moved")).one()
        letters = db.session.scalars(db.select(Letter)).all()
    assert (done.exit_code, moved.organisation_id, entry.actor, len(letters)) == (
        0,
        mallory.organisation_id,
        "command",
        2,
    )


def test_it_says_from_whom_to_whom(flask: Terminal, contract: Contract):
    done = flask("contracts", "move", str(contract.id), "--nobody", "--why", "x", "--yes")
    assert "Tidemark Analytics: from Acme" in done.output
    assert "to nobody" in done.output


def test_unless_somebody_says_yes_nothing_is_done(app: Flask, flask: Terminal, contract: Contract, alice: Somebody):
    assert flask("contracts", "move", str(contract.id), "--nobody", "--why", "x").exit_code == 1
    with app.app_context():
        assert db.session.get_one(Contract, contract.id).organisation_id == alice.organisation_id


@pytest.mark.parametrize(
    "words", [["--nobody", "--to", "1"], [], ["--to", "999999"], ["--nobody", "--why", " "], ["--to", "x"]]
)
def test_what_makes_no_sense_is_refused(flask: Terminal, contract: Contract, words: list[str]):
    assert flask("contracts", "move", str(contract.id), "--why", "x", "--yes", *words).exit_code == 2


def test_so_is_a_contract_that_is_not_there(flask: Terminal):
    assert flask("contracts", "move", str(uuid4()), "--nobody", "--why", "x", "--yes").exit_code == 2


def test_what_cannot_be_done_is_said(flask: Terminal, contract: Contract, alice: Somebody):
    done = flask("contracts", "move", str(contract.id), "--to", str(alice.organisation_id), "--why", "x", "--yes")
    assert (done.exit_code, "It belongs there already." in done.output) == (1, True)
