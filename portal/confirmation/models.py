"""Runs of the integration confirmation, and what is sighted while one is open.

Most of what a run proves stands in the database anyway: claims, links, changes, messages. A sighting is the rest: which
cookies the answer to an arrival set, who was shown which page, what a person says they did.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, utcnow


class Way(StrEnum):
    """Against what the integration is confirmed."""

    SANDBOX = "sandbox"
    AWS = "aws"


class Outcome(StrEnum):
    """How a finished run came out."""

    PASSED = "passed"
    INCOMPLETE = "incomplete"
    """Nothing was wrong, and not everything was seen."""
    FAILED = "failed"


class ConfirmationRun(Base):
    """One confirmation of one product: from when to when, whose doings count, and what came of it."""

    __tablename__ = "confirmation_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    product_code: Mapped[str] = mapped_column(String(255))
    way: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)
    started_by: Mapped[str] = mapped_column(String(64))
    """An actor of the audit log: `person:12`, `command`."""
    aws_account_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The test buyers: only what these AWS accounts do counts, so that no customer is taken for one."""
    contract_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Arrivals of which somebody said *that was me*, where AWS named no account."""
    version: Mapped[str] = mapped_column(String(64))
    """The portal's version and edition, as the report names them."""
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What was seen when the run was finished; from then on it does not change any more."""


class SightingKind(StrEnum):
    """What can be sighted."""

    ARRIVAL = "arrival"
    """The answer to a fulfilment POST: its status, its cookies by name, where the token was found in it."""
    STEP = "step"
    """A page or form on the way of a purchase: choice, sign-up, signed up, sign-in, signed in."""
    PAGE = "page"
    """A contract page was shown: to whom, at which version."""
    PROBE = "probe"
    """An address was asked, and what it answered."""
    SAID = "said"
    """A person, or the command's browser, says that they did something that happens outside of the portal."""


class Sighting(Base):
    """One thing that was seen during a run, once."""

    __tablename__ = "confirmation_sightings"
    __table_args__ = (UniqueConstraint("run_id", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("confirmation_runs.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(120))
    """What makes it this one: seen again, it is not written again."""
    claim_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"))
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
