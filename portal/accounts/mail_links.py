"""Links in letters to people: whoever follows one has shown that they read mail at the address it went to.

Each is good once, for a while, and until the next one for the same purpose. The database holds hashes of what the links
carry. A link is over as well when the account has another address by now.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Person
from portal.database import Base, UTCDateTime, changed, db, insert
from portal.sealing import hash_secret, new_secret


class MailLink(Base):
    """The latest link of one purpose that was sent to a person."""

    __tablename__ = "mail_links"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of what the link carries."""
    email_key: Mapped[str] = mapped_column(String(320))
    """Where it was sent."""
    about: Mapped[str] = mapped_column(String(64))
    """What must still be so when the link is used, as a hash; empty when nothing must."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


def make(person: Person, purpose: str, lifetime: timedelta, now: datetime, about: str = "") -> str:
    """What a new link carries; an earlier one of the same purpose is good no more. Inside a transaction."""
    token = new_secret()
    values = {
        "token_hash": hash_secret(token),
        "email_key": person.email_key,
        "about": about,
        "made_at": now,
        "expires_at": now + lifetime,
    }
    new = insert(MailLink).values(person_id=person.id, purpose=purpose, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=["person_id", "purpose"], set_=values))
    return token


def latest(person_id: int, purpose: str) -> MailLink | None:
    """The latest link that was sent to this person and not used."""
    return db.session.get(MailLink, (person_id, purpose), populate_existing=True)


def find(token: str, purpose: str, now: datetime) -> tuple[MailLink, Person] | None:
    """The link with this token, and whose it is; None when it is no good."""
    found = db.session.execute(
        select(MailLink, Person)
        .join(Person, Person.id == MailLink.person_id)
        .where(
            MailLink.token_hash == hash_secret(token),
            MailLink.purpose == purpose,
            MailLink.expires_at > now,
            MailLink.email_key == Person.email_key,
        )
        .execution_options(populate_existing=True)
    ).first()
    return (found[0], found[1]) if found else None


def take(token: str, purpose: str, now: datetime) -> tuple[MailLink, Person] | None:
    """Use a link up: of many who try at once one gets it. Inside a transaction."""
    found = find(token, purpose, now)
    if found is None:
        return None
    used = delete(MailLink).where(MailLink.token_hash == hash_secret(token), MailLink.expires_at > now)
    return found if changed(used) else None


def forget(person_id: int, purpose: str | None = None) -> None:
    """Let a person's links be good no more; all of them, without a purpose. Inside a transaction."""
    mine = delete(MailLink).where(MailLink.person_id == person_id)
    if purpose is not None:
        mine = mine.where(MailLink.purpose == purpose)
    db.session.execute(mine.execution_options(synchronize_session=False))
