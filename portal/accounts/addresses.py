"""Moving an account to another address, which is done once both the new and the old one have agreed.

A link goes to each. Whoever reads the new one shows that it is theirs; whoever reads the old one agrees, or stops it.
The database holds only hashes of what the links carry; each is good once, for a day, and until somebody asks anew.
Whether the new address has an account already is told to nobody but that address: then the change never completes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit
from portal.accounts.models import Person
from portal.accounts.people import email_key, person_with_email
from portal.audit import AuditEntry
from portal.database import Base, UTCDateTime, changed, db, insert
from portal.sealing import hash_secret, new_secret

LIFETIME = timedelta(hours=24)
MOST_AN_HOUR = 5
ASKED = "asked for another address"


class AddressChange(Base):
    """The one change of address that a person has asked for and that is not done yet."""

    __tablename__ = "address_changes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    new_email: Mapped[str] = mapped_column(String(320))
    new_email_key: Mapped[str] = mapped_column(String(320))
    new_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of what the link to the new address carries; None once it was used."""
    old_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Likewise, to the old one."""
    new_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    old_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Side(StrEnum):
    """Which of the two addresses a link went to."""

    NEW = "new"
    OLD = "old"


class Outcome(StrEnum):
    """What came of confirming."""

    GONE = "gone"
    """The link was used, replaced, stopped, or is too old."""
    WAITING = "waiting"
    """The other address has not agreed yet."""
    DONE = "done"
    FAILED = "failed"
    """Somebody else's account has the new address by now."""


class SameAddress(Exception):
    """There was a wish for the address that the person has already."""


class TooManyWishes(Exception):
    """There was one wish after another for other addresses."""


@dataclass(frozen=True)
class Asked:
    """What the two links carry. `new` is None where the new address has an account: it gets no link."""

    new: str | None
    old: str


def ask(person: Person, new_email: str, now: datetime) -> Asked:
    """Begin a change; one that was asked for before is forgotten. Inside a transaction.

    Raises:
        SameAddress, TooManyWishes.
    """
    actor = f"person:{person.id}"
    if email_key(new_email) == person.email_key:
        raise SameAddress(actor)
    lately = select(func.count()).where(
        AuditEntry.actor == actor, AuditEntry.action == ASKED, AuditEntry.at > now - timedelta(hours=1)
    )
    if (db.session.scalar(lately) or 0) >= MOST_AN_HOUR:
        raise TooManyWishes(actor)
    new, old = new_secret(), new_secret()
    values = {
        "new_email": new_email,
        "new_email_key": email_key(new_email),
        "new_hash": hash_secret(new),
        "old_hash": hash_secret(old),
        "new_confirmed_at": None,
        "old_confirmed_at": None,
        "asked_at": now,
        "expires_at": now + LIFETIME,
    }
    begun = insert(AddressChange).values(person_id=person.id, **values)
    db.session.execute(begun.on_conflict_do_update(index_elements=["person_id"], set_=values))
    audit.record(actor, ASKED, actor)
    return Asked(None if person_with_email(new_email) else new, old)


def asked_by(person_id: int, now: datetime) -> AddressChange | None:
    """The change that this person waits for."""
    change = db.session.get(AddressChange, person_id, populate_existing=True)
    return change if change and change.expires_at > now else None


def change_with(secret: str, now: datetime) -> tuple[AddressChange, Side] | None:
    """The change that a link is about, and which address it went to; None when it is no good any more."""
    hashed = hash_secret(secret)
    statement = select(AddressChange).where(
        or_(AddressChange.new_hash == hashed, AddressChange.old_hash == hashed), AddressChange.expires_at > now
    )
    change = db.session.scalar(statement.execution_options(populate_existing=True))
    return (change, Side.NEW if change.new_hash == hashed else Side.OLD) if change else None


def confirm(secret: str, now: datetime) -> Outcome:
    """Somebody who reads one of the addresses agrees. When both have, the account has the new one. In a transaction."""
    found = change_with(secret, now)
    if found is None:
        return Outcome.GONE
    change, side = found
    person_id, actor = change.person_id, f"person:{change.person_id}"
    column = AddressChange.new_hash if side is Side.NEW else AddressChange.old_hash
    used = {f"{side}_hash": None, f"{side}_confirmed_at": now}
    # Two who confirm at the same moment write the same row, one after the other: the second sees both.
    if not changed(update(AddressChange).where(column == hash_secret(secret)).values(**used)):
        return Outcome.GONE
    audit.record(actor, "confirmed a change of address", actor, side=str(side))
    agreed = exists().where(
        AddressChange.person_id == Person.id,
        AddressChange.new_confirmed_at.is_not(None),
        AddressChange.old_confirmed_at.is_not(None),
    )
    switch = (
        update(Person)
        .where(Person.id == person_id, agreed)
        .values(email=change.new_email, email_key=change.new_email_key, email_verified_at=now)
    )
    try:
        with db.session.begin_nested():
            done = changed(switch)
    except IntegrityError:
        stop(person_id, "address taken")
        return Outcome.FAILED
    if not done:
        return Outcome.WAITING
    db.session.execute(delete(AddressChange).where(AddressChange.person_id == person_id))
    audit.record(actor, "changed their address", actor)
    return Outcome.DONE


def refuse(secret: str, now: datetime) -> int | None:
    """Whoever reads the old address stops the change. Inside a transaction.

    Returns:
        Whose account it was about; None when the link is no good any more, or went to the new address.
    """
    found = change_with(secret, now)
    if found is None or found[1] is not Side.OLD:
        return None
    return found[0].person_id if stop(found[0].person_id, "refused by the old address") else None


def stop(person_id: int, why: str) -> bool:
    """Forget the change; whether there was one. Inside a transaction."""
    gone = bool(changed(delete(AddressChange).where(AddressChange.person_id == person_id)))
    if gone:
        audit.record(f"person:{person_id}", "change of address stopped", f"person:{person_id}", because=why)
    return gone
