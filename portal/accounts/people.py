"""Signing up and signing in: the verbs. They know no browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from portal import audit
from portal.accounts.models import Membership, Organisation, Person, Role, folded
from portal.accounts.passwords import compare, hash_password
from portal.database import db, transaction


@dataclass(frozen=True)
class NewPerson:
    """What a person says of themselves at sign-up, already checked for form."""

    name: str
    email: str
    password: str
    organisation_name: str | None
    """None for who was invited to one, and founds none."""


def email_key(email: str) -> str:
    """An address folded for comparison: case and composed characters do not tell two people apart."""
    return folded(email)


def sign_up(new: NewPerson, now: datetime) -> Person | None:
    """Create the person and the organisation they name. Inside a transaction.

    Returns:
        The person; None when the address has an account already. The caller answers both alike, so that nobody can
        learn who is a customer; the hash is computed in both cases for the same reason.
    """
    password_hash = hash_password(new.password)
    try:
        with db.session.begin_nested():
            person = Person(
                name=new.name,
                email=new.email,
                email_key=email_key(new.email),
                password_hash=password_hash,
                terms_accepted_at=now,
            )
            db.session.add(person)
            db.session.flush()
    except IntegrityError:
        return None
    if new.organisation_name is not None:
        found_organisation(person.id, new.organisation_name)
    audit.record(f"person:{person.id}", "signed up", f"person:{person.id}")
    return person


def found_organisation(person_id: int, name: str) -> Organisation:
    """Create an organisation with this person as its owner. Inside a transaction."""
    organisation = Organisation(name=name)
    db.session.add(organisation)
    db.session.flush()
    db.session.add(Membership(person_id=person_id, organisation_id=organisation.id, role=Role.OWNER))
    audit.record(f"person:{person_id}", "founded", f"organisation:{organisation.id}")
    return organisation


def authenticate(email: str, password: str) -> Person | None:
    """The person with this address and password, or None; neither answer nor time tells which of the two was wrong.

    Outside a transaction. A hash that was made at another cost than is usual today is made anew.
    """
    person = person_with_email(email)
    before = person.password_hash if person else None
    fits, better = compare(password, before)
    if person is None or not fits:
        return None
    if better:
        # Only instead of the hash that was compared: a new password that was set meanwhile stays.
        mine = (Person.id == person.id, Person.password_hash == before)
        with transaction():
            db.session.execute(update(Person).where(*mine).values(password_hash=better))
    return person


def person_with_email(email: str) -> Person | None:
    """The person with this address, however it is spelled."""
    return db.session.scalar(select(Person).where(Person.email_key == email_key(email)))


def memberships_of(person_id: int) -> list[Membership]:
    """Where this person belongs, organisations by name; one query."""
    statement = (
        select(Membership)
        .join(Membership.organisation)
        .where(Membership.person_id == person_id)
        .order_by(Organisation.name, Organisation.id)
        .options(contains_eager(Membership.organisation))
    )
    return list(db.session.scalars(statement))
