"""Whether it is still the same person: their password, asked once more while they are signed in.

Whoever found an open browser must not be able to guess on: only so many tries are looked at in a quarter of an hour.
They are counted for people who are signed in, so nobody else can use them up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal import audit
from portal.accounts.factors import Answer
from portal.accounts.models import Person
from portal.accounts.passwords import verify_password
from portal.audit import AuditEntry
from portal.database import db, transaction

MOST_TRIES = 8
PAUSE = timedelta(minutes=15)
TRIED = "was asked for the password again"


def check_password(person_id: int, password: str, now: datetime) -> Answer:
    """Whether this is the person's password. Outside a transaction: the try is kept whatever comes of it.

    It is counted before the password is looked at, so that many at once are not more tries.
    """
    actor = f"person:{person_id}"
    with transaction():
        audit.record(actor, TRIED, actor)
    tries = select(func.count()).where(
        AuditEntry.actor == actor, AuditEntry.action == TRIED, AuditEntry.at > now - PAUSE
    )
    if (db.session.scalar(tries) or 0) > MOST_TRIES:
        return Answer.BLOCKED
    person = db.session.get_one(Person, person_id)
    return Answer.RIGHT if verify_password(password, person.password_hash) else Answer.WRONG
