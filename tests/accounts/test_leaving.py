"""Leaving for good."""

from collections.abc import Callable
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select, update

from portal.accounts import factors, leaving
from portal.accounts.leaving import StillNeeded, StillStaff
from portal.accounts.models import Invitation, InvitationState, Membership, Organisation, Person, Role
from portal.accounts.passkeys import Passkey
from portal.accounts.people import authenticate, found_organisation, person_with_email
from portal.audit import AuditEntry
from portal.contracts.models import Contract, ContractChange
from portal.database import db, transaction, utcnow
from portal.mail import outbox
from portal.mail.models import Letter
from tests.cast import ANALYTICS, PASSWORD, Somebody
from tests.console import Staff
from tests.mail.conftest import saying

NOW = utcnow()


def leave(person: Somebody | Staff) -> bool:
    with transaction():
        return leaving.leave(db.session.get_one(Person, person.id, populate_existing=True))


def row_of(person: Somebody) -> Person:
    return db.session.get_one(Person, person.id, populate_existing=True)


def give_contract(organisation_id: int) -> None:
    with transaction():
        db.session.add(Contract(product_code=ANALYTICS, organisation_id=organisation_id))


def make_owner(person: Somebody) -> None:
    with transaction():
        db.session.execute(update(Membership).where(Membership.person_id == person.id).values(role=Role.OWNER))


def count(record: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(record)) or 0


def test_nothing_says_any_more_who_it_was(database: SQLAlchemy, bob: Somebody):
    assert leave(bob)
    gone = row_of(bob)
    assert (gone.name, gone.email.endswith("@deleted.invalid")) == ("Deleted person", True)
    assert (gone.password_hash, gone.language, gone.time_zone, gone.email_verified_at) == (None, None, None, None)


def test_nobody_signs_in_as_them_any_more(database: SQLAlchemy, bob: Somebody):
    leave(bob)
    assert authenticate(bob.email, PASSWORD) is None
    assert person_with_email(bob.email) is None


def test_the_address_is_free_again(
    database: SQLAlchemy, bob: Somebody, add_person: Callable[..., Somebody], alice: Somebody
):
    leave(bob)
    again = add_person("Bob", "Acme", alice.organisation_id, Role.MEMBER)
    assert again.id != bob.id


def test_what_lets_somebody_in_is_gone(database: SQLAlchemy, bob: Somebody):
    with transaction():
        factors.ensure(bob.id).sealed_key = "x"
        db.session.add(Passkey(person_id=bob.id, credential_id="x", public_key=b"x", name="Key"))
    leave(bob)
    assert (factors.factor_of(bob.id), count(Passkey)) == (None, 0)


def test_they_belong_nowhere(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    leave(bob)
    assert list(db.session.scalars(select(Membership.person_id))) == [alice.id]


def test_their_letters_are_gone_and_nobody_else_s(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    with transaction():
        for person in (alice, bob):
            outbox.post(person.email, saying("Hello", "…"))
    leave(bob)
    assert list(db.session.scalars(select(Letter.to))) == [alice.email]


def test_an_invitation_they_accepted_does_not_hold_their_address(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    invite(alice, bob.email, state=InvitationState.ACCEPTED, accepted_by_id=bob.id)
    leave(bob)
    assert list(db.session.execute(select(Invitation.email, Invitation.email_key))) == [("", "")]


def test_nobody_comes_in_on_their_word(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    invite(bob, "carol@initech.example")
    leave(bob)
    assert db.session.scalar(select(Invitation.state)) == InvitationState.WITHDRAWN


def invite(person: Somebody, email: str, **more: Any) -> None:
    with transaction():
        db.session.add(
            Invitation(
                organisation_id=person.organisation_id,
                email=email,
                email_key=email,
                role=Role.MEMBER,
                token_hash=email,
                invited_by_id=person.id,
                sent_at=NOW,
                expires_at=NOW,
                **more,
            )
        )


def test_an_organisation_of_their_own_without_contracts_goes_too(database: SQLAlchemy, mallory: Somebody):
    leave(mallory)
    assert (count(Organisation), count(Membership)) == (0, 0)


def test_one_that_some_history_names_stays_without_its_name(
    database: SQLAlchemy, alice: Somebody, mallory: Somebody, bob: Somebody
):
    give_contract(alice.organisation_id)
    with transaction():
        contract_id = db.session.scalars(select(Contract.id)).one()
        db.session.add(
            ContractChange(contract_id=contract_id, cause="move", subject="x", only_for_id=mallory.organisation_id)
        )
    leave(mallory)
    assert set(db.session.scalars(select(Organisation.name))) == {"Acme", "Deleted organisation"}


def test_the_only_owner_of_others_hands_over_first(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    with pytest.raises(StillNeeded) as refused:
        leave(alice)
    assert (refused.value.names, row_of(alice).email) == (["Acme"], alice.email)


def test_so_does_the_only_owner_of_contracts(database: SQLAlchemy, mallory: Somebody):
    give_contract(mallory.organisation_id)
    with pytest.raises(StillNeeded):
        leave(mallory)


def test_one_owner_of_two_may_go(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    make_owner(bob)
    give_contract(alice.organisation_id)
    assert leave(alice)
    assert count(Contract) == 1


def test_of_two_owners_who_go_at_once_one_stays(
    database: SQLAlchemy, alice: Somebody, bob: Somebody, at_once: Callable[..., list[Any]]
):
    make_owner(bob)
    give_contract(alice.organisation_id)
    found = at_once(lambda: leave(alice), lambda: leave(bob))
    assert sorted(map(repr, map(type, found))) == [repr(bool), repr(StillNeeded)]


def test_to_leave_twice_at_once_is_to_leave_once(
    database: SQLAlchemy, bob: Somebody, at_once: Callable[..., list[Any]]
):
    assert sorted(at_once(*[lambda: leave(bob)] * 3), key=repr) == [False, False, True]


def test_whoever_works_in_the_console_is_taken_out_first(database: SQLAlchemy, sam: Staff):
    with pytest.raises(StillStaff):
        leave(sam)


def test_what_leaving_means_is_told_before(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    with transaction():
        found_organisation(alice.id, "Zebra")
    found = leaving.parting(alice.id)
    names = [[one.name for one in part] for part in (found.handed_over_first, found.going, found.staying)]
    assert names == [["Acme"], ["Zebra"], []]
    assert [one.name for one in leaving.parting(bob.id).staying] == ["Acme"]


def test_the_log_stays_and_names_a_number(database: SQLAlchemy, bob: Somebody):
    leave(bob)
    (line,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "deleted their account"))
    assert (line.actor, line.detail["organisations_left"]) == (f"person:{bob.id}", [bob.organisation_id])
    assert "Bob" not in repr(line.detail)
