"""Who did what to which thing, and when. Append-only: nothing here changes or deletes a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db, utcnow


class AuditEntry(Base):
    """One security-relevant deed (AWS's SaaS guidelines ask that these be kept for at least a year)."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)
    actor: Mapped[str] = mapped_column(String(64))
    """`person:12`, `worker`, `visitor`."""
    action: Mapped[str] = mapped_column(String(64))
    thing: Mapped[str] = mapped_column(String(100), index=True)
    """`contract:<id>`, `person:12`."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(actor: str, action: str, thing: str, **detail: Any) -> None:
    """Write one line, in the caller's transaction, so that a deed and its record stand or fall together."""
    db.session.add(AuditEntry(actor=actor, action=action, thing=thing, detail=detail))
