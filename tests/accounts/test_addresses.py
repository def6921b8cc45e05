"""Moving an account to another address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.accounts import addresses
from portal.accounts.addresses import MOST_AN_HOUR, AddressChange, Asked, Outcome, SameAddress, TooManyWishes
from portal.accounts.models import Person
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from tests.cast import Somebody

NOW = utcnow()
NEW = "Alice@New.example"


def ask(person: Somebody, email: str = NEW, now: Any = NOW) -> Asked:
    with transaction():
        return addresses.ask(db.session.get_one(Person, person.id), email, now)


def confirm(secret: str | None, now: Any = NOW) -> Outcome:
    with transaction():
        return addresses.confirm(secret or "", now)


def address_of(person: Somebody) -> str:
    return db.session.get_one(Person, person.id, populate_existing=True).email


def test_it_is_changed_once_both_have_agreed(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    outcomes = [confirm(asked.new), confirm(asked.old)]
    assert (outcomes, address_of(alice)) == ([Outcome.WAITING, Outcome.DONE], NEW)


def test_in_either_order(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    assert [confirm(asked.old), confirm(asked.new)] == [Outcome.WAITING, Outcome.DONE]


def test_the_new_one_counts_as_read(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    confirm(asked.new)
    confirm(asked.old)
    person = db.session.get_one(Person, alice.id, populate_existing=True)
    assert (person.email_key, person.email_verified_at) == (NEW.lower(), NOW)


def test_one_alone_changes_nothing(database: SQLAlchemy, alice: Somebody):
    confirm(ask(alice).new)
    assert address_of(alice) == alice.email


@pytest.mark.parametrize("side", ["new", "old"])
def test_a_link_is_good_once(database: SQLAlchemy, alice: Somebody, side: str):
    secret = getattr(ask(alice), side)
    assert [confirm(secret), confirm(secret)] == [Outcome.WAITING, Outcome.GONE]


def test_a_link_is_good_for_a_day(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    assert confirm(asked.new, NOW + timedelta(hours=23, minutes=59)) is Outcome.WAITING
    assert confirm(asked.old, NOW + timedelta(hours=24)) is Outcome.GONE


def test_a_newer_wish_takes_the_place_of_the_older(database: SQLAlchemy, alice: Somebody):
    older, newer = ask(alice, "other@new.example"), ask(alice)
    assert [confirm(older.new), confirm(older.old)] == [Outcome.GONE, Outcome.GONE]
    assert [confirm(newer.new), confirm(newer.old)] == [Outcome.WAITING, Outcome.DONE]


def test_what_the_older_one_was_told_does_not_count_for_the_newer(database: SQLAlchemy, alice: Somebody):
    confirm(ask(alice, "other@new.example").old)
    confirm(ask(alice).new)
    assert address_of(alice) == alice.email


def test_the_old_address_can_stop_it(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    with transaction():
        assert addresses.refuse(asked.old, NOW) == alice.id
    assert confirm(asked.new) is Outcome.GONE


def test_the_new_one_can_not(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    with transaction():
        assert addresses.refuse(asked.new or "", NOW) is None
    assert addresses.asked_by(alice.id, NOW) is not None


def test_a_guess_is_nobody_s(database: SQLAlchemy, alice: Somebody):
    ask(alice)
    assert [confirm("guess"), confirm("")] == [Outcome.GONE, Outcome.GONE]


def test_what_the_links_carry_is_not_in_the_database(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    change = db.session.scalars(select(AddressChange)).one()
    assert {asked.new, asked.old}.isdisjoint({change.new_hash, change.old_hash})


def test_an_address_with_an_account_gets_no_link(database: SQLAlchemy, alice: Somebody, mallory: Somebody):
    asked = ask(alice, mallory.email.upper())
    assert asked.new is None
    assert confirm(asked.old) is Outcome.WAITING


def test_an_account_made_meanwhile_keeps_its_address(
    database: SQLAlchemy, alice: Somebody, add_person: Callable[..., Somebody]
):
    asked = ask(alice, "carol@initech.example")
    confirm(asked.new)
    carol = add_person("Carol", "Initech")
    assert confirm(asked.old) is Outcome.FAILED
    assert (address_of(alice), address_of(carol)) == (alice.email, carol.email)
    assert addresses.asked_by(alice.id, NOW) is None


def test_the_address_one_has_is_no_wish(database: SQLAlchemy, alice: Somebody):
    with pytest.raises(SameAddress):
        ask(alice, alice.email.upper())


def test_nobody_writes_to_strangers_without_end(database: SQLAlchemy, alice: Somebody):
    for number in range(MOST_AN_HOUR):
        ask(alice, f"{number}@new.example")
    with pytest.raises(TooManyWishes):
        ask(alice, "one.more@new.example")


def test_both_at_once_change_it_once(database: SQLAlchemy, alice: Somebody, at_once: Callable[..., list[Any]]):
    asked = ask(alice)
    outcomes = at_once(lambda: confirm(asked.new), lambda: confirm(asked.old))
    assert sorted(outcomes) == [Outcome.DONE, Outcome.WAITING]
    assert address_of(alice) == NEW


def test_one_link_used_by_many_at_once_counts_once(
    database: SQLAlchemy, alice: Somebody, at_once: Callable[..., list[Any]]
):
    asked = ask(alice)
    outcomes = at_once(*[lambda: confirm(asked.new)] * 4)
    assert sorted(outcomes) == [Outcome.GONE] * 3 + [Outcome.WAITING]


def test_two_who_want_one_address_at_once_do_not_both_get_it(
    database: SQLAlchemy, alice: Somebody, mallory: Somebody, at_once: Callable[..., list[Any]]
):
    wishes = [ask(person, "one@new.example") for person in (alice, mallory)]
    for wish in wishes:
        confirm(wish.new)
    outcomes = at_once(*[lambda wish=wish: confirm(wish.old) for wish in wishes])
    assert sorted(outcomes) == [Outcome.DONE, Outcome.FAILED]


def test_the_log_names_no_address(database: SQLAlchemy, alice: Somebody):
    asked = ask(alice)
    confirm(asked.new)
    confirm(asked.old)
    lines = list(db.session.scalars(select(AuditEntry)))
    assert [line.action for line in lines][-1] == "changed their address"
    assert "@" not in repr([(line.actor, line.thing, line.detail) for line in lines])
