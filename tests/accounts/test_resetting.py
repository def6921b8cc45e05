"""A new password by mail, as verbs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from portal.accounts import resetting, sessions
from portal.accounts.mail_links import MailLink
from portal.accounts.models import Person
from portal.accounts.people import authenticate
from portal.accounts.resetting import AGAIN_AFTER, LIFETIME, MOST_A_DAY, ask, person_with, reset
from portal.audit import AuditEntry
from portal.database import transaction, utcnow
from tests.cast import PASSWORD, Somebody

pytestmark = pytest.mark.usefixtures("database")
NEW = "mauve lantern cabbage"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, password_hash: str) -> None:
    """Spares the cost of a hash where the password is not what the test is about."""
    monkeypatch.setattr(resetting, "hash_password", lambda password: f"{password_hash[:-4]}{len(password):04}")


def token_for(somebody: Somebody, **earlier: float) -> str:
    with transaction():
        asked = ask(somebody.email, utcnow() - timedelta(**earlier))
    assert asked is not None
    return asked.token


def use(token: str, password: str = NEW) -> bool:
    with transaction():
        return reset(token, password, utcnow()) is not None


def test_the_new_password_lets_in_and_the_old_one_does_not(alice: Somebody):
    assert use(token_for(alice))
    assert (authenticate(alice.email, NEW) is not None, authenticate(alice.email, PASSWORD)) == (True, None)


def test_a_link_is_good_once(alice: Somebody, quick: None):
    token = token_for(alice)
    assert [use(token), use(token, "another lantern cabbage")] == [True, False]


def test_of_many_who_use_it_at_once_one_does(alice: Somebody, quick: None, at_once: Callable[..., list[Any]]):
    token = token_for(alice)
    assert sorted(at_once(*[lambda: use(token)] * 4)) == [False, False, False, True]


@pytest.mark.parametrize(("minutes", "good"), [(59, True), (61, False)])
def test_it_is_good_for_an_hour(alice: Somebody, minutes: int, good: bool):
    assert timedelta(hours=1) == LIFETIME
    assert (person_with(token_for(alice, minutes=minutes), utcnow()) is not None) is good


def test_a_newer_one_takes_its_place(alice: Somebody):
    older, newer = token_for(alice, minutes=10), token_for(alice)
    assert [person_with(token, utcnow()) is not None for token in (older, newer)] == [False, True]


def test_a_password_that_was_changed_meanwhile_ends_it(alice: Somebody, database: SQLAlchemy):
    token = token_for(alice)
    with transaction():
        database.session.execute(update(Person).values(password_hash="another"))
    assert (person_with(token, utcnow()), use(token)) == (None, False)


def test_so_does_another_address(alice: Somebody, database: SQLAlchemy):
    token = token_for(alice)
    with transaction():
        database.session.execute(update(Person).values(email_key="alice@elsewhere.example"))
    assert (person_with(token, utcnow()), use(token)) == (None, False)


def test_a_made_up_token_is_nobody_s(alice: Somebody):
    token_for(alice)
    assert (person_with("made up", utcnow()), use("made up")) == (None, False)


def test_everybody_who_was_signed_in_is_signed_out(alice: Somebody, mallory: Somebody, quick: None):
    token = token_for(alice)
    use(token)
    still = [sessions.signed_in_with(one.session_key, utcnow()) is not None for one in (alice, mallory)]
    assert still == [False, True]


def test_who_reads_the_letter_has_verified_the_address(alice: Somebody, database: SQLAlchemy, quick: None):
    use(token_for(alice))
    assert database.session.scalar(select(Person.email_verified_at).where(Person.id == alice.id)) is not None


def test_somebody_without_a_password_can_have_one(alice: Somebody, database: SQLAlchemy):
    with transaction():
        database.session.execute(update(Person).values(password_hash=None))
    assert use(token_for(alice))
    assert authenticate(alice.email, NEW) is not None


def test_nobody_is_written_to_at_an_unknown_address():
    with transaction():
        assert ask("nobody@nowhere.example", utcnow()) is None


def test_nor_again_a_moment_later(alice: Somebody):
    token = token_for(alice)
    with transaction():
        assert ask(alice.email, utcnow()) is None
    assert person_with(token, utcnow()) is not None
    with transaction():
        assert ask(alice.email, utcnow() + AGAIN_AFTER) is not None


def test_a_mailbox_cannot_be_filled(alice: Somebody):
    letters = 0
    for number in range(MOST_A_DAY + 3):
        with transaction():
            letters += ask(alice.email, utcnow() + AGAIN_AFTER * (number + 1)) is not None
    assert letters == MOST_A_DAY


def test_the_database_keeps_a_hash_of_the_token(alice: Somebody, database: SQLAlchemy):
    token = token_for(alice)
    assert token not in str(database.session.execute(select(MailLink.__table__)).all())


def test_it_is_audited_without_the_address(alice: Somebody, database: SQLAlchemy, quick: None):
    use(token_for(alice))
    entries = list(database.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.action for entry in entries] == [resetting.ASKED, "password reset by mail"]
    assert alice.email not in str([entry.detail for entry in entries])
