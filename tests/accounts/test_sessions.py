"""Where people are signed in, and how each of these ends."""

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.accounts import sessions
from portal.accounts.agents import described
from portal.accounts.sessions import IDLE, LONGEST, PersonSession, signed_in_with
from portal.database import transaction, utcnow
from tests.cast import Somebody

pytestmark = pytest.mark.usefixtures("database")


def begin(person: Somebody, agent: str = "Safari on iPhone") -> str:
    with transaction():
        return sessions.begin(person.id, "password", agent, utcnow())


def test_the_key_names_the_person(alice: Somebody):
    found = signed_in_with(begin(alice), utcnow())
    assert found is not None
    assert found.person.id == alice.id


def test_a_key_of_nobody_names_nobody():
    assert signed_in_with("guess", utcnow()) is None


def test_the_database_keeps_a_hash_only(alice: Somebody, database: SQLAlchemy):
    key = begin(alice)
    assert key not in str(database.session.execute(select(PersonSession.__table__)).all())


def test_two_browsers_are_two_sessions(alice: Somebody):
    begin(alice)
    assert [one.agent for one in sessions.sessions_of(alice.id, utcnow())] == ["Safari on iPhone", "Firefox on Linux"]


def test_one_that_nobody_uses_ends_by_itself(alice: Somebody):
    key = begin(alice)
    assert signed_in_with(key, utcnow() + IDLE - timedelta(minutes=1)) is not None
    assert signed_in_with(key, utcnow() + IDLE + timedelta(minutes=1)) is None


def test_one_that_is_used_goes_on(alice: Somebody):
    key = begin(alice)
    found = signed_in_with(key, utcnow())
    assert found is not None
    with transaction():
        sessions.seen(found.session_id, utcnow() + IDLE / 2)
    assert signed_in_with(key, utcnow() + IDLE) is not None


def test_but_not_for_ever(alice: Somebody):
    key = begin(alice)
    found = signed_in_with(key, utcnow())
    assert found is not None
    with transaction():
        sessions.seen(found.session_id, utcnow() + LONGEST - timedelta(days=1))
    assert signed_in_with(key, utcnow() + LONGEST + timedelta(minutes=1)) is None


def test_signing_out_ends_one(alice: Somebody):
    key, other = begin(alice), begin(alice)
    with transaction():
        sessions.end(key)
    assert (signed_in_with(key, utcnow()), signed_in_with(other, utcnow()) is None) == (None, False)


def test_all_others_end_at_once(alice: Somebody, mallory: Somebody):
    key, other = begin(alice), begin(alice)
    with transaction():
        sessions.end_all(alice.id, but=key)
    still = [signed_in_with(one, utcnow()) is not None for one in (key, other, mallory.session_key)]
    assert still == [True, False, True]


def test_nobody_ends_somebody_else_s(alice: Somebody, mallory: Somebody):
    found = signed_in_with(alice.session_key, utcnow())
    assert found is not None
    with transaction():
        assert sessions.end_one(mallory.id, found.session_id) is False
    assert signed_in_with(alice.session_key, utcnow()) is not None


def test_what_is_over_is_cleared_away_when_somebody_signs_in_again(alice: Somebody):
    with transaction():
        sessions.begin(alice.id, "password", "", utcnow() - IDLE * 2)
    begin(alice)
    assert len(sessions.sessions_of(alice.id, utcnow() - IDLE * 3)) == 2


CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/140.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>alert(1)</script> Firefox", "Firefox"),
    ],
)
def test_a_browser_is_told_in_words(agent: str, words: str):
    assert described(agent) == words
