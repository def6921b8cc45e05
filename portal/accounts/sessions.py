"""Where people are signed in: a row for each browser, which they see and can end.

A stay ends when nobody has used it for a fortnight, after thirty days in any case, by signing out in that browser or
from another one, and with a new password. ASVS 5 (chapter 7) asks for both limits; thirty days are what people who look
at their contract once a month expect, and whoever can change something for good is asked to confirm that it is them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Person
from portal.database import Base, UTCDateTime, changed, db
from portal.sealing import hash_secret, new_secret

IDLE = timedelta(days=14)
LONGEST = timedelta(days=30)
SEEN_STEP = timedelta(minutes=10)
"""So exactly is it kept when a session was used last."""
LONGEST_AGENT = 80


class PersonSession(Base):
    """One browser in which a person is signed in."""

    __tablename__ = "person_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the key that the browser holds in its signed cookie."""
    how: Mapped[str] = mapped_column(String(64))
    """How they signed in, and with which second factor: `password`, `password+app`, `password+passkey`; in the place of
    `password` the name of an identity provider, which may have asked for both (`acme+provider`)."""
    agent: Mapped[str] = mapped_column(String(LONGEST_AGENT))
    """The browser in words, as it calls itself: `Firefox on Windows`."""
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    good_until: Mapped[int] = mapped_column(BigInteger)
    """In seconds since 1970: every look at a contract compares it, and a number is the same on all databases."""


@dataclass(frozen=True)
class SignedIn:
    """A person, and the session they are here with."""

    person: Person
    session_id: int
    seen_at: datetime


def begin(person_id: int, how: str, agent: str, now: datetime) -> str:
    """Sign a person in. Inside a transaction.

    Returns:
        The key for their browser; the database keeps its hash only.
    """
    key = new_secret()
    changed(
        delete(PersonSession).where(PersonSession.person_id == person_id, PersonSession.good_until <= _seconds(now))
    )
    db.session.add(
        PersonSession(
            person_id=person_id,
            key_hash=hash_secret(key),
            how=how,
            agent=agent[:LONGEST_AGENT],
            started_at=now,
            seen_at=now,
            good_until=_seconds(now + IDLE),
        )
    )
    db.session.flush()
    return key


def signed_in_with(key: str, now: datetime) -> SignedIn | None:
    """Who is signed in with this key; None when nobody is, or is any more."""
    row = db.session.execute(
        select(Person, PersonSession.id, PersonSession.seen_at)
        .join(PersonSession, PersonSession.person_id == Person.id)
        .where(PersonSession.key_hash == hash_secret(key), PersonSession.good_until > _seconds(now))
    ).one_or_none()
    return SignedIn(row[0], row[1], row[2]) if row else None


def seen(session_id: int, now: datetime) -> None:
    """Somebody uses this session. Inside a transaction; at most every ``SEEN_STEP`` is often enough."""
    started_at = db.session.scalar(select(PersonSession.started_at).where(PersonSession.id == session_id))
    if started_at is not None:
        good_until = _seconds(min(now + IDLE, started_at + LONGEST))
        changed(update(PersonSession).where(PersonSession.id == session_id).values(seen_at=now, good_until=good_until))


def sessions_of(person_id: int, now: datetime) -> list[PersonSession]:
    """Where this person is signed in, the one used last first."""
    mine = (PersonSession.person_id == person_id, PersonSession.good_until > _seconds(now))
    latest = (PersonSession.seen_at.desc(), PersonSession.id.desc())
    return list(db.session.scalars(select(PersonSession).where(*mine).order_by(*latest)))


def end(key: str) -> None:
    """End the session that this key names. Inside a transaction."""
    changed(delete(PersonSession).where(PersonSession.key_hash == hash_secret(key)))


def end_one(person_id: int, session_id: int) -> bool:
    """End one of the person's own sessions; whether there was one. Inside a transaction."""
    mine = (PersonSession.id == session_id, PersonSession.person_id == person_id)
    return bool(changed(delete(PersonSession).where(*mine)))


def end_all(person_id: int, *, but: str | None = None) -> None:
    """End all of the person's sessions, `but` that of one key. Inside a transaction."""
    ended = delete(PersonSession).where(PersonSession.person_id == person_id)
    changed(ended.where(PersonSession.key_hash != hash_secret(but)) if but else ended)


def end_without_second_factor(*, but: Sequence[int]) -> None:
    """End everybody's sessions that began without a second factor. Inside a transaction.

    Args:
        but: the ids of people whom this does not concern.
    """
    began_so = (~PersonSession.how.contains("+"), PersonSession.person_id.not_in(but))
    changed(delete(PersonSession).where(*began_so))


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())
