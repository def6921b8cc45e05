"""What a reconciliation found that is for people to decide: records, and nothing that acts by itself.

A finding stays open while sweeps find it again. One that a later complete sweep does not find any more is resolved.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db, insert
from portal.language import marked

_OPEN = text("resolved_at IS NULL")

AGREEMENT_OVER = marked("%(state)s, though the agreement is %(status)s")
AGREEMENT = marked("agreement %(name)s")
GRANTS = marked("grants %(dimension)s")
NO_ANSWER = marked("AWS was asked %(number)s times and gave no answer")
NOT_CONFIRMED = marked("%(state)s, not confirmed since %(since)s UTC")
DETAILS = (AGREEMENT_OVER, AGREEMENT, GRANTS, NO_ANSWER, NOT_CONFIRMED)
"""What is told of a finding: kept in English, and said in the language of who reads it."""


class FindingKind(StrEnum):
    """What may be found."""

    NEVER_LANDED = "never landed"
    """Bought on AWS Marketplace, and no buyer has come to set it up."""
    ACCESS_WITHOUT_AGREEMENT = "access without agreement"
    """We grant access, AWS may show entitlements, and every agreement we know of is over."""
    STALE = "stale"
    """We grant access, and AWS has not confirmed it for long."""
    UNKNOWN_DIMENSION = "unknown dimension"
    """AWS counts something that the products file does not describe; it is shown under its key."""


class Finding(Base):
    """One thing that was found, and from when to when."""

    __tablename__ = "findings"
    __table_args__ = (
        Index(
            "uq_findings_open", "kind", "product_code", "name", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    product_code: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(600))
    """What it is about: a licence key, an agreement id, a legacy customer's key, a contract's id, or a dimension."""
    aws_account_id: Mapped[str | None] = mapped_column(String(255))
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    detail: Mapped[str | None] = mapped_column(String(255))
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Found:
    """One thing as a sweep finds it."""

    kind: FindingKind
    product_code: str
    name: str
    aws_account_id: str | None = None
    contract_id: UUID | None = None
    detail: str | None = None


def note(found: Collection[Found], now: datetime) -> None:
    """Write down what was found; what is open already is seen again. Inside a transaction."""
    rows = {
        (one.kind, one.product_code, one.name[:600]): {
            "kind": one.kind,
            "product_code": one.product_code,
            "name": one.name[:600],
            "aws_account_id": one.aws_account_id,
            "contract_id": one.contract_id,
            "detail": one.detail[:255] if one.detail else None,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for one in found
    }
    if not rows:
        return
    statement = insert(Finding)
    again = {name: statement.excluded[name] for name in ("aws_account_id", "contract_id", "detail", "last_seen_at")}
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "product_code", "name"], index_where=_OPEN, set_=again
    )
    # Always in one order, so that two sweeps with the same findings wait for each other instead of for ever.
    db.session.execute(statement, [rows[key] for key in sorted(rows)])


def resolve(product_code: str, kinds: Collection[FindingKind], seen_before: datetime, now: datetime) -> None:
    """Resolve what a complete sweep has not found again. Inside a transaction.

    Args:
        seen_before: when that sweep began.
    """
    db.session.execute(
        update(Finding)
        .where(
            Finding.product_code == product_code,
            Finding.kind.in_(kinds),
            Finding.resolved_at.is_(None),
            Finding.last_seen_at < seen_before,
        )
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def resolve_about(contract_ids: Collection[UUID], kind: FindingKind, now: datetime) -> None:
    """Resolve what was found about these contracts, because it is so no more. Inside a transaction."""
    if contract_ids:
        db.session.execute(
            update(Finding)
            .where(Finding.contract_id.in_(contract_ids), Finding.kind == kind, Finding.resolved_at.is_(None))
            .values(resolved_at=now)
            .execution_options(synchronize_session=False)
        )


def open_findings(kinds: Collection[FindingKind] = (), product_codes: Collection[str] = ()) -> Sequence[Finding]:
    """What is open, of some kinds or products if any are named, the longest open first."""
    statement = select(Finding).where(Finding.resolved_at.is_(None))
    if kinds:
        statement = statement.where(Finding.kind.in_(kinds))
    if product_codes:
        statement = statement.where(Finding.product_code.in_(product_codes))
    order = (Finding.kind, Finding.first_seen_at, Finding.id)
    return db.session.scalars(statement.order_by(*order).execution_options(populate_existing=True)).all()
