"""Reading a contract's entitlements from AWS again, and writing down the difference.

The reading happens outside any transaction, the writing inside one; in between another process may have read later.
So each reading carries the moment it was asked, and an older one never overwrites a newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, or_, select, update

from portal.contracts import book
from portal.contracts.entitlements import Row, changes_of_dimensions, differences, rows_of
from portal.contracts.history import write_change
from portal.contracts.lifecycle import Signal, State, after_reading
from portal.contracts.models import Cause, Contract, ContractName, Entitlement, NameKind
from portal.contracts.names import can_be_asked_for, license_key
from portal.database import db, utcnow
from portal.marketplace.client import Marketplace
from portal.marketplace.values import EntitlementValue
from portal.products import Pricing, Products


@dataclass(frozen=True)
class Reading:
    """What AWS answered for one contract, and when it was asked."""

    asked_at: datetime
    entitlements: list[EntitlementValue]


@dataclass(frozen=True)
class Terms:
    """What an agreement event says about the terms; None means that it did not say."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    auto_renew: bool | None = None
    ended_because: str | None = None


def read(contract: Contract, marketplace: Marketplace) -> Reading:
    """Ask AWS what this contract grants now. Outside any transaction.

    A purchase is asked for by its licences; by the legacy customer identifier where it has one, because legacy products
    have one purchase per buyer; and by the account, keeping only rows of this purchase's licences, while one of them is
    known only in the spelling of events, which AWS refuses as a filter.

    Raises:
        MarketplaceUnavailable, MarketplaceRefused: as ``Marketplace.get_entitlements``.
    """
    names = db.session.execute(
        select(ContractName.kind, ContractName.key, ContractName.text).where(ContractName.contract_id == contract.id)
    ).all()
    product_code, account = contract.product_code, contract.aws_account_id
    db.session.commit()  # AWS may take seconds, and no database transaction should stay open for that long
    customers = [name.text for name in names if name.kind == NameKind.CUSTOMER]
    licenses = {name.key: name.text for name in names if name.kind == NameKind.LICENSE}
    arns = [text for text in licenses.values() if can_be_asked_for(text)]
    asked_at = utcnow()
    if customers:
        rows = marketplace.get_entitlements(product_code, customer_identifier=customers[-1])
        rows = _of_this_purchase(contract.id, set(), rows)
    elif arns and (len(arns) == len(licenses) or not account):
        rows = marketplace.get_entitlements(product_code, license_arns=arns)
    elif account:
        rows = marketplace.get_entitlements(product_code, aws_account_id=account)
        rows = _of_this_purchase(contract.id, set(licenses), rows)
    else:
        rows = []
    return Reading(asked_at, rows)


def _of_this_purchase(contract_id: UUID, keys: set[str], rows: list[EntitlementValue]) -> list[EntitlementValue]:
    """Of all an account holds, the rows of these licences; without any, those that no other contract bears."""
    if keys:
        return [row for row in rows if license_key(row.license_arn or "") in keys]
    told = {license_key(row.license_arn or "") for row in rows}
    others = set(
        db.session.scalars(
            select(ContractName.key).where(
                ContractName.kind == NameKind.LICENSE,
                ContractName.key.in_(told),
                ContractName.contract_id != contract_id,
            )
        )
    )
    db.session.commit()
    return [row for row in rows if license_key(row.license_arn or "") not in others]


def write(
    contract_id: UUID,
    reading: Reading,
    products: Products,
    *,
    cause: Cause,
    detail: str | None = None,
    notification_id: int | None = None,
    signal: Signal = Signal.NONE,
) -> bool:
    """Write what a reading changed: entitlements, state, history. Inside a transaction.

    Returns:
        Whether anything changed. A reading that was asked before the last one written changes nothing.
    """
    newest = update(Contract).where(
        Contract.id == contract_id,
        or_(Contract.confirmed_at.is_(None), Contract.confirmed_at < reading.asked_at),
    )
    # Who asked after this reading had begun is still owed an answer.
    still_asked = case((Contract.check_requested_at > reading.asked_at, Contract.check_requested_at), else_=None)
    written = db.session.execute(newest.values(confirmed_at=reading.asked_at, check_requested_at=still_asked))
    if not written.rowcount:  # type: ignore[attr-defined]
        return False
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)

    def note(subject: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        write_change(
            contract, cause, subject, before=before, after=after, detail=detail, notification_id=notification_id
        )

    version = contract.version
    _learn_licenses(contract, reading)
    _write_entitlements(contract, rows_of(reading.entitlements), note)
    state = after_reading(
        State(contract.state),
        entitled=bool(reading.entitlements),
        by_entitlements=products.named(contract.product_code).pricing is not Pricing.SUBSCRIPTION,
        signal=signal,
    )
    if state != contract.state:
        note("state", {"value": contract.state}, {"value": state})
        contract.state = state
        contract.ended_at = reading.asked_at if state is State.ENDED else None
        if state in {State.ACTIVE, State.WAITING}:
            contract.ended_because = None
    return contract.version != version


def _learn_licenses(contract: Contract, reading: Reading) -> None:
    """Keep AWS's full spelling of licences known so far from events only.

    A licence that is new here is not learned: it may be another purchase, whose buyer has yet to arrive.
    """
    statement = select(ContractName.key, ContractName.text).where(
        ContractName.contract_id == contract.id, ContractName.kind == NameKind.LICENSE
    )
    known = {name.key: name.text for name in db.session.execute(statement)}
    told = {license_key(row.license_arn): row.license_arn for row in reading.entitlements if row.license_arn}
    for key, arn in told.items():
        if key in known and not can_be_asked_for(known[key]):
            book.learn_names(contract, book.Names(license_arn=arn))


def _write_entitlements(contract: Contract, now: dict[tuple[str, str], Row], note: Any) -> None:
    stored = {(row.dimension, row.license_key): row for row in contract.entitlements}
    known = {key: Row(row.value, row.value_type, row.expires_at) for key, row in stored.items()}
    for dimension, before, after in changes_of_dimensions(known, now):
        note(f"dimension:{dimension}", before and before.as_json(), after and after.as_json())
    for (dimension, license_id), before, after in differences(known, now):
        if after is None:
            db.session.delete(stored[dimension, license_id])
        elif before is None:
            db.session.add(
                Entitlement(
                    contract_id=contract.id,
                    dimension=dimension,
                    license_key=license_id,
                    value=after.value,
                    value_type=after.value_type,
                    expires_at=after.expires_at,
                )
            )
        else:
            row = stored[dimension, license_id]
            row.value, row.value_type, row.expires_at = after.value, after.value_type, after.expires_at


def note_terms(
    contract: Contract,
    terms: Terms,
    *,
    occurred_at: datetime | None,
    cause: Cause,
    detail: str | None = None,
    notification_id: int | None = None,
) -> bool:
    """Write the terms an agreement event told, unless a newer event has told them already. Inside a transaction."""
    if contract.terms_at and occurred_at and occurred_at < contract.terms_at:
        return False
    version = contract.version
    for subject in ("starts_at", "ends_at", "auto_renew", "ended_because"):
        before, after = getattr(contract, subject), getattr(terms, subject)
        if after is None or after == before:
            continue
        setattr(contract, subject, after)
        write_change(
            contract,
            cause,
            subject,
            before=_as_json(before),
            after=_as_json(after),
            detail=detail,
            notification_id=notification_id,
        )
    contract.terms_at = occurred_at or contract.terms_at
    return contract.version != version


def _as_json(value: datetime | bool | str | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": value.isoformat() if isinstance(value, datetime) else value}


def request_check(contract_id: UUID) -> None:
    """Note that an answer of AWS is awaited: the page says so, the sweep sees to it. Inside a transaction."""
    db.session.execute(
        update(Contract)
        .where(Contract.id == contract_id, Contract.check_requested_at.is_(None))
        .values(check_requested_at=utcnow(), version=Contract.version + 1)
    )
