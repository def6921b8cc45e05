"""Signing up and signing in, as verbs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select, update

from portal.accounts import people
from portal.accounts.models import Membership, Organisation, Person, Role
from portal.accounts.people import (
    NewPerson,
    authenticate,
    email_key,
    found_organisation,
    memberships_of,
    person_with_email,
    sign_up,
)
from portal.audit import AuditEntry
from portal.database import transaction, utcnow
from tests.cast import PASSWORD, Somebody

CAROL = NewPerson("Carol", "Carol@Initech.example", "a long enough password", "Initech")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, password_hash: str) -> None:
    """Spares the cost of a hash where the password is not what the test is about."""
    monkeypatch.setattr(people, "hash_password", lambda _password: password_hash)


@pytest.fixture
def carol(database: SQLAlchemy, quick: None) -> Person:
    with transaction():
        person = sign_up(CAROL, utcnow())
    assert person is not None
    return person


def count(database: SQLAlchemy, record: Any) -> int:
    return database.session.scalar(select(func.count()).select_from(record)) or 0


def test_a_new_person_owns_a_new_organisation(carol: Person):
    (membership,) = memberships_of(carol.id)
    assert (membership.organisation.name, membership.role) == ("Initech", Role.OWNER)


def test_when_the_terms_were_accepted_is_kept(database: SQLAlchemy, quick: None):
    now = utcnow()
    with transaction():
        person = sign_up(CAROL, now)
    assert person.terms_accepted_at == now


def test_a_sign_up_is_audited(carol: Person, database: SQLAlchemy):
    deeds = [tuple(row) for row in database.session.execute(select(AuditEntry.actor, AuditEntry.action))]
    assert (f"person:{carol.id}", "signed up") in deeds


def test_the_password_is_kept_as_a_hash(database: SQLAlchemy):
    with transaction():
        person = sign_up(CAROL, utcnow())
    assert person.password_hash.startswith("$argon2id$")


def test_an_address_that_is_known_makes_no_second_person(carol: Person, database: SQLAlchemy):
    with transaction():
        assert sign_up(CAROL, utcnow()) is None
    assert (count(database, Person), count(database, Organisation)) == (1, 1)


def test_a_known_address_costs_a_hash_too(carol: Person, monkeypatch: pytest.MonkeyPatch, password_hash: str):
    hashed: list[str] = []
    monkeypatch.setattr(people, "hash_password", lambda password: hashed.append(password) or password_hash)
    with transaction():
        sign_up(CAROL, utcnow())
    assert len(hashed) == 1


def test_two_sign_ups_at_once_make_one_person(database: SQLAlchemy, quick: None, at_once: Callable[..., list[Any]]):
    def sign_up_and_tell() -> bool:
        with transaction():
            return sign_up(CAROL, utcnow()) is not None

    assert sorted(at_once(*[sign_up_and_tell] * 4), key=str) == [False, False, False, True]


@pytest.mark.parametrize(
    "spelling",
    ["CAROL@INITECH.EXAMPLE", " carol@initech.example ", "ｃａｒｏｌ@initech.example", "carol@Initech.Example"],
)
def test_a_person_is_found_however_the_address_is_spelled(carol: Person, spelling: str):
    assert person_with_email(spelling) == carol


def test_composed_and_decomposed_characters_are_one_address():
    assert email_key("ren\u00e9@example.com") == email_key("rene\u0301@example.com")


@pytest.mark.parametrize("other", ["caro1@initech.example", "carol+aws@initech.example", "c.arol@initech.example"])
def test_another_address_is_another_person(carol: Person, other: str):
    assert person_with_email(other) is None


def test_mail_goes_to_the_address_as_it_was_written(carol: Person):
    assert carol.email == "Carol@Initech.example"


def test_address_and_password_let_in(alice: Somebody, database: SQLAlchemy):
    assert authenticate(alice.email, PASSWORD).id == alice.id


def test_a_wrong_password_does_not(alice: Somebody, database: SQLAlchemy):
    assert authenticate(alice.email, "wrong") is None


def test_a_hash_of_another_cost_is_made_anew_by_a_sign_in(alice: Somebody, database: SQLAlchemy):
    cheap = PasswordHash((Argon2Hasher(memory_cost=8 * 1024, time_cost=1),)).hash(PASSWORD)
    with transaction():
        database.session.execute(update(Person).where(Person.id == alice.id).values(password_hash=cheap))
    authenticate(alice.email, PASSWORD)
    kept = database.session.scalar(select(Person.password_hash).where(Person.id == alice.id))
    assert (kept == cheap, authenticate(alice.email, PASSWORD).id) == (False, alice.id)


def test_nor_does_an_unknown_address(database: SQLAlchemy):
    assert authenticate("nobody@nowhere.example", PASSWORD) is None


def test_organisations_come_by_name(alice: Somebody, database: SQLAlchemy):
    with transaction():
        found_organisation(alice.id, "Zebra")
        found_organisation(alice.id, "Aardvark")
    names = [membership.organisation.name for membership in memberships_of(alice.id)]
    assert names == ["Aardvark", "Acme", "Zebra"]


def test_who_founds_an_organisation_owns_it(alice: Somebody, database: SQLAlchemy):
    with transaction():
        organisation = found_organisation(alice.id, "Zebra")
    membership = database.session.scalar(select(Membership).where(Membership.organisation_id == organisation.id))
    assert (membership.person_id, membership.role) == (alice.id, Role.OWNER)


def test_two_organisations_may_have_one_name(alice: Somebody, database: SQLAlchemy):
    with transaction():
        found_organisation(alice.id, "Acme")
    assert count(database, Organisation) == 2
