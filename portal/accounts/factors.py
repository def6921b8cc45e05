"""The second factor: codes of an authenticator app (TOTP, RFC 6238, through pyotp), and what both factors share.

A code is good once, for its half minute and the one before and after. Five wrong ones in a row, and no code is taken
for a quarter of an hour; as a password comes first, nobody else can bring that about.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp
from sqlalchemy import ColumnElement, ForeignKey, String, delete, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, changed, db, insert
from portal.sealing import Seal

PURPOSE = "second factor"
MOST_TRIES = 5
PAUSE = timedelta(minutes=15)
STEP_SECONDS = 30


class SecondFactor(Base):
    """What stands beside a person's password."""

    __tablename__ = "second_factors"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sealed_key: Mapped[str | None] = mapped_column(String(255))
    """The key that the app holds too; None until its first code was right."""
    sealed_pending: Mapped[str | None] = mapped_column(String(255))
    """A key that is shown, and whose first code is awaited."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The half minute of the latest code taken: no code of it, or of an earlier one, is good again."""
    tries: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    challenge: Mapped[str | None] = mapped_column(String(128))
    """What a passkey is asked to sign at this moment."""
    challenge_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Answer(StrEnum):
    """What became of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    BLOCKED = "blocked"


def factor_of(person_id: int) -> SecondFactor | None:
    """What stands beside this person's password, if anything."""
    return db.session.get(SecondFactor, person_id, populate_existing=True)


def forget(person_id: int) -> None:
    """Take the person's app away. Inside a transaction."""
    db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))


def forget_pending(person_id: int) -> None:
    """Forget a key whose first code is awaited. Inside a transaction."""
    changed(update(SecondFactor).where(SecondFactor.person_id == person_id).values(sealed_pending=None))


def remove_app(person_id: int) -> bool:
    """Take the app away; whether there was one. Inside a transaction."""
    mine = (SecondFactor.person_id == person_id, SecondFactor.sealed_key.is_not(None))
    return bool(changed(update(SecondFactor).where(*mine).values(sealed_key=None, sealed_pending=None)))


def new_key(person_id: int, seal: Seal) -> None:
    """Make a new key for an app to hold; it counts once its first code was right. Inside a transaction."""
    ensure(person_id).sealed_pending = seal.close(pyotp.random_base32())


def key_to_show(person_id: int, seal: Seal) -> str | None:
    """The new key, in base 32, while its first code is awaited."""
    factor = factor_of(person_id)
    return seal.open(factor.sealed_pending) if factor and factor.sealed_pending else None


def address_of_key(key: str, email: str, issuer: str) -> str:
    """The `otpauth:` address that apps read as a picture."""
    return pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=issuer)


def confirm_key(person_id: int, code: str, seal: Seal, now: datetime) -> Answer:
    """Take the key that is shown, when this is a code of it. Inside a transaction."""
    factor = factor_of(person_id)
    key = seal.open(factor.sealed_pending) if factor and factor.sealed_pending else None
    return _take(person_id, key, code, now, sealed_key=SecondFactor.sealed_pending, sealed_pending=None, last_step=0)


def take_key(person_id: int, key: str, code: str, seal: Seal, now: datetime) -> Answer:
    """Take a key of a person who has no second factor, when this is a code of it. Inside a transaction.

    Args:
        key: in base 32, as one browser alone was shown it.
    """
    ensure(person_id)
    none_yet = SecondFactor.sealed_key.is_(None)
    return _take(person_id, key, code, now, none_yet, sealed_key=seal.close(key), sealed_pending=None, last_step=0)


def check_code(person_id: int, code: str, seal: Seal, now: datetime) -> Answer:
    """Whether this is a code of the person's app that was not used yet. Inside a transaction."""
    factor = factor_of(person_id)
    key = seal.open(factor.sealed_key) if factor and factor.sealed_key else None
    return _take(person_id, key, code, now)


def _take(
    person_id: int, key: str | None, code: str, now: datetime, *conditions: ColumnElement[bool], **changes: object
) -> Answer:
    mine = SecondFactor.person_id == person_id
    if not count_try(person_id, now):
        return Answer.BLOCKED
    step = _step_of(key, code, now) if key else None
    if step is not None:
        taken = update(SecondFactor).where(mine, *conditions)
        if "last_step" not in changes:
            taken = taken.where(SecondFactor.last_step < step)
        if changed(taken.values(**{**changes, "last_step": step, "tries": 0, "blocked_until": None})):
            return Answer.RIGHT
    return judge_try(person_id, now, right=False)


def count_try(person_id: int, now: datetime) -> bool:
    """Count a try before it is looked at, so that many at once are not more tries than five; whether there is one left.
    Inside a transaction."""
    free = or_(SecondFactor.blocked_until.is_(None), SecondFactor.blocked_until <= now)
    counted = update(SecondFactor).where(SecondFactor.person_id == person_id, free)
    return bool(changed(counted.values(tries=SecondFactor.tries + 1)))


def judge_try(person_id: int, now: datetime, *, right: bool) -> Answer:
    """What a try that was counted comes to: the next ones are free again, or none is for a while. Inside a
    transaction."""
    mine = update(SecondFactor).where(SecondFactor.person_id == person_id)
    if right:
        changed(mine.values(tries=0, blocked_until=None))
        return Answer.RIGHT
    full = mine.where(SecondFactor.tries >= MOST_TRIES)
    return Answer.BLOCKED if changed(full.values(tries=0, blocked_until=now + PAUSE)) else Answer.WRONG


def _step_of(key: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is: the present one, or a neighbour, for clocks differ."""
    digits = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(key)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(app.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def ensure(person_id: int) -> SecondFactor:
    """The person's row, made when there is none. Inside a transaction."""
    db.session.execute(insert(SecondFactor).values(person_id=person_id, last_step=0, tries=0).on_conflict_do_nothing())
    return db.session.get_one(SecondFactor, person_id, populate_existing=True)
