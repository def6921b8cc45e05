"""Showing that one reads mail at the address one gave: by a link in the welcome letter.

Nobody waits for it. Whoever has just bought signs in and links the purchase at once; only what trusts the address
itself does: being matched with an account at an identity provider, and accepting an invitation that went to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from portal import audit
from portal.accounts import mail_links
from portal.accounts.models import Person
from portal.database import db

PURPOSE = "address"
LIFETIME = timedelta(days=7)
AGAIN_AFTER = timedelta(minutes=2)


def link_for(person: Person, now: datetime) -> str:
    """What the link in a letter to this person carries; an earlier one is good no more. Inside a transaction."""
    return mail_links.make(person, PURPOSE, LIFETIME, now)


def again(person: Person, now: datetime) -> str | None:
    """Likewise, for another letter; None when there is nothing to verify, or one went a moment ago."""
    before = mail_links.latest(person.id, PURPOSE)
    if person.email_verified_at is not None or (before is not None and before.made_at > now - AGAIN_AFTER):
        return None
    return link_for(person, now)


def person_with(token: str, now: datetime) -> Person | None:
    """Whose address this link is about; None when it is no good."""
    found = mail_links.find(token, PURPOSE, now)
    return found[1] if found else None


def verify(token: str, now: datetime) -> Person | None:
    """The person reads mail at their address. Inside a transaction; None when the link is no good, or was used."""
    found = mail_links.take(token, PURPOSE, now)
    if found is None:
        return None
    person = found[1]
    # Where the link went, and nowhere else: the address may change at this very moment.
    mine = (Person.id == person.id, Person.email_key == found[0].email_key)
    done = update(Person).where(*mine).values(email_verified_at=now).execution_options(synchronize_session=False)
    if not db.session.execute(done).rowcount:  # type: ignore[attr-defined]
        return None
    audit.record(f"person:{person.id}", "verified their address", f"person:{person.id}")
    return person
