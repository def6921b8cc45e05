"""Contracts moved by their own people: who may, one wins, neither side reads of the other, and back within a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from portal.accounts.models import Membership, Person, Role
from portal.audit import AuditEntry
from portal.contracts.history import changes_for
from portal.contracts.models import Contract
from portal.contracts.overview import may_see
from portal.database import db, transaction, utcnow
from portal.mail.letters import Sender
from portal.mail.models import Letter
from portal.registration import by_customers, consent
from portal.registration.by_customers import UNDO_WITHIN, MayNotMove, Mover
from portal.registration.consent import (
    LIFETIME,
    MOST_A_DAY,
    AlreadyOffered,
    ForAnotherAccount,
    OfferGone,
    TooManyOffers,
)
from portal.registration.giving import Post
from portal.registration.moves import Move, MoveOffer, last_move_of
from portal.registration.moving import CannotMove, ChangedMeanwhile, Deed, Seen
from portal.staff.attention import moving as by_staff
from tests.cast import ANALYTICS, Somebody

SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")


@pytest.fixture
def post(app: Flask) -> Post:
    return Post(SENDER, app.extensions["products"])


@pytest.fixture
def contract(database: SQLAlchemy, alice: Somebody) -> UUID:
    """A contract that Alice has linked to Acme."""
    with transaction():
        made = Contract(
            product_code=ANALYTICS,
            organisation_id=alice.organisation_id,
            linked_by_id=alice.id,
            linked_at=utcnow() - timedelta(days=1),
        )
        db.session.add(made)
    return made.id


@pytest.fixture
def labs(add_person: Callable[..., Somebody]) -> Somebody:
    """Lena, owner of Labs."""
    return add_person("Lena", "Labs")


@pytest.fixture
def lab_admin(alice: Somebody, labs: Somebody, database: SQLAlchemy) -> int:
    """Labs, of which Alice is an admin."""
    return join(alice, labs.organisation_id, Role.ADMIN)


def join(person: Somebody, organisation_id: int, role: Role) -> int:
    with transaction():
        db.session.add(Membership(person_id=person.id, organisation_id=organisation_id, role=role))
    return organisation_id


def now(contract_id: UUID) -> Contract:
    db.session.rollback()
    return db.session.get_one(Contract, contract_id, populate_existing=True)


def seen(contract_id: UUID) -> Seen:
    contract = now(contract_id)
    return Seen(contract.organisation_id, contract.version)


def as_mover(person: Somebody) -> Mover:
    return Mover(person.id, person.name)


def letters_to(person: Somebody) -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.to == person.email).order_by(Letter.id)))


@pytest.fixture
def within(contract: UUID, post: Post) -> Callable[..., Move]:
    def move(person: Somebody, to_id: int, as_seen: Seen | None = None) -> Move:
        as_seen = as_seen or seen(contract)
        with transaction():
            return by_customers.move_within(contract, to_id, as_seen, as_mover(person), post, utcnow())

    return move


@pytest.fixture
def ask(contract: UUID, post: Post) -> Callable[..., str]:
    """Offers the contract to an address; gives the token from the letter."""

    def offer(person: Somebody, email: str, at: Any = None) -> str:
        with transaction():
            consent.offer(contract, person.organisation_id, email, as_mover(person), post, at or utcnow())
        text = db.session.scalars(select(Letter.text).order_by(Letter.id.desc())).first() or ""
        return text.split("/moves/offers/")[1].split()[0]

    return offer


@pytest.fixture
def accept(contract: UUID, post: Post) -> Callable[..., Move]:
    def do(token: str, person: Somebody, to_id: int | None = None, version: int | None = None, at: Any = None) -> Move:
        version = version or now(contract).version
        with transaction():
            who = db.session.get_one(Person, person.id)
            return consent.accept(token, to_id or person.organisation_id, version, who, post, at or utcnow())

    return do


def put_back(move_id: int, person: Somebody, post: Post, at: Any = None) -> Move:
    with transaction():
        return by_customers.undo(move_id, as_mover(person), post, at or utcnow())


# --- Within one's own organisations ---------------------------------------------------------------------------------


def test_an_owner_moves_it_where_they_are_an_admin(
    contract: UUID, within: Callable[..., Move], alice: Somebody, lab_admin: int
):
    within(alice, lab_admin)
    assert (now(contract).organisation_id, now(contract).linked_by_id) == (lab_admin, alice.id)


@pytest.mark.parametrize("case", ["member there", "stranger there", "member here", "not theirs"])
def test_nobody_else_does(
    contract: UUID,
    within: Callable[..., Move],
    alice: Somebody,
    bob: Somebody,
    mallory: Somebody,
    labs: Somebody,
    case: str,
):
    person = {"member here": bob, "not theirs": mallory}.get(case, alice)
    to_id = labs.organisation_id
    if case == "member there":
        join(alice, to_id, Role.MEMBER)
    if case == "member here":
        join(bob, to_id, Role.OWNER)
    with pytest.raises(MayNotMove):
        within(person, mallory.organisation_id if case == "not theirs" else to_id)
    assert now(contract).organisation_id == alice.organisation_id


def test_the_old_side_sees_it_no_more(
    contract: UUID, within: Callable[..., Move], alice: Somebody, bob: Somebody, labs: Somebody, lab_admin: int
):
    within(alice, lab_admin)
    assert (may_see(bob.id, contract), may_see(labs.id, contract)) == (False, True)


def test_both_sides_are_told_and_neither_of_the_other(
    within: Callable[..., Move],
    alice: Somebody,
    labs: Somebody,
    lab_admin: int,
    add_person: Callable[..., Somebody],
):
    carol = add_person("Carol", "Acme", alice.organisation_id)
    within(alice, lab_admin)
    (given,), (received,) = letters_to(carol), letters_to(labs)
    assert ("Labs" in given.text, "Acme" in received.text) == (False, False)


def test_each_side_reads_only_of_itself(contract: UUID, within: Callable[..., Move], alice: Somebody, lab_admin: int):
    within(alice, lab_admin)
    told = [
        [(line.before, line.after) for line in changes_for(contract, side)]
        for side in (alice.organisation_id, lab_admin)
    ]
    assert told == [[({"value": "Acme"}, None)], [(None, {"value": "Labs"})]]


def test_it_is_audited(contract: UUID, within: Callable[..., Move], alice: Somebody, lab_admin: int):
    within(alice, lab_admin)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "moved")).one()
    assert (entry.actor, entry.detail["after"]) == (f"person:{alice.id}", lab_admin)


def test_one_that_changed_since_it_was_seen_is_not_moved(
    contract: UUID, within: Callable[..., Move], alice: Somebody, lab_admin: int
):
    as_seen = seen(contract)
    with transaction():
        now(contract).version += 1
    with pytest.raises(ChangedMeanwhile):
        within(alice, lab_admin, as_seen)


def test_of_two_moves_at_once_one_wins(
    contract: UUID,
    within: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    lab_admin: int,
    at_once: Callable[..., list[Any]],
):
    other, as_seen = join(alice, mallory.organisation_id, Role.OWNER), seen(contract)
    db.session.rollback()
    outcomes = at_once(lambda: within(alice, lab_admin, as_seen), lambda: within(alice, other, as_seen))
    assert sorted(type(one).__name__ for one in outcomes) == ["ChangedMeanwhile", "Move"]


def test_of_a_move_and_support_that_takes_it_off_one_wins(
    contract: UUID,
    within: Callable[..., Move],
    alice: Somebody,
    lab_admin: int,
    post: Post,
    at_once: Callable[..., list[Any]],
):
    as_seen = seen(contract)
    db.session.rollback()

    def support() -> Move:
        with transaction():
            return by_staff.move(contract, None, as_seen, Deed("person:99", "asked", utcnow()), post)

    outcomes = at_once(lambda: within(alice, lab_admin, as_seen), support)
    assert sorted(type(one).__name__ for one in outcomes) == ["ChangedMeanwhile", "Move"]


# --- With the consent of both owners --------------------------------------------------------------------------------


def test_an_offer_that_is_accepted_moves_it(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    accept(ask(alice, mallory.email), mallory)
    assert (now(contract).organisation_id, now(contract).linked_by_id) == (mallory.organisation_id, mallory.id)


def test_nothing_moves_before(contract: UUID, ask: Callable[..., str], alice: Somebody, mallory: Somebody):
    ask(alice, mallory.email)
    assert now(contract).organisation_id == alice.organisation_id


def test_the_letter_says_who_asks_and_what(contract: UUID, ask: Callable[..., str], alice: Somebody, mallory: Somebody):
    ask(alice, mallory.email)
    text = " ".join(letters_to(mallory)[0].text.split())
    assert [word for word in ("Alice", "Acme", "Tidemark Analytics") if word not in text] == []


def test_both_sides_then_read_who_the_other_is(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    accept(ask(alice, mallory.email), mallory)
    assert ("Globex" in letters_to(alice)[-1].text, "Acme" in letters_to(mallory)[-1].text) == (True, True)


def test_but_not_in_the_history(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    accept(ask(alice, mallory.email), mallory)
    told = str([(line.before, line.after) for line in changes_for(contract, mallory.organisation_id)])
    assert ("Globex" in told, "Acme" in told) == (True, False)


def test_an_address_that_nobody_has_is_no_different(ask: Callable[..., str], alice: Somebody):
    assert ask(alice, "nobody@nowhere.example")


def test_the_token_is_kept_nowhere_but_in_the_letter(
    ask: Callable[..., str], alice: Somebody, everything_stored: Callable[[], str]
):
    assert everything_stored().count(ask(alice, "m@globex.example")) <= 2  # its text and its HTML, until it is sent


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_only_an_owner_offers(
    contract: UUID, ask: Callable[..., str], alice: Somebody, add_person: Callable[..., Somebody], role: Role
):
    carol = add_person("Carol", "Acme", alice.organisation_id, role)
    with pytest.raises(MayNotMove):
        ask(carol, "m@globex.example")


def test_nobody_offers_what_is_not_theirs(ask: Callable[..., str], mallory: Somebody):
    with pytest.raises(ChangedMeanwhile):
        ask(mallory, mallory.email)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_only_an_owner_accepts(
    contract: UUID,
    ask: Callable[..., str],
    accept: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    add_person: Callable[..., Somebody],
    role: Role,
):
    trudy = add_person("Trudy", "Globex", mallory.organisation_id, role)
    with pytest.raises(MayNotMove):
        accept(ask(alice, trudy.email), trudy)
    assert now(contract).organisation_id == alice.organisation_id


def test_nobody_accepts_for_an_organisation_of_others(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody, labs: Somebody
):
    with pytest.raises(MayNotMove):
        accept(ask(alice, mallory.email), mallory, labs.organisation_id)


def test_nobody_accepts_with_somebody_elses_letter(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody, labs: Somebody
):
    with pytest.raises(ForAnotherAccount):
        accept(ask(alice, labs.email), mallory)


def test_an_offer_is_accepted_once(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    token = ask(alice, mallory.email)
    accept(token, mallory)
    with pytest.raises(OfferGone):
        accept(token, mallory)


def test_of_accepting_twice_at_once_one_does(
    ask: Callable[..., str],
    accept: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    at_once: Callable[..., list[Any]],
):
    token = ask(alice, mallory.email)
    db.session.rollback()
    outcomes = at_once(lambda: accept(token, mallory), lambda: accept(token, mallory))
    assert sorted(type(one).__name__ for one in outcomes) == ["Move", "OfferGone"]


def test_it_expires(ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody):
    token = ask(alice, mallory.email)
    with pytest.raises(OfferGone):
        accept(token, mallory, at=utcnow() + LIFETIME)


def test_then_it_can_be_offered_again(ask: Callable[..., str], alice: Somebody, mallory: Somebody):
    ask(alice, mallory.email, utcnow() - LIFETIME)
    assert ask(alice, mallory.email)


def test_there_is_one_offer_at_a_time(ask: Callable[..., str], alice: Somebody, mallory: Somebody, labs: Somebody):
    ask(alice, mallory.email)
    with pytest.raises(AlreadyOffered):
        ask(alice, labs.email)


def test_and_only_so_many_a_day(contract: UUID, ask: Callable[..., str], alice: Somebody, mallory: Somebody):
    for _ in range(MOST_A_DAY):
        ask(alice, mallory.email)
        with transaction():
            offer = db.session.scalars(select(MoveOffer).order_by(MoveOffer.id.desc())).first()
            assert offer
            consent.withdraw(offer.id, contract, as_mover(alice), utcnow())
    with pytest.raises(TooManyOffers):
        ask(alice, mallory.email)


def test_a_refused_one_is_over_and_whoever_asked_is_told(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody, post: Post
):
    token = ask(alice, mallory.email)
    with transaction():
        consent.refuse(token, db.session.get_one(Person, mallory.id), post, utcnow())
    assert (len(letters_to(alice)), now(contract).organisation_id) == (1, alice.organisation_id)
    with pytest.raises(OfferGone):
        accept(token, mallory)


def test_the_letter_of_a_refusal_names_nobody_there(
    ask: Callable[..., str], alice: Somebody, mallory: Somebody, post: Post
):
    token = ask(alice, mallory.email)
    with transaction():
        consent.refuse(token, db.session.get_one(Person, mallory.id), post, utcnow())
    assert [word for word in ("Mallory", "Globex") if word in letters_to(alice)[0].text] == []


def test_a_withdrawn_one_is_over(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    token = ask(alice, mallory.email)
    with transaction():
        offer = consent.open_offer(contract, alice.organisation_id, utcnow())
        assert offer
        consent.withdraw(offer.id, contract, as_mover(alice), utcnow())
    with pytest.raises(OfferGone):
        accept(token, mallory)


def test_only_the_giving_side_withdraws(contract: UUID, ask: Callable[..., str], alice: Somebody, mallory: Somebody):
    ask(alice, mallory.email)
    offer = consent.open_offer(contract, alice.organisation_id, utcnow())
    assert offer
    with pytest.raises(MayNotMove), transaction():
        consent.withdraw(offer.id, contract, as_mover(mallory), utcnow())


def test_of_accepting_and_withdrawing_at_once_one_comes_about(
    contract: UUID,
    ask: Callable[..., str],
    accept: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    at_once: Callable[..., list[Any]],
):
    token = ask(alice, mallory.email)
    offer = consent.open_offer(contract, alice.organisation_id, utcnow())
    assert offer
    offer_id = offer.id
    db.session.rollback()

    def withdraw() -> None:
        with transaction():
            consent.withdraw(offer_id, contract, as_mover(alice), utcnow())

    accepted, withdrawn = at_once(lambda: accept(token, mallory), withdraw)
    assert isinstance(accepted, OfferGone) != isinstance(withdrawn, OfferGone)


def test_an_offer_does_not_outlive_a_move_elsewhere(
    ask: Callable[..., str],
    accept: Callable[..., Move],
    within: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    lab_admin: int,
    post: Post,
):
    token = ask(alice, mallory.email)
    put_back(within(alice, lab_admin).id, alice, post)
    with pytest.raises(OfferGone):
        accept(token, mallory)


def test_nor_does_it_outlive_the_ownership_of_whoever_asked(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    token = ask(alice, mallory.email)
    with transaction():
        db.session.execute(update(Membership).where(Membership.person_id == alice.id).values(role=Role.ADMIN))
    with pytest.raises(OfferGone):
        accept(token, mallory)


def test_a_contract_that_changed_since_it_was_seen_is_not_taken(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    token, version = ask(alice, mallory.email), now(contract).version
    with transaction():
        now(contract).version += 1
    with pytest.raises(ChangedMeanwhile):
        accept(token, mallory, version=version)
    assert accept(token, mallory)  # after another look


# --- Back within a day ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["giving", "receiving"])
def test_an_owner_of_either_side_puts_it_back(
    contract: UUID,
    ask: Callable[..., str],
    accept: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    post: Post,
    side: str,
):
    before = now(contract)
    was = (before.organisation_id, before.linked_by_id, before.linked_at)
    move_id = accept(ask(alice, mallory.email), mallory).id
    put_back(move_id, alice if side == "giving" else mallory, post)
    after = now(contract)
    assert (after.organisation_id, after.linked_by_id, after.linked_at) == was


def test_both_sides_are_told_of_that(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody, post: Post
):
    move_id = accept(ask(alice, mallory.email), mallory).id
    put_back(move_id, alice, post)
    assert [letters_to(one)[-1].kind for one in (alice, mallory)] == ["move_undone", "move_undone"]


def test_not_after_a_day(
    ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody, post: Post
):
    move_id = accept(ask(alice, mallory.email), mallory).id
    with pytest.raises(CannotMove):
        put_back(move_id, alice, post, utcnow() + UNDO_WITHIN)


@pytest.mark.parametrize("who", ["member", "stranger"])
def test_and_nobody_else(
    ask: Callable[..., str],
    accept: Callable[..., Move],
    alice: Somebody,
    bob: Somebody,
    mallory: Somebody,
    labs: Somebody,
    post: Post,
    who: str,
):
    move_id = accept(ask(alice, mallory.email), mallory).id
    with pytest.raises(MayNotMove):
        put_back(move_id, bob if who == "member" else labs, post)


def test_what_staff_moved_only_staff_put_back(
    contract: UUID, alice: Somebody, mallory: Somebody, post: Post, database: SQLAlchemy
):
    with transaction():
        made = by_staff.move(
            contract, mallory.organisation_id, seen(contract), Deed("person:99", "asked", utcnow()), post
        )
    with pytest.raises(CannotMove):
        put_back(made.id, alice, post)


def test_of_two_who_put_it_back_at_once_one_does(
    ask: Callable[..., str],
    accept: Callable[..., Move],
    alice: Somebody,
    mallory: Somebody,
    post: Post,
    at_once: Callable[..., list[Any]],
):
    move_id = accept(ask(alice, mallory.email), mallory).id
    db.session.rollback()
    outcomes = at_once(lambda: put_back(move_id, alice, post), lambda: put_back(move_id, mallory, post))
    assert sorted(type(one).__name__ for one in outcomes) in (["CannotMove", "Move"], ["ChangedMeanwhile", "Move"])


def test_staff_see_it_and_can_put_it_back_later(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody, post: Post
):
    accept(ask(alice, mallory.email), mallory)
    move = last_move_of(contract)
    assert move
    with transaction():
        by_staff.undo(move.id, Deed("person:98", "both asked", utcnow() + timedelta(days=3)), post)
    assert now(contract).organisation_id == alice.organisation_id


def test_staff_read_how_it_came_about(
    contract: UUID, ask: Callable[..., str], accept: Callable[..., Move], alice: Somebody, mallory: Somebody
):
    accept(ask(alice, mallory.email), mallory)
    move = last_move_of(contract)
    assert move
    assert (move.by, move.why) == (f"person:{mallory.id}", "The owners of both sides agreed.")
