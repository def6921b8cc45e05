"""Linking, moving and unlinking by staff: one wins, both sides are told, and neither learns of the other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.accounts.models import Organisation, Role
from portal.audit import AuditEntry
from portal.contracts.history import changes_for, changes_of
from portal.contracts.models import Contract
from portal.contracts.overview import may_see
from portal.database import db, transaction, utcnow
from portal.mail.letters import Sender
from portal.mail.models import Letter
from portal.products import Products
from portal.registration.claims import Standing, find_claim, standing
from portal.registration.giving import Post
from portal.registration.linking import AlreadyLinked, link
from portal.registration.models import Claim, ClaimState
from portal.registration.moves import Move, last_move_of, moves_of
from portal.registration.moving import CannotMove, ChangedMeanwhile, Deed, Seen
from portal.staff.attention import moves, moving
from tests.cast import ANALYTICS, Somebody

SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")


@pytest.fixture
def post(app: Any) -> Post:
    products: Products = app.extensions["products"]
    return Post(SENDER, products)


@pytest.fixture
def contract(database: SQLAlchemy, alice: Somebody) -> Contract:
    """A contract that Alice has linked to Acme."""
    with transaction():
        contract = Contract(
            product_code=ANALYTICS,
            organisation_id=alice.organisation_id,
            linked_by_id=alice.id,
            linked_at=utcnow() - timedelta(days=1),
        )
        db.session.add(contract)
    return contract


Give = Callable[..., Move]


@pytest.fixture
def give(contract: Contract, post: Post) -> Give:
    """Moves the contract, as it is seen now, to an organisation (or with None to nobody)."""

    def do(to_id: int | None, seen: Seen | None = None, actor: str = "person:99") -> Move:
        with transaction():
            return moving.move(
                contract.id, to_id, seen or as_seen(contract.id), Deed(actor, "asked by phone", utcnow()), post
            )

    return do


def as_seen(contract_id: UUID) -> Seen:
    row = db.session.execute(select(Contract.organisation_id, Contract.version).where(Contract.id == contract_id)).one()
    return Seen(row.organisation_id, row.version)


def take_back(move: Move, post: Post) -> Move:
    with transaction():
        return moving.undo(move.id, Deed("person:98", "it was right before", utcnow()), post)


def now(contract: Contract) -> Contract:
    db.session.rollback()
    return db.session.get_one(Contract, contract.id, populate_existing=True)


def letters_to(person: Somebody) -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.to == person.email).order_by(Letter.id)))


def test_a_contract_is_moved(contract: Contract, give: Give, mallory: Somebody):
    give(mallory.organisation_id)
    assert now(contract).organisation_id == mallory.organisation_id


def test_nobody_of_ours_is_named_to_customers_as_the_one_who_linked_it(
    contract: Contract, give: Give, mallory: Somebody
):
    give(mallory.organisation_id)
    assert now(contract).linked_by_id is None


def test_the_old_side_sees_it_no_more_and_the_new_one_does(
    contract: Contract, give: Give, alice: Somebody, mallory: Somebody
):
    give(mallory.organisation_id)
    assert (may_see(alice.id, contract.id), may_see(mallory.id, contract.id)) == (False, True)


def test_open_pages_notice(contract: Contract, give: Give, mallory: Somebody):
    before = contract.version
    give(mallory.organisation_id)
    assert now(contract).version > before


def test_it_can_be_taken_off_and_belongs_to_nobody(contract: Contract, give: Give):
    give(None)
    assert (now(contract).organisation_id, now(contract).linked_at) == (None, None)


def test_one_that_belongs_to_nobody_can_be_linked(contract: Contract, give: Give, mallory: Somebody):
    give(None)
    give(mallory.organisation_id)
    assert now(contract).organisation_id == mallory.organisation_id


@pytest.mark.parametrize("side", ["old", "new"])
def test_both_sides_are_told(give: Give, alice: Somebody, mallory: Somebody, side: str):
    give(mallory.organisation_id)
    assert len(letters_to(alice if side == "old" else mallory)) == 1


def test_neither_letter_names_the_other_side_or_the_reason(give: Give, alice: Somebody, mallory: Somebody):
    give(mallory.organisation_id)
    to_alice, to_mallory = letters_to(alice)[0], letters_to(mallory)[0]
    told = (to_alice.subject + to_alice.text, to_mallory.subject + to_mallory.text)
    assert ("Globex" in told[0], "Acme" in told[1], "phone" in told[0] + told[1]) == (False, False, False)


def test_the_letters_say_which_contract_of_which_organisation(give: Give, alice: Somebody, mallory: Somebody):
    give(mallory.organisation_id)
    assert [letters_to(person)[0].subject for person in (alice, mallory)] == [
        "Tidemark Analytics is no longer linked to Acme",
        "Tidemark Analytics is now linked to Globex",
    ]


def test_owners_and_admins_are_told_and_members_are_not(
    give: Give, alice: Somebody, bob: Somebody, mallory: Somebody, add_person: Callable[..., Somebody]
):
    admin = add_person("Carol", "Acme", alice.organisation_id, Role.ADMIN)
    give(mallory.organisation_id)
    assert [len(letters_to(person)) for person in (alice, admin, bob)] == [1, 1, 0]


def test_nothing_is_posted_for_a_move_that_does_not_come_about(
    contract: Contract, give: Give, mallory: Somebody, alice: Somebody
):
    with pytest.raises(ChangedMeanwhile):
        give(mallory.organisation_id, Seen(alice.organisation_id, contract.version + 1))
    assert db.session.scalars(select(Letter)).all() == []


def test_it_is_kept_with_its_reason(contract: Contract, give: Give, alice: Somebody, mallory: Somebody):
    give(mallory.organisation_id)
    (move,) = moves_of(contract.id)
    assert (move.from_id, move.to_id, move.by, move.why) == (
        alice.organisation_id,
        mallory.organisation_id,
        "person:99",
        "asked by phone",
    )


@pytest.mark.parametrize("deed", ["moved", "unlinked"])
def test_it_is_audited(contract: Contract, give: Give, mallory: Somebody, deed: str):
    give(mallory.organisation_id if deed == "moved" else None)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == deed)).one()
    assert (entry.actor, entry.thing) == ("person:99", f"contract:{contract.id}")


def test_each_side_reads_only_of_itself_in_the_history(
    contract: Contract, give: Give, alice: Somebody, mallory: Somebody
):
    give(mallory.organisation_id)
    told = {
        person.name: [(line.before, line.after) for line in changes_for(contract.id, person.organisation_id)]
        for person in (alice, mallory)
    }
    assert told == {"Alice": [({"value": "Acme"}, None)], "Mallory": [(None, {"value": "Globex"})]}


def test_staff_read_of_both(contract: Contract, give: Give, mallory: Somebody):
    give(mallory.organisation_id)
    assert [(line.before, line.after) for line in changes_of(contract.id)] == [
        (None, {"value": "Globex"}),
        ({"value": "Acme"}, None),
    ]


def test_the_new_side_does_not_read_who_had_linked_it(
    contract: Contract, database: SQLAlchemy, give: Give, alice: Somebody, mallory: Somebody
):
    give(None)
    claim = open_claim(contract)
    with transaction():
        link(claim.id, alice.organisation_id, alice.id, "Alice", utcnow())
    give(mallory.organisation_id)
    lines = changes_for(contract.id, mallory.organisation_id)
    assert [line.detail for line in lines] == ["our support"]


def open_claim(contract: Contract) -> Claim:
    with transaction():
        claim = Claim(state=ClaimState.OPEN, contract_id=contract.id, expires_at=utcnow() + timedelta(hours=1))
        db.session.add(claim)
    return claim


def where(claim: Claim) -> Standing:
    db.session.rollback()
    return standing(find_claim(claim.id), utcnow())


def test_a_claim_on_a_contract_that_staff_have_linked_says_so(contract: Contract, give: Give, mallory: Somebody):
    give(None)
    claim = open_claim(contract)
    give(mallory.organisation_id)
    assert where(claim) is Standing.LINKED


def test_a_claim_from_before_does_not_take_an_unlinked_contract_again(contract: Contract, give: Give):
    claim = open_claim(contract)
    give(None)
    assert where(claim) is Standing.GONE


def test_the_next_arrival_can_claim_an_unlinked_contract(contract: Contract, give: Give, mallory: Somebody):
    give(None)
    claim = open_claim(contract)
    with transaction():
        link(claim.id, mallory.organisation_id, mallory.id, "Mallory", utcnow())
    assert now(contract).organisation_id == mallory.organisation_id


@pytest.mark.parametrize("to", ["its own", "no such", "joined"])
def test_what_makes_no_sense_is_not_done(contract: Contract, give: Give, alice: Somebody, to: str):
    if to == "joined":
        with transaction():
            other = Contract(product_code=ANALYTICS)
            db.session.add(other)
            db.session.flush()
            contract.merged_into_id = other.id
    with pytest.raises(CannotMove):
        give({"its own": alice.organisation_id, "no such": 999_999, "joined": None}[to])


def test_a_contract_that_does_not_exist_is_not_moved(database: SQLAlchemy, post: Post):
    with pytest.raises(CannotMove), transaction():
        moving.move(uuid4(), None, Seen(1, 1), Deed("person:1", "why", utcnow()), post)


def test_a_contract_that_changed_since_it_was_seen_is_not_moved(contract: Contract, give: Give, mallory: Somebody):
    seen = as_seen(contract.id)
    with transaction():
        now(contract).version += 1
    with pytest.raises(ChangedMeanwhile):
        give(mallory.organisation_id, seen)


def test_of_two_staff_who_move_at_once_one_wins(
    contract: Contract,
    post: Post,
    mallory: Somebody,
    add_person: Callable[..., Somebody],
    at_once: Callable[..., list[Any]],
):
    trent = add_person("Trent", "Initech")
    contract_id, seen = contract.id, as_seen(contract.id)
    db.session.rollback()

    def to(organisation_id: int) -> Callable[[], Any]:
        def do() -> Any:
            with transaction():
                return moving.move(contract_id, organisation_id, seen, Deed("person:1", "both", utcnow()), post)

        return do

    outcomes = at_once(to(mallory.organisation_id), to(trent.organisation_id))
    assert sorted(type(one).__name__ for one in outcomes) == ["ChangedMeanwhile", "Move"]


def test_the_one_that_lost_wrote_no_letter(
    contract: Contract,
    post: Post,
    alice: Somebody,
    mallory: Somebody,
    add_person: Callable[..., Somebody],
    at_once: Callable[..., list[Any]],
):
    trent = add_person("Trent", "Initech")
    contract_id, seen = contract.id, as_seen(contract.id)
    db.session.rollback()

    def to(organisation_id: int) -> Callable[[], Any]:
        def do() -> Any:
            with transaction():
                return moving.move(contract_id, organisation_id, seen, Deed("person:1", "both", utcnow()), post)

        return do

    at_once(to(mallory.organisation_id), to(trent.organisation_id))
    assert [len(letters_to(one)) for one in (alice, mallory, trent)].count(1) == 2


def test_a_buyer_and_staff_who_link_at_once_do_not_both_win(
    contract: Contract, give: Give, post: Post, mallory: Somebody, alice: Somebody, at_once: Callable[..., list[Any]]
):
    give(None)
    claim_id, contract_id, seen = open_claim(contract).id, contract.id, as_seen(contract.id)
    db.session.rollback()

    def staff() -> Any:
        with transaction():
            return moving.move(contract_id, mallory.organisation_id, seen, Deed("person:1", "x", utcnow()), post)

    def buyer() -> Any:
        with transaction():
            return link(claim_id, alice.organisation_id, alice.id, "Alice", utcnow())

    by_staff, by_buyer = at_once(staff, buyer)
    owner = now(contract).organisation_id
    if owner == mallory.organisation_id:
        assert isinstance(by_buyer, AlreadyLinked)
    else:
        assert (owner, type(by_staff)) == (alice.organisation_id, ChangedMeanwhile)


def test_a_move_can_be_undone(contract: Contract, give: Give, post: Post, alice: Somebody, mallory: Somebody):
    before = (contract.organisation_id, contract.linked_by_id, contract.linked_at)
    take_back(give(mallory.organisation_id), post)
    after = now(contract)
    assert (after.organisation_id, after.linked_by_id, after.linked_at) == before


def test_both_sides_are_told_of_an_undo(give: Give, post: Post, alice: Somebody, mallory: Somebody):
    take_back(give(mallory.organisation_id), post)
    assert [len(letters_to(alice)), len(letters_to(mallory))] == [2, 2]


def test_an_undo_is_kept(contract: Contract, give: Give, post: Post, mallory: Somebody):
    take_back(give(mallory.organisation_id), post)
    move = last_move_of(contract.id)
    assert move is not None
    assert (move.undone_by, move.undone_at is not None) == ("person:98", True)


def test_a_move_is_undone_once(give: Give, post: Post, mallory: Somebody):
    move = give(mallory.organisation_id)
    take_back(move, post)
    with pytest.raises(CannotMove):
        take_back(move, post)


def test_a_move_is_not_undone_after_another(give: Give, post: Post, mallory: Somebody, alice: Somebody):
    move = give(mallory.organisation_id)
    give(None)
    with pytest.raises(CannotMove):
        take_back(move, post)


def test_a_move_is_not_undone_after_a_buyer_has_linked_it(
    contract: Contract, give: Give, post: Post, mallory: Somebody
):
    move = give(None)
    claim = open_claim(contract)
    with transaction():
        link(claim.id, mallory.organisation_id, mallory.id, "Mallory", utcnow())
    with pytest.raises(CannotMove):
        take_back(move, post)


def test_of_two_who_undo_at_once_one_does(
    contract: Contract, give: Give, post: Post, mallory: Somebody, at_once: Callable[..., list[Any]]
):
    move_id = give(mallory.organisation_id).id
    db.session.rollback()

    def undo() -> Move:
        with transaction():
            return moving.undo(move_id, Deed("person:98", "both", utcnow()), post)

    outcomes = at_once(undo, undo)
    assert sorted(type(one).__name__ for one in outcomes) in (["CannotMove", "Move"], ["ChangedMeanwhile", "Move"])


@pytest.mark.parametrize("text", ["Glob", "globex", "GLOBEX ", "number"])
def test_an_organisation_is_found_by_how_its_name_begins_or_by_its_number(
    database: SQLAlchemy, alice: Somebody, mallory: Somebody, text: str
):
    found = moves.organisations_like(str(mallory.organisation_id) if text == "number" else text)
    assert mallory.organisation_id in [one.id for one in found]


@pytest.mark.parametrize("text", ["", "%", "_lobex", "99999999999999999999"])
def test_and_by_nothing_else(database: SQLAlchemy, mallory: Somebody, text: str):
    assert moves.organisations_like(text) == []


def test_only_so_many_are_found(database: SQLAlchemy):
    with transaction():
        db.session.add_all([Organisation(name=f"Many {n}") for n in range(moves.MOST_FOUND + 5)])
    assert len(moves.organisations_like("many")) == moves.MOST_FOUND
