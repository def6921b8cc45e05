"""The letters of a purchase that goes on in another browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.accounts.models import Person
from portal.database import transaction, utcnow
from portal.mail.letters import Sender
from portal.mail.models import Letter
from portal.registration import giving, handover
from portal.registration.giving import REMIND_AFTER, Post
from portal.registration.handover import Giver
from portal.registration.linking import link
from portal.registration.models import Claim
from tests.cast import Somebody

AddClaim = Callable[..., Claim]
SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")


@pytest.fixture
def post(app: Flask) -> Post:
    return Post(SENDER, app.extensions["products"])


@pytest.fixture
def letters(database: SQLAlchemy) -> Callable[[], list[Letter]]:
    def read() -> list[Letter]:
        database.session.rollback()
        return list(database.session.scalars(select(Letter).order_by(Letter.id)))

    return read


@pytest.fixture
def waiting(add_claim: AddClaim, alice: Somebody) -> UUID:
    """A purchase that Alice brought this morning, and left."""
    return add_claim(known_person_id=alice.id, created_at=utcnow() - REMIND_AFTER).id


def said(letter: Letter) -> str:
    """Its text, wherever its lines break."""
    return " ".join(letter.text.split())


def send(claim_id: UUID, giver: Giver, post: Post) -> str:
    with transaction():
        return giving.mail_to_colleague(claim_id, giver, "bob@acme.example", post, utcnow()).token


def test_a_colleague_gets_a_letter_with_the_link(add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]]):
    token = send(add_claim().id, Giver("Pat"), post)
    (letter,) = letters()
    linked = f"https://portal.example/marketplace/hand-over/{token}" in said(letter)
    assert (letter.to, letter.subject, linked) == (
        "bob@acme.example",
        "You are asked to set up Tidemark Analytics",
        True,
    )


def test_it_says_that_a_stranger_only_gives_a_name(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]]
):
    send(add_claim().id, Giver("Pat"), post)
    assert "omebody who has bought Tidemark Analytics on AWS Marketplace, and gives “Pat”" in said(letters()[0])


def test_and_names_somebody_with_an_account(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]], alice: Somebody
):
    send(add_claim().id, Giver("Alice", alice.id), post)
    assert "Alice, who has bought Tidemark Analytics" in said(letters()[0])


@pytest.mark.parametrize(
    "name", ["https://evil.example/x", "www.evil.example", "<a href=//evil>here</a>", "me\r\nBcc: all@x.example"]
)
def test_a_name_carries_no_link_and_no_line(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]], name: str
):
    send(add_claim().id, Giver(name), post)
    text = said(letters()[0])
    assert [bad for bad in ("evil.example", "<a", "all@", "x.example", "//evil") if bad in text] == []


def test_neither_the_account_nor_what_was_bought_is_in_it(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]]
):
    send(add_claim().id, Giver("Pat"), post)
    assert ("5555" in said(letters()[0]), "agmt" in said(letters()[0])) == (False, False)


def test_whoever_handed_it_over_is_told_who_set_it_up(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]], alice: Somebody, mallory: Somebody
):
    token = send(add_claim().id, Giver("Alice", alice.id), post)
    with transaction():
        taken = handover.take(token, mallory.id, utcnow())
        link(taken, mallory.organisation_id, mallory.id, "Mallory", utcnow())
        giving.tell_senders(taken, (mallory.id, "Mallory"), post)
    letter = letters()[-1]
    assert (letter.to, "set up by Mallory" in said(letter), "Globex" in said(letter)) == (alice.email, True, False)


def test_but_not_of_what_they_did_themselves(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]], alice: Somebody
):
    token = send(add_claim().id, Giver("Alice", alice.id), post)
    with transaction():
        taken = handover.take(token, alice.id, utcnow())
        giving.tell_senders(taken, (alice.id, "Alice"), post)
    assert len(letters()) == 1


def test_who_left_a_purchase_gets_a_letter_after_some_hours(
    waiting: UUID, post: Post, letters: Callable[[], list[Letter]], alice: Somebody
):
    assert giving.remind(post, utcnow()) == 1
    assert [(letter.to, letter.subject) for letter in letters()] == [
        (alice.email, "Tidemark Analytics waits to be set up")
    ]


def test_only_one_ever(waiting: UUID, post: Post):
    giving.remind(post, utcnow())
    assert giving.remind(post, utcnow() + timedelta(days=2)) == 0


def test_also_when_two_clocks_tick_at_once(waiting: UUID, post: Post, at_once: Callable[..., list[Any]]):
    assert sum(at_once(*[lambda: giving.remind(post, utcnow())] * 2)) == 1


def test_and_one_for_a_purchase_that_was_brought_twice(waiting: UUID, add_claim: AddClaim, post: Post, alice: Somebody):
    add_claim(known_person_id=alice.id, created_at=utcnow() - REMIND_AFTER)
    assert giving.remind(post, utcnow()) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"created_at": utcnow() + timedelta(hours=1)},
        {"known_person_id": None},
        {"expires_at": utcnow() + timedelta(minutes=10)},
        {"state": "used"},
        {"state": "handed over"},
    ],
    ids=["too early", "nobody known", "too late", "used", "handed over"],
)
def test_nobody_is_written_to_in_vain(add_claim: AddClaim, post: Post, alice: Somebody, values: dict[str, Any]):
    usual = {"known_person_id": alice.id, "created_at": utcnow() - REMIND_AFTER}
    add_claim(**(usual | values))
    assert giving.remind(post, utcnow()) == 0


def test_nor_of_a_purchase_that_is_linked(waiting: UUID, post: Post, alice: Somebody):
    with transaction():
        link(waiting, alice.organisation_id, alice.id, "Alice", utcnow())
    assert giving.remind(post, utcnow()) == 0


def test_nor_while_a_colleague_is_asked(waiting: UUID, post: Post):
    send(waiting, Giver("Alice"), post)
    assert giving.remind(post, utcnow()) == 0


def test_the_letter_can_be_had_on_request(
    add_claim: AddClaim, post: Post, letters: Callable[[], list[Letter]], alice: Somebody, database: SQLAlchemy
):
    claim_id = add_claim().id
    with transaction():
        person = database.session.get_one(Person, alice.id)
        token = giving.mail_to_themselves(claim_id, person, post, utcnow()).token
    assert token in said(letters()[0])
