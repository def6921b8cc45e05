"""What a person at a terminal may do with the inbox."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.marketplace.queue import Delivery
from portal.notifications import intake
from portal.notifications.models import Fate, Notification
from tests.cast import ACME_AWS, ARCHIVE

Terminal = Callable[..., Result]
ACTION = json.dumps({"action": "subscribe-success", "customer-identifier": "cust-1", "product-code": ARCHIVE})


@pytest.fixture
def receive(app: Flask) -> Callable[..., int]:
    """Takes a message into the inbox and gives it a fate; its number."""

    def take(body: str, fate: Fate | None = None, **more: Any) -> int:
        with app.app_context():
            intake.receive([Delivery(f"m-{utcnow().timestamp()}", "", body, utcnow())], utcnow())
            with transaction():
                row = db.session.scalars(db.select(Notification).order_by(Notification.id.desc()).limit(1)).one()
                for name, value in ({"fate": fate or row.fate} | more).items():
                    setattr(row, name, value)
                return row.id

    return take


@pytest.fixture
def row_of(app: Flask) -> Callable[[int], Notification]:
    def read(number: int) -> Notification:
        with app.app_context():
            return db.session.get_one(Notification, number)

    return read


def test_messages_are_listed_the_newest_first(flask: Terminal, receive: Any):
    first, second = receive(ACTION), receive("hello?")
    lines = flask("notifications", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["id", str(second), str(first)]
    assert "not understood" in lines[1]


def test_one_fate_may_be_asked_for(flask: Terminal, receive: Any):
    receive(ACTION)
    strange = receive("hello?")
    listed = json.loads(flask("notifications", "list", "--fate", "not-understood", "--json").output)
    assert [row["id"] for row in listed] == [strange]


def test_an_empty_inbox_says_so(flask: Terminal):
    assert flask("notifications", "list").output == "No messages.\n"


def test_one_message_is_shown_with_what_became_of_it_and_raw(flask: Terminal, receive: Any):
    number = receive(ACTION, Fate.FAILED, problem="AWS refused", aws_account_id=ACME_AWS)
    shown = flask("notifications", "show", str(number)).output
    assert "read as:             granted" in shown
    assert "problem:             AWS refused" in shown
    assert f"account:             •••• •••• {ACME_AWS[-4:]}" in shown
    assert shown.endswith(ACTION + "\n")


def test_a_message_that_is_not_there_is_said_to_be_so(flask: Terminal):
    shown = flask("notifications", "show", "12345")
    assert (shown.exit_code, "There is no message 12345." in shown.output) == (2, True)


@pytest.mark.parametrize("fate", [Fate.FAILED, Fate.PARKED])
def test_what_was_given_up_is_put_back_to_work(flask: Terminal, receive: Any, row_of: Any, fate: Fate):
    number = receive(ACTION, fate, attempts=12, problem="AWS refused", settled_at=utcnow())
    told = flask("notifications", "replay", str(number))
    assert (told.exit_code, told.output) == (0, f"{number}: put back to work\n")
    row = row_of(number)
    assert (row.fate, row.attempts, row.problem, row.settled_at) == (Fate.RECEIVED, 0, None, None)


def test_what_was_not_understood_is_read_again(flask: Terminal, receive: Any, row_of: Any):
    number = receive(ACTION, Fate.NOT_UNDERSTOOD, kind="not_understood", customer_key=None)
    flask("notifications", "replay", str(number))
    row = row_of(number)
    assert (row.fate, row.kind, row.customer_key) == (Fate.RECEIVED, "granted", f"{ARCHIVE}/cust-1")


def test_and_what_is_still_not_understood_stays_so(flask: Terminal, receive: Any, row_of: Any):
    number = receive("hello?")
    told = flask("notifications", "replay", str(number))
    assert (told.exit_code, told.output) == (1, f"{number}: still not understood\n")
    assert row_of(number).fate == Fate.NOT_UNDERSTOOD


def test_what_was_applied_is_left_alone(flask: Terminal, receive: Any, row_of: Any):
    number = receive(ACTION, Fate.APPLIED)
    told = flask("notifications", "replay", str(number), "99999")
    assert told.exit_code == 1
    assert told.output == f"{number}: applied already, and left alone\n99999: there is no such message\n"
    assert row_of(number).fate == Fate.APPLIED


def test_who_put_it_back_is_in_the_audit(flask: Terminal, receive: Any, app: Flask):
    number = receive(ACTION, Fate.FAILED)
    flask("notifications", "replay", str(number))
    with app.app_context():
        (entry,) = db.session.scalars(db.select(AuditEntry)).all()
    assert (entry.actor, entry.action, entry.thing) == ("command", "replayed", f"notification:{number}")


def test_a_body_is_masked(flask: Terminal, receive: Any):
    number = receive(json.dumps({"account": ACME_AWS, "contact": "alice@acme.example"}))
    shown = flask("notifications", "show", str(number)).output
    assert (ACME_AWS in shown, "alice@acme.example" in shown, f"•••• •••• {ACME_AWS[-4:]}" in shown) == (
        False,
        False,
        True,
    )


def test_until_somebody_asks_which_is_audited(flask: Terminal, receive: Any, app: Flask):
    number = receive(json.dumps({"account": ACME_AWS}))
    assert ACME_AWS in flask("notifications", "show", str(number), "--reveal").output
    with app.app_context():
        entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "revealed")).one()
    assert (entry.actor, entry.thing) == ("command", f"notification:{number}")


def test_so_are_those_that_were_not_understood(flask: Terminal, receive: Any):
    receive(f"hello {ACME_AWS}")
    shown = [flask("contracts", "status", *more).output for more in ((), ("--json",))]
    assert [(ACME_AWS in text, ACME_AWS[-4:] in text) for text in shown] == [(False, True)] * 2
