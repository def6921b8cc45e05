"""Slowing down whoever guesses passwords, without giving anybody the means to lock somebody else out.

A stranger's wrong passwords make the stranger wait, longer each time: for this account from where they are, for all
accounts from where they are, and, when many places try one account, for all strangers to it. A browser in which the
person has signed in before (``portal.web.known_device``) is none of these: it is counted for itself alone. And whoever
follows the link for a new password makes their browser known by it.

A try is counted before the password is looked at, so many at once are not more tries, and whether or not the address
has an account, so waiting tells nothing. What is counted is named by keyed hashes, and forgotten after a day.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db, insert

FORGOTTEN_AFTER = timedelta(hours=1)
"""So long after the last wrong password all is as if there had been none."""
KEPT_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=15)


@dataclass(frozen=True)
class Limit:
    """How many wrong passwords are free, and how long the pause gets at most: it doubles each time."""

    name: str
    free: int
    longest: timedelta


HERE = Limit("account from here", 5, timedelta(minutes=15))
SOURCE = Limit("from here", 30, timedelta(minutes=15))
"""An office full of people may come from one address."""
STRANGERS = Limit("account", 25, timedelta(minutes=5))
DEVICE = Limit("device", 10, timedelta(minutes=15))


@dataclass(frozen=True)
class Counter:
    """What one try counts for."""

    key: str
    limit: Limit


class SignInTries(Base):
    """How many wrong passwords there were of late, by one counter."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A keyed hash of whom and where it is about."""
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


def counters(secret: str, email_key: str, source: str, device: str | None) -> list[Counter]:
    """What a try counts for.

    Args:
        secret: of the portal.
        source: the address that the request comes from.
        device: what the browser is called, if this person has signed in with it before.
    """
    if device is not None:
        return [_counter(secret, DEVICE, device)]
    return [
        _counter(secret, HERE, email_key, source),
        _counter(secret, SOURCE, source),
        _counter(secret, STRANGERS, email_key),
    ]


def begin(of: Sequence[Counter], now: datetime) -> timedelta | None:
    """Count a try. Inside a transaction.

    Returns:
        How long to wait, where it is too early for another try; the password must not be looked at then.
    """
    _forget_old(now)
    rows = []
    for counter in sorted(of, key=lambda one: one.key):  # in one order, so that nobody waits for each other
        new = insert(SignInTries).values(key=counter.key, tries=0, last_at=now)
        db.session.execute(new.on_conflict_do_nothing())
        held = select(SignInTries).where(SignInTries.key == counter.key).with_for_update()
        rows.append((counter.limit, db.session.scalars(held.execution_options(populate_existing=True)).one()))
    waits = [row.held_until - now for _limit, row in rows if row.held_until and row.held_until > now]
    if waits:
        return max(waits)
    for limit, row in rows:
        row.tries = 1 if row.last_at < now - FORGOTTEN_AFTER else row.tries + 1
        row.last_at = now
        over = row.tries - limit.free
        row.held_until = now + min(FIRST_PAUSE * 2 ** min(over - 1, 10), limit.longest) if over > 0 else None
    db.session.flush()
    return None


def right(of: Sequence[Counter]) -> None:
    """The password was right: the try was none. Inside a transaction."""
    for counter in of:
        mine = SignInTries.key == counter.key
        if counter.limit in (HERE, DEVICE):
            db.session.execute(delete(SignInTries).where(mine).execution_options(synchronize_session=False))
        else:
            less = update(SignInTries).where(mine, SignInTries.tries > 0)
            less = less.values(tries=SignInTries.tries - 1, held_until=None)
            db.session.execute(less.execution_options(synchronize_session=False))


def pause(of: Sequence[Counter], now: datetime) -> timedelta | None:
    """How long whoever was just wrong has to wait before the next try."""
    keys = [counter.key for counter in of]
    until = db.session.scalar(
        select(SignInTries.held_until)
        .where(SignInTries.key.in_(keys), SignInTries.held_until > now)
        .order_by(SignInTries.held_until.desc())
        .limit(1)
    )
    return until - now if until else None


def _forget_old(now: datetime) -> None:
    # What somebody else has in hand is left to them: waiting for it while holding others could go on for ever.
    old = select(SignInTries.key).where(SignInTries.last_at < now - KEPT_FOR).limit(100)
    gone = delete(SignInTries).where(SignInTries.key.in_(old.with_for_update(skip_locked=True)))
    db.session.execute(gone.execution_options(synchronize_session=False))


def _counter(secret: str, limit: Limit, *parts: str) -> Counter:
    text = "\0".join(("sign-in tries", limit.name, *parts))
    return Counter(hmac.new(secret.encode(), text.encode(), sha256).hexdigest(), limit)
