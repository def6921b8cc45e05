"""A new password for whoever has forgotten theirs: by a link to their address, once, within an hour.

A link is over when a newer one was asked for, and when the account has another password or address by now. The second
factor, where there is one, is asked for afterwards as always: reading somebody's mail is not enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from portal import audit
from portal.accounts import factors, identities, mail_links, passkeys, recovery, sessions
from portal.accounts.models import Person
from portal.accounts.passwords import hash_password
from portal.accounts.people import person_with_email
from portal.audit import AuditEntry
from portal.database import db
from portal.sealing import hash_secret

PURPOSE = "password"
LIFETIME = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=2)
"""So soon after a letter no other is written: somebody is impatient, or wants to fill a mailbox."""
MOST_A_DAY = 10
ASKED = "asked for a new password"


@dataclass(frozen=True)
class Asked:
    """Who is written to, and what the link carries."""

    person: Person
    token: str


def ask(email: str, now: datetime) -> Asked | None:
    """Make a link for the person with this address. Inside a transaction.

    Returns:
        None where no letter is to be written: nobody has the address, or enough letters were written. The caller
        answers all the same.
    """
    person = person_with_email(email)
    if person is None:
        return None
    actor = f"person:{person.id}"
    before = mail_links.latest(person.id, PURPOSE)
    if before is not None and before.made_at > now - AGAIN_AFTER:
        return None
    today = select(func.count()).where(
        AuditEntry.actor == actor, AuditEntry.action == ASKED, AuditEntry.at > now - timedelta(days=1)
    )
    if (db.session.scalar(today) or 0) >= MOST_A_DAY:
        return None
    audit.record(actor, ASKED, actor)
    return Asked(person, mail_links.make(person, PURPOSE, LIFETIME, now, _about(person)))


def person_with(token: str, now: datetime) -> Person | None:
    """Who may choose a new password with this link; None when it is no good."""
    found = mail_links.find(token, PURPOSE, now)
    return found[1] if found and found[0].about == _about(found[1]) else None


def reset(token: str, password: str, now: datetime) -> Person | None:
    """Give the person a new password and sign them out everywhere. Inside a transaction.

    They have shown that they read mail at their address, so it counts as verified. Until then anybody could have signed
    up with it, and put in ways for later: those open nothing any more.

    Returns:
        None when the link is no good, or was used a moment ago.
    """
    person = person_with(token, now)
    if person is None:
        return None
    before, was_theirs, password_hash = (
        person.password_hash,
        person.email_verified_at is not None,
        hash_password(password),
    )
    if mail_links.take(token, PURPOSE, now) is None:
        return None
    mine = (Person.id == person.id, Person.password_hash.is_not_distinct_from(before))
    verified = func.coalesce(Person.email_verified_at, now)
    changed = update(Person).where(*mine).values(password_hash=password_hash, email_verified_at=verified)
    if not db.session.execute(changed.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        return None
    if not was_theirs:
        for kind in (identities, passkeys):
            kind.forget_all(person.id)
        for kind_of_code in (factors, recovery):
            kind_of_code.forget(person.id)
    db.session.refresh(person)
    sessions.end_all(person.id)
    audit.record(f"person:{person.id}", "password reset by mail", f"person:{person.id}")
    return person


def _about(person: Person) -> str:
    return hash_secret(f"password:{person.password_hash or ''}")
