"""The guard at the sign-in: counts wrong passwords by whom and where from, see ``portal.accounts.lockout``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from portal import audit
from portal.accounts import lockout
from portal.accounts.lockout import Counter
from portal.accounts.people import email_key, person_with_email
from portal.database import transaction, utcnow
from portal.services import settings
from portal.web import known_device, limits


def counters_of(email: str) -> list[Counter]:
    """What a try to sign in with this address counts for, from this browser."""
    person = person_with_email(email)
    device = known_device.name_for(person.id) if person else None
    return lockout.counters(settings().secret_key, email_key(email), limits.address(), device)


def begin_try(of: Sequence[Counter]) -> timedelta | None:
    """Count a try; how long to wait instead, where it is too early for one."""
    with transaction():
        return lockout.begin(of, utcnow())


def note_wrong(email: str, of: Sequence[Counter]) -> None:
    """The password was wrong, or nobody has this address, which the audit log does not keep."""
    person = person_with_email(email)
    with transaction():
        wait = lockout.pause(of, utcnow())
        audit.record(
            "visitor",
            "sign-in refused",
            f"person:{person.id}" if person else "nobody",
            known_browser=len(of) == 1,
            pause_seconds=round(wait.total_seconds()) if wait else 0,
        )


def note_right(of: Sequence[Counter]) -> None:
    """The password was right."""
    with transaction():
        lockout.right(of)
