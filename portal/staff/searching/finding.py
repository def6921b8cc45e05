"""Looking up contracts and messages for the search box. Each reads a bounded number of rows, by an index."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, union

from portal.contracts.findings import Finding, FindingKind
from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import db
from portal.language import gettext as _
from portal.language import marked
from portal.notifications.envelope import told_id
from portal.notifications.models import Fate, Notification, NotificationId, has_fate
from portal.staff.overview.lines import Line, lines, lines_of, read
from portal.staff.searching.beginnings import begins_with

MOST_UNLANDED = 20
_AGREEMENT, _NAMES = "agmt-", {NameKind.AGREEMENT: marked("agreement"), NameKind.LICENSE: marked("licence")}


@dataclass(frozen=True)
class FoundContract:
    """A contract, why it was found, and whether by the whole of a name."""

    line: Line
    why: str
    exact: bool


@dataclass(frozen=True)
class FoundMessage:
    """A message of AWS."""

    id: int
    name: str
    fate: str
    received_at: datetime
    contract_id: UUID | None
    why: str
    exact: bool


@dataclass(frozen=True)
class Unlanded:
    """A purchase seen on AWS with which nobody has come here."""

    product_code: str
    name: str
    aws_account_id: str | None
    first_seen_at: datetime


def contract(contract_id: UUID) -> list[FoundContract]:
    """The contract with this id, or the one it was joined to."""
    into = db.session.execute(select(Contract.merged_into_id).where(Contract.id == contract_id)).first()
    if into is None:
        return []
    why = _("joined to the contract with this id") if into[0] else _("the contract with this id")
    return [FoundContract(line, why, exact=True) for line in lines_of([into[0] or contract_id]).values()]


def contracts_named(said: str, limit: int, *, license_only: bool = False) -> list[FoundContract]:
    """Contracts that bear this name, as it is read out; if none does, those with a name that begins so."""
    statement = select(ContractName.spoken, ContractName.contract_id, ContractName.kind, ContractName.text).where(
        begins_with(ContractName.spoken, said)
    )
    if license_only:
        statement = statement.where(ContractName.kind == NameKind.LICENSE)
    # In the order of the index the whole name comes before all that only begin so.
    rows = db.session.execute(statement.order_by(ContractName.spoken).limit(limit)).all()
    exact = bool(rows) and rows[0].spoken == said
    if exact:
        rows = [row for row in rows if row.spoken == said]
    found = lines_of({row.contract_id for row in rows})
    whys = {row.contract_id: _why(row.kind, row.text, exact) for row in reversed(rows)}
    return [FoundContract(found[one], why, exact) for one, why in reversed(whys.items()) if one in found]


def _why(kind: str, text: str, exact: bool) -> str:
    name = _(_NAMES[NameKind(kind)]) if kind in _NAMES else _("customer identifier") if kind in list(NameKind) else kind
    return f"{name} {text}" if exact else _("%(name)s %(text_of_it)s begins so", name=name, text_of_it=text)


def contracts_of_account(account_id: str, limit: int) -> list[FoundContract]:
    """The contracts of a buyer's AWS account, the newest first."""
    statement = lines().where(Contract.aws_account_id == account_id)
    found = read(statement.order_by(Contract.created_at.desc(), Contract.id).limit(limit))
    return [FoundContract(line, _("bought with this AWS account"), exact=True) for line in found]


def message(notification_id: int) -> list[FoundMessage]:
    """The message with this number."""
    statement = _messages().where(Notification.id == notification_id)
    return _read(statement, _("the message with this number"), exact=True)


def messages_told(identity: str, limit: int) -> list[FoundMessage]:
    """Messages that AWS knows by this id."""
    statement = (
        _messages()
        .join(NotificationId, NotificationId.notification_id == Notification.id)
        .where(NotificationId.told_id == told_id(identity))
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    return _read(statement, _("AWS gave it this id"), exact=True)


def messages_about(said: str, limit: int) -> list[FoundMessage]:
    """Messages about a purchase with which nobody has landed, by its licence or its agreement."""
    keys = [said, f"{_AGREEMENT}{said}"]
    columns = (Notification.license_key, Notification.agreement_key, Notification.previous_agreement_key)
    # Put together from three: no database has an index for several columns at once.
    ids = union(*(select(Notification.id).where(has_fate(Fate.PARKED), column.in_(keys)) for column in columns))
    statement = _messages().where(Notification.id.in_(ids)).order_by(Notification.id.desc()).limit(limit)
    return _read(statement, _("speaks of it, and nobody has come with it"), exact=False)


def _read(statement: Any, why: str, *, exact: bool) -> list[FoundMessage]:
    return [
        FoundMessage(row.id, row.name, row.fate, row.received_at, row.contract_id, why, exact)
        for row in db.session.execute(statement)
    ]


def _messages() -> Any:
    """What ``FoundMessage`` begins with."""
    return select(
        Notification.id, Notification.name, Notification.fate, Notification.received_at, Notification.contract_id
    )


def unlanded(said: str, product_codes: Collection[str]) -> list[Unlanded]:
    """Purchases that a reconciliation found, and that nobody has brought, by licence or agreement."""
    rows = db.session.execute(
        select(Finding.product_code, Finding.name, Finding.aws_account_id, Finding.first_seen_at)
        .where(
            Finding.kind == FindingKind.NEVER_LANDED,
            Finding.product_code.in_(product_codes),
            Finding.name.in_([said, f"{_AGREEMENT}{said}"]),
            Finding.resolved_at.is_(None),
        )
        .limit(MOST_UNLANDED)
    )
    return [Unlanded(*row) for row in rows]
