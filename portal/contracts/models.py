"""What was bought: contracts, the names AWS knows them by, their entitlements, and everything that changed.

A contract is one purchase as the customer sees it. It is never keyed by the AWS account: under Concurrent Agreements
one account may hold several contracts for one product.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    literal,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, Person
from portal.contracts.lifecycle import Signal, State
from portal.contracts.names import spoken
from portal.database import Base, ByteOrder, UTCDateTime, utcnow

FREE_TRIAL = "free-trial"
"""The one offer type that AWS names on arrival (user guide, "SaaS free trials")."""


_PROMISED = text("word = 'promised'")
_TO_TELL = text("to_tell IS NOT NULL")
_UNLINKED = text("organisation_id IS NULL AND merged_into_id IS NULL")


class NameKind(StrEnum):
    """The kinds of names AWS gives to a purchase (protocol facts, "Five words that get mixed up")."""

    LICENSE = "license"
    AGREEMENT = "agreement"
    CUSTOMER = "customer"


class Cause(StrEnum):
    """What made a contract change."""

    LANDING = "landing"
    NOTIFICATION = "notification"
    REFRESH = "refresh"
    SWEEP = "sweep"
    LINK = "link"
    IMPORT = "import"
    RENEWAL = "renewal"
    MOVE = "move"
    """Staff linked it, took it off an organisation, or gave it to another."""
    CONSENT = "consent"
    """Its own people moved it to another organisation, or back."""


_NOBODYS = "organisation_id IS NULL AND merged_into_id IS NULL AND state NOT IN ('ended', 'superseded')"


class Contract(Base):
    """One purchase; without an organisation it still waits for the buyer to arrive."""

    __tablename__ = "contracts"
    __table_args__ = (
        Index("ix_contracts_product_account", "product_code", "aws_account_id"),
        # For sweeps: which contracts of a product have not been confirmed since.
        Index("ix_contracts_product_confirmed", "product_code", "state", "confirmed_at", "id"),
        # For lists of staff: each order they can be read in, and what is rare enough to be looked up by itself.
        Index("ix_contracts_created", "created_at", "id"),
        Index("ix_contracts_until", "until_at", "id"),
        Index("ix_contracts_confirmed", "confirmed_at", "id"),
        Index("ix_contracts_state_created", "state", "created_at", "id"),
        Index("ix_contracts_unlinked", "created_at", "id", postgresql_where=_UNLINKED, sqlite_where=_UNLINKED),
        # For the people who look after purchases that nobody has set up.
        Index("ix_contracts_nobodys", "created_at", "id", postgresql_where=text(_NOBODYS), sqlite_where=text(_NOBODYS)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    product_code: Mapped[str] = mapped_column(String(255))
    aws_account_id: Mapped[str | None] = mapped_column(String(255), index=True)
    """The buyer's AWS account, as text (leading zeros count)."""
    offer_type: Mapped[str | None] = mapped_column(String(64))
    """`FREE_TRIAL` when AWS said so on the latest arrival."""
    state: Mapped[str] = mapped_column(String(16), default=State.WAITING)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When AWS was first seen to grant nothing any more."""
    ended_because: Mapped[str | None] = mapped_column(String(64))
    """AWS's word for the end (EXPIRED, CANCELLED, TERMINATED …)."""
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The end of the agreement as its events tell it; entitlements carry their own expiry."""
    until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When what is granted runs out, as far as is known: see ``contracts.terms.keep_until``. For lists, which read it
    by an index."""
    auto_renew: Mapped[bool | None]
    ends_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    auto_renew_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The time of the event that last told this: an older one arriving later does not overwrite it."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    linked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    continues_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    """The contract that this one renews or replaces."""
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    """The contract that this one turned out to belong to; nothing else of it is of interest then."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When AWS last answered for this contract."""
    check_requested_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    """Since when an answer of AWS is awaited; None when none is."""
    check_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    """When AWS is to be asked for that answer; who asks moves it on, so that nobody else does, and so that it is due
    again should the one who asks die."""
    check_attempts: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change that a page shows."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    organisation: Mapped[Organisation | None] = relationship()
    linked_by: Mapped[Person | None] = relationship()
    names: Mapped[list[ContractName]] = relationship(back_populates="contract")
    entitlements: Mapped[list[Entitlement]] = relationship(back_populates="contract", order_by="Entitlement.dimension")
    changes: Mapped[list[ContractChange]] = relationship(back_populates="contract", order_by="ContractChange.id.desc()")


def _spoken(context: Any) -> str:
    """From the row's own values, so that whoever writes a name need not know of it."""
    row = context.get_current_parameters()
    return spoken(row["text"] if row["kind"] == NameKind.CUSTOMER else row["key"])


def is_nobodys() -> ColumnElement[bool]:
    """The condition, written out as its index has it: a contract that goes on and that no organisation has."""
    return literal_column(f"({_NOBODYS})")


class ContractName(Base):
    """One name of a purchase. A purchase collects several over its life; each belongs to one contract only."""

    __tablename__ = "contract_names"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_contract_names_promised", "contract_id", postgresql_where=_PROMISED, sqlite_where=_PROMISED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(600))
    """What is compared: see ``portal.contracts.names``."""
    spoken: Mapped[str] = mapped_column(ByteOrder(600), index=True, default=_spoken)
    """What is left of it when somebody reads it out, for staff to search by: see ``names.spoken``."""
    text: Mapped[str] = mapped_column(String(600))
    """The fullest spelling seen, for calls to AWS."""
    word: Mapped[str | None] = mapped_column(String(16))
    """What AWS said last under this name: a ``lifecycle.Signal``."""
    word_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    agreement_status: Mapped[str | None] = mapped_column(String(32))
    """AWS's word for where an agreement stands, as the last sweep saw it (ACTIVE, CANCELLED …)."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    contract: Mapped[Contract] = relationship(back_populates="names")


def is_promised() -> ColumnElement[bool]:
    """The condition of a renewal that is made and not granted yet, written out, so that its own index will do."""
    return ContractName.word == literal(str(Signal.PROMISED), literal_execute=True)


class Entitlement(Base):
    """One dimension of a contract as AWS last told it."""

    __tablename__ = "entitlements"
    __table_args__ = (UniqueConstraint("contract_id", "dimension", "license_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    dimension: Mapped[str] = mapped_column(String(255))
    license_key: Mapped[str] = mapped_column(String(600), default="")
    value: Mapped[str] = mapped_column(Text)
    """The value in words of its type: `10`, `2.5`, `true`, or AWS's text."""
    value_type: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    contract: Mapped[Contract] = relationship(back_populates="entitlements")


class ContractChange(Base):
    """One line of a contract's history; written once, never altered, but for the mark that it is still to be told."""

    __tablename__ = "contract_changes"
    __table_args__ = (
        # For who tells of them: a handful, wherever they are in a long history.
        Index("ix_contract_changes_to_tell", "contract_id", postgresql_where=_TO_TELL, sqlite_where=_TO_TELL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    cause: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str | None] = mapped_column(String(255))
    """What the cause was called: the event's name, or who did it."""
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notifications.id"))
    subject: Mapped[str] = mapped_column(String(300))
    """What changed: `state`, `organisation`, `ends_at`, `dimension:<key>` …"""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    only_for_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """The one organisation that may read this line, because it tells of it; None when whoever has the contract may."""
    to_tell: Mapped[bool | None]
    """True until its people were written to about it (``contracts.notices``); None where nobody is."""

    contract: Mapped[Contract] = relationship(back_populates="changes")


class ContractReminder(Base):
    """One notice of an end that was given."""

    __tablename__ = "contract_reminders"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    days: Mapped[int]
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime] = mapped_column(UTCDateTime)
