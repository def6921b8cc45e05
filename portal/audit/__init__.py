"""Who did what to which thing, when, and why. Append-only: nothing here changes or deletes a line.

The database refuses to (triggers of migration 0004), and ``portal.audit.chain`` makes it seen when somebody has found
a way round that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db, utcnow


class AuditEntry(Base):
    """One security-relevant deed (AWS's SaaS guidelines ask that these be kept for at least a year)."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_actor_id", "actor", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)
    actor: Mapped[str] = mapped_column(String(64))
    """`person:12`, `worker`, `visitor`, `command`."""
    action: Mapped[str] = mapped_column(String(64))
    thing: Mapped[str] = mapped_column(String(100), index=True)
    """`contract:<id>`, `person:12`."""
    why: Mapped[str | None] = mapped_column(String(500))
    """The reason that a person gave."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class AuditSeal(Base):
    """One link of the chain: the hash of an entry together with the hash of the link before."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … without a gap. Two who seal at once want the same number, and one of them is refused."""
    entry_id: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)


def record(actor: str, action: str, thing: str, *, why: str | None = None, **detail: Any) -> None:
    """Write one line, in the caller's transaction, so that a deed and its record stand or fall together.

    Args:
        why: the reason that a person gave.
        detail: plain values; no full account id, address or secret belongs here.
    """
    reason = why[:500] if why else None
    db.session.add(AuditEntry(actor=actor, action=action, thing=thing[:100], why=reason, detail=detail))
