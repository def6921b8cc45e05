"""Recovery codes: ten sheets of paper for whoever has lost telephone and key. Each is good once.

They are random and long (118 bits; ASVS 5, 6.5.2, asks for 112), so a plain hash is kept. Wrong ones count as wrong
codes of the app do.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts import factors
from portal.accounts.factors import Answer
from portal.database import Base, UTCDateTime, changed, db
from portal.sealing import hash_secret

NUMBER = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 6, 4


class RecoveryCode(Base):
    """One code of a person, by its hash."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def new_codes(person_id: int) -> list[str]:
    """Make ten new codes, as `abcd-efgh-jkmn-pqrs-tuvw-xyz2`; the earlier ones are good no more. Inside a transaction.

    They are shown once, and cannot be read again.
    """
    forget(person_id)
    codes = ["-".join(_group() for _ in range(_GROUPS)) for _ in range(NUMBER)]
    db.session.add_all(RecoveryCode(person_id=person_id, code_hash=_hash(person_id, code)) for code in codes)
    return codes


def use(person_id: int, code: str, now: datetime) -> Answer:
    """Whether this is a code of the person's that was not used yet; then it is. Inside a transaction."""
    if not factors.count_try(person_id, now):
        return Answer.BLOCKED
    mine = (RecoveryCode.person_id == person_id, RecoveryCode.code_hash == _hash(person_id, code))
    used = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now)
    return factors.judge_try(person_id, now, right=bool(changed(used)))


def left(person_id: int) -> int:
    """How many codes the person has left."""
    mine = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


def forget(person_id: int) -> None:
    """Take all codes of the person away. Inside a transaction."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))


def _hash(person_id: int, code: str) -> str:
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return hash_secret(f"{person_id}:{letters}")
