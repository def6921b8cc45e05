"""The file with everything that is kept about somebody."""

import json
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from portal import audit
from portal.accounts import addresses, factors, my_data
from portal.accounts.kept_about import KEPT
from portal.accounts.models import Person
from portal.accounts.passkeys import Passkey
from portal.database import Base, db, transaction, utcnow
from portal.mail import outbox
from portal.sealing import Seal
from tests.cast import Somebody
from tests.mail.conftest import saying

NOW = utcnow()


def file_of(person: Somebody) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(my_data.pieces(person.id, NOW)))
    return found


def test_it_says_who_somebody_is(database: SQLAlchemy, alice: Somebody):
    said = file_of(alice)["person"]
    assert (said["name"], said["email"], said["has_password"]) == (alice.name, alice.email, True)


def test_it_says_where_they_belong(database: SQLAlchemy, alice: Somebody):
    (said,) = file_of(alice)["organisations"]
    assert (said["name"], said["role"]) == ("Acme", "owner")


def test_it_has_every_section_even_an_empty_one(database: SQLAlchemy, alice: Somebody):
    assert {kept.section for kept in KEPT} <= set(file_of(alice))


def test_it_tells_what_they_did_and_what_was_done_to_them(database: SQLAlchemy, alice: Somebody):
    with transaction():
        audit.record(f"person:{alice.id}", "linked", "contract:1")
        audit.record("person:999", "saw", f"person:{alice.id}", query={"q": "internal"})
        audit.record("person:999", "saw", "person:1000")
    found = file_of(alice)
    assert [line["action"] for line in found["log_of_what_you_did"]] == ["linked"]
    (other,) = found["log_of_what_others_did_with_your_account"]
    assert "internal" not in repr(other)


def test_it_lists_their_letters(database: SQLAlchemy, alice: Somebody, mallory: Somebody):
    with transaction():
        outbox.post(alice.email, saying("Hello", "Something secret"))
        outbox.post(mallory.email, saying("Other", "Not hers"))
    letters = file_of(alice)["letters"]
    assert [letter["subject"] for letter in letters] == ["Hello"]
    assert "secret" not in repr(letters)


def test_nobody_else_is_in_it(database: SQLAlchemy, alice: Somebody, mallory: Somebody):
    text = "".join(my_data.pieces(alice.id, NOW))
    assert "mallory" not in text.lower()
    assert "Globex" not in text


@pytest.fixture
def secrets_of_alice(database: SQLAlchemy, app: Flask, alice: Somebody) -> list[str]:
    """Everything of hers that nobody may read."""
    seal, key = Seal("s" * 32, factors.PURPOSE), pyotp.random_base32()
    with transaction():
        person = db.session.get_one(Person, alice.id)
        factors.ensure(alice.id).sealed_key = sealed = seal.close(key)
        asked = addresses.ask(person, "alice@new.example", NOW)
        change = addresses.asked_by(alice.id, NOW)
        db.session.add(Passkey(person_id=alice.id, credential_id="credential-of-alice", public_key=b"x", name="Key"))
    assert change is not None
    hashes = [str(change.new_hash), str(change.old_hash), str(person.password_hash)]
    return [key, sealed, "credential-of-alice", str(asked.new), asked.old, *hashes]


def test_no_secret_is_in_it(alice: Somebody, secrets_of_alice: list[str]):
    text = "".join(my_data.pieces(alice.id, NOW))
    assert "alice@new.example" in text
    assert [secret for secret in secrets_of_alice if secret in text] == []


def test_it_comes_in_pieces(database: SQLAlchemy, alice: Somebody, monkeypatch: pytest.MonkeyPatch):
    with transaction():
        for number in range(1000):
            audit.record(f"person:{alice.id}", "did", f"thing:{number}")
    pieces = list(my_data.pieces(alice.id, NOW))
    assert len(pieces) > 1000
    assert len(file_of(alice)["log_of_what_you_did"]) == 1000


def test_names_in_any_writing_are_read_again(database: SQLAlchemy, add_person: Callable[..., Somebody]):
    person = add_person('花子 "}]', "Initech")
    assert file_of(person)["person"]["name"] == '花子 "}]'


def test_every_section_is_a_table_that_there_is(app: Flask):
    assert [kept.table for kept in KEPT if kept.table not in Base.metadata.tables] == []
