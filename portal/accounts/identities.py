"""Who people are at an identity provider: the issuer's own name for them (`sub`), which nobody else gets.

An address proves nothing by itself: it may be typed, given to somebody else, or belong to an account here that has
been somebody's for years. So a person of a provider is joined to an account by that account's owner, signed in to it,
or gets a new one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit
from portal.accounts.models import Person
from portal.accounts.people import email_key, found_organisation
from portal.database import Base, UTCDateTime, changed, db, insert

LONGEST = 255
"""Of a subject, by OpenID Connect Core (2)."""


class Identity(Base):
    """A person of one provider."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(LONGEST))
    subject: Mapped[str] = mapped_column(String(LONGEST))
    provider: Mapped[str] = mapped_column(String(16))
    """The key of the settings under which it was joined."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LastWayIn(Exception):
    """There was no other way to sign in."""


def person_of(issuer: str, subject: str, now: datetime) -> Person | None:
    """Whose account this person of a provider has; None for none. Inside a transaction."""
    mine = (Identity.issuer == issuer, Identity.subject == subject)
    db.session.execute(update(Identity).where(*mine).values(used_at=now).execution_options(synchronize_session=False))
    return db.session.scalar(select(Person).join(Identity, Identity.person_id == Person.id).where(*mine))


def join(person_id: int, issuer: str, subject: str, provider: str, now: datetime) -> bool:
    """Let this person of a provider in as that person here. Inside a transaction.

    Returns:
        False when they are somebody's already.
    """
    statement = insert(Identity).values(
        person_id=person_id, issuer=issuer, subject=subject, provider=provider, created_at=now, used_at=now
    )
    made = bool(changed(statement.on_conflict_do_nothing()))
    if made:
        audit.record(f"person:{person_id}", "joined an identity", f"person:{person_id}", provider=provider)
    return made


def sign_up(
    name: str, email: str, organisation: str | None, identity: tuple[str, str, str], now: datetime
) -> Person | None:
    """An account for a person whom a provider vouches for, with no password. Inside a transaction.

    Args:
        organisation: what they found; None for who was invited to one.
        identity: the issuer, the subject, and the provider's key.

    Returns:
        None when the address, or this person of the provider, has an account by now.
    """
    issuer, subject, provider = identity
    try:
        with db.session.begin_nested():
            person = Person(
                name=name,
                email=email,
                email_key=email_key(email),
                email_verified_at=now,
                password_hash=None,
                terms_accepted_at=now,
            )
            db.session.add(person)
            db.session.flush()
            if not join(person.id, issuer, subject, provider, now):
                raise _Taken
    except (IntegrityError, _Taken):
        return None
    if organisation is not None:
        found_organisation(person.id, organisation)
    audit.record(f"person:{person.id}", "signed up", f"person:{person.id}", provider=provider)
    return person


class _Taken(Exception):
    """There was somebody else with this identity a moment before."""


def identities_of(person_id: int) -> list[Identity]:
    """With which providers this person may sign in."""
    return list(db.session.scalars(select(Identity).where(Identity.person_id == person_id).order_by(Identity.id)))


def remove(person_id: int, identity_id: int, issuers: Collection[str]) -> str | None:
    """Take one away from its owner. Inside a transaction.

    Args:
        issuers: those who can be signed in with today; one that the seller has no more is no way in.

    Returns:
        The key of its provider; None when there was none.

    Raises:
        LastWayIn: without it they could not sign in any more.
    """
    # The person's row is held, so that of two that are removed at once the second one sees the first.
    person = db.session.scalar(
        select(Person).where(Person.id == person_id).with_for_update().execution_options(populate_existing=True)
    )
    mine = {one.id: one for one in identities_of(person_id)}
    if identity_id not in mine:
        return None
    gone = mine.pop(identity_id)
    others = [one for one in mine.values() if one.issuer in issuers]
    if person is None or (person.password_hash is None and not others):
        raise LastWayIn
    db.session.execute(delete(Identity).where(Identity.id == identity_id, Identity.person_id == person_id))
    audit.record(f"person:{person_id}", "removed an identity", f"person:{person_id}", provider=gone.provider)
    return gone.provider


def forget_all(person_id: int) -> None:
    """Take all of them away. Inside a transaction."""
    db.session.execute(delete(Identity).where(Identity.person_id == person_id))
