"""The dead letters at a terminal."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.marketplace.queue import Delivery
from portal.staff.attention import dead_letters
from portal.staff.attention.dead_letters import DeadLetter
from tests.notifications import shapes

Terminal = Callable[..., Result]


@pytest.fixture
def letter(app: Flask) -> None:
    """One dead letter, seen by the worker."""
    with app.app_context(), transaction():
        dead_letters.note_seen([Delivery("m-1", "", shapes.event(), utcnow(), 6)], utcnow())
        dead_letters.note_look("the-dead", 1, None, utcnow())


def test_they_are_listed_and_are_no_good_end(flask: Terminal, letter: None):
    shown = flask("notifications", "dead-letters")
    assert ("License Updated" in shown.output, "Dead letters in the-dead: 1" in shown.output, shown.exit_code) == (
        True,
        True,
        1,
    )


def test_programs_get_them_without_their_bodies(flask: Terminal, letter: None):
    told = json.loads(flask("notifications", "dead-letters", "--json").output)
    assert (told["look"]["waiting"], [one["message_id"] for one in told["letters"]], "body" in told["letters"][0]) == (
        1,
        ["m-1"],
        False,
    )


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (None, "The worker has not looked yet."),
        (("the-dead", 0, None), "Dead letters in the-dead: 0"),
        ((None, 0, None), "There is no queue of dead letters."),
        (("the-dead", 0, "SQS did not answer."), "They cannot be looked at: SQS did not answer."),
    ],
)
def test_without_any_it_says_what_the_worker_saw(app: Flask, flask: Terminal, look: tuple[object] | None, said: str):
    if look:
        with app.app_context(), transaction():
            dead_letters.note_look(*look, utcnow())  # type: ignore[arg-type]
    shown = flask("notifications", "dead-letters")
    assert (said in shown.output, shown.exit_code) == (True, 0)


def test_they_are_sent_back_with_a_reason(app: Flask, flask: Terminal, letter: None):
    assert flask("notifications", "dead-letters", "--back", "--why", "mended").exit_code == 0
    with app.app_context():
        entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "asked back")).one()
        assert db.session.scalars(db.select(DeadLetter)).one().asked_at is not None
    assert (entry.actor, entry.why) == ("command", "mended")


def test_and_not_without(flask: Terminal, letter: None):
    assert flask("notifications", "dead-letters", "--back").exit_code == 2
