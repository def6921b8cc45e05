"""Stays in the console: they begin with a second factor, and end by signing out, by idling, after a working day, or
when the member is taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update

from portal import audit
from portal.database import db
from portal.sealing import hash_secret, new_secret
from portal.staff.models import StaffMember, StaffRole, StaffSession

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SAME_LOOK = timedelta(minutes=10)
"""So long is a page that is looked at again and again one look."""
LOOKS_KEPT = 8
"""Of so many pages: as many may be open side by side, each renewing itself."""


@dataclass(frozen=True)
class Stay:
    """Somebody in the console."""

    id: int
    member_id: int
    person_id: int
    role: StaffRole


def begin(person_id: int, factor: str, now: datetime) -> str | None:
    """Let a member in whose second factor was right. Inside a transaction.

    Args:
        factor: which it was, for the audit log.

    Returns:
        The key for their browser; None for whoever is no member.
    """
    member = db.session.scalar(
        select(StaffMember).where(StaffMember.person_id == person_id, StaffMember.set_up_at.is_not(None))
    )
    if member is None:
        return None
    key = new_secret()
    db.session.execute(delete(StaffSession).where(StaffSession.started_at < now - LONGEST))
    db.session.add(StaffSession(key_hash=hash_secret(key), member_id=member.id, started_at=now, seen_at=now, looks={}))
    audit.record(f"person:{person_id}", "entered the console", f"staff:{member.id}", factor=factor)
    return key


def stay_with(key: str, person_id: int, now: datetime) -> Stay | None:
    """The stay that this browser's key names, for this person; None when it is over."""
    row = db.session.execute(
        select(StaffSession.id, StaffMember.id.label("member_id"), StaffMember.role)
        .join(StaffMember, StaffMember.id == StaffSession.member_id)
        .where(
            StaffSession.key_hash == hash_secret(key),
            StaffSession.started_at > now - LONGEST,
            StaffSession.seen_at > now - IDLE,
            StaffMember.person_id == person_id,
            StaffMember.set_up_at.is_not(None),
        )
    ).one_or_none()
    return Stay(row.id, row.member_id, person_id, StaffRole(row.role)) if row else None


def look(stay: Stay, page: str, now: datetime) -> bool:
    """Note what is looked at; whether that is to be written down. Inside a transaction.

    A page that is looked at once more keeps nobody in the console: open pages renew themselves.

    Args:
        page: its whole address. A hash of it is kept, for what is long or masked may look like another.
    """
    page = sha256(page.encode()).hexdigest()
    looks = db.session.scalar(select(StaffSession.looks).where(StaffSession.id == stay.id)) or {}
    known = looks.pop(page, None)
    if known is not None and datetime.fromisoformat(known) > now - SAME_LOOK:
        return False
    kept = dict([*looks.items(), (page, now.isoformat())][-LOOKS_KEPT:])
    note = update(StaffSession).where(StaffSession.id == stay.id).values(looks=kept)
    db.session.execute(note.values(seen_at=now) if known is None else note)
    return True


def act(stay: Stay, now: datetime) -> None:
    """Something was sent, so somebody is there. Inside a transaction."""
    db.session.execute(update(StaffSession).where(StaffSession.id == stay.id).values(seen_at=now))


def end(key: str) -> None:
    """End the stay that this key names. Inside a transaction."""
    db.session.execute(delete(StaffSession).where(StaffSession.key_hash == hash_secret(key)))


def end_all(member_id: int) -> None:
    """End every stay of a member. Inside a transaction."""
    db.session.execute(delete(StaffSession).where(StaffSession.member_id == member_id))
