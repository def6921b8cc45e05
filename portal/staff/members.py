"""Who works in the console: adding, setting up, changing the role, taking away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, select, update

from portal import audit
from portal.accounts import factors, passkeys
from portal.accounts import sessions as person_sessions
from portal.accounts.models import Person
from portal.accounts.passwords import hash_password
from portal.accounts.people import email_key, person_with_email
from portal.database import db, insert
from portal.sealing import hash_secret
from portal.staff import sessions
from portal.staff.models import StaffMember, StaffRole, StaffSession

CODE_LIFETIME = timedelta(hours=24)


class LastAdmin(Exception):
    """There was an attempt to leave the console without anybody who may manage it."""


class NoSuchMember(Exception):
    """There was an address that nobody of the console has."""


@dataclass(frozen=True)
class Added:
    """A member, and the code that sets them up; it is told once and kept only as a hash."""

    member: StaffMember
    code: str


def members() -> list[StaffMember]:
    """Everybody of the console, by address."""
    return list(db.session.scalars(select(StaffMember).order_by(StaffMember.email_key)))


def people() -> list[int]:
    """The ids of all people who are members, or about to be."""
    found = db.session.scalars(select(StaffMember.person_id).where(StaffMember.person_id.is_not(None)))
    return [person_id for person_id in found if person_id is not None]


def member_with_email(email: str) -> StaffMember:
    """The member with this address.

    Raises:
        NoSuchMember
    """
    member = db.session.scalar(select(StaffMember).where(StaffMember.email_key == email_key(email)))
    if member is None:
        raise NoSuchMember(email)
    return member


def add(email: str, role: StaffRole, actor: str, now: datetime) -> Added:
    """Let somebody in, or give a member another role and a new start. Inside a transaction.

    Whoever is a member already keeps nothing of their old set-up: this is also what helps when a telephone is lost.

    Raises:
        LastAdmin: the only admin was to become something less.
    """
    new = insert(StaffMember).values(email=email, email_key=email_key(email), role=role)
    db.session.execute(new.on_conflict_do_nothing())
    member = member_with_email(email)
    _spare_last_admin(member, role)
    member.role = role
    code = token_urlsafe(18)
    member.code_hash, member.code_expires_at = hash_secret(code), now + CODE_LIFETIME
    # Nobody's until the code was used: whoever knows the old password only must not be asked for a new factor.
    member.person_id, member.set_up_at = None, None
    db.session.flush()
    sessions.end_all(member.id)
    audit.record(actor, "staff added", f"staff:{member.id}", role=str(role))
    return Added(member, code)


def change_role(member: StaffMember, role: StaffRole, actor: str, why: str | None = None) -> None:
    """Give a member another role, which counts from their next click. Inside a transaction.

    Raises:
        LastAdmin
    """
    _spare_last_admin(member, role)
    audit.record(actor, "staff role", f"staff:{member.id}", why=why, before=member.role, after=str(role))
    member.role = role


def remove(member: StaffMember, actor: str, why: str | None = None) -> None:
    """Take somebody out of the console at once. Their account as a person stays. Inside a transaction.

    Raises:
        LastAdmin
    """
    _spare_last_admin(member, None)
    audit.record(actor, "staff removed", f"staff:{member.id}", why=why, role=member.role, person=member.person_id)
    db.session.execute(delete(StaffSession).where(StaffSession.member_id == member.id))
    db.session.delete(member)


def member_with_code(code: str, now: datetime) -> StaffMember | None:
    """The member whom this set-up code names, nobody else's for now; None when it is used, old, or none. Inside a
    transaction."""
    named = select(StaffMember).where(StaffMember.code_hash == hash_secret(code.strip()))
    member = db.session.scalar(named.with_for_update().execution_options(populate_existing=True))
    return member if member and member.code_expires_at and member.code_expires_at > now else None


def begin_set_up(member: StaffMember, name: str, password: str, now: datetime) -> Person:
    """Make the account of a member who brought their code, or take over the one of the same address.

    Nobody has proved to own that address before, so whoever had the account is signed out, and their password and
    second factors are gone. The code stays good until the second factor is there (``finish_set_up``). Inside a
    transaction.
    """
    person = person_with_email(member.email)
    if person is None:
        person = Person(email=member.email, email_key=member.email_key, terms_accepted_at=now)
        db.session.add(person)
    person.name, person.password_hash = name, hash_password(password)
    db.session.flush()
    person_sessions.end_all(person.id)
    factors.forget(person.id)
    passkeys.forget_all(person.id)
    member.person_id = person.id
    audit.record(f"person:{person.id}", "staff set-up began", f"staff:{member.id}")
    return person


def being_set_up(person_id: int, now: datetime) -> StaffMember | None:
    """The member that this person is about to become: the password is set, the second factor is not."""
    member = db.session.scalar(
        select(StaffMember).where(StaffMember.person_id == person_id, StaffMember.set_up_at.is_(None))
    )
    return member if member and member.code_expires_at and member.code_expires_at > now else None


def finish_set_up(member: StaffMember, now: datetime) -> bool:
    """The second factor is there: use the code up. False when it was used or replaced. Inside a transaction."""
    done = db.session.execute(
        update(StaffMember)
        .where(StaffMember.id == member.id, StaffMember.code_hash == member.code_hash)
        .values(set_up_at=now, code_hash=None, code_expires_at=None)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    audit.record(f"person:{member.person_id}", "staff set up", f"staff:{member.id}")
    return True


def is_staff(person_id: int) -> bool:
    """Whether this person may enter the console, given their second factor."""
    statement = select(StaffMember.id).where(StaffMember.person_id == person_id, StaffMember.set_up_at.is_not(None))
    return db.session.scalar(statement) is not None


def _spare_last_admin(member: StaffMember, becomes: StaffRole | None) -> None:
    if member.role != StaffRole.ADMIN or becomes is StaffRole.ADMIN or member.set_up_at is None:
        return
    # All of them, in one order, and held: two who take each other out at the same moment come one after the other.
    admins = select(StaffMember.id).where(StaffMember.role == StaffRole.ADMIN, StaffMember.set_up_at.is_not(None))
    if set(db.session.scalars(admins.order_by(StaffMember.id).with_for_update())) <= {member.id}:
        raise LastAdmin(member.email)
