"""Writing down what a reading of AWS changed.

Reading happens outside any transaction (``portal.contracts.asking``), writing inside one; in between another process
may have read later. So each reading carries the moment it was asked, and an older one never overwrites a newer one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from portal.contracts import book
from portal.contracts.entitlements import Row, changes_of_dimensions, differences, rows_of
from portal.contracts.history import Because, note
from portal.contracts.lifecycle import Signal, State, after_reading, signal_by_now, while_unsure
from portal.contracts.models import Cause, Contract, Entitlement, NameKind
from portal.contracts.names import can_be_asked_for, customer_key, license_key
from portal.contracts.reading import Reading
from portal.contracts.terms import keep_until
from portal.contracts.words import words_of
from portal.database import db, utcnow
from portal.products import Pricing, Products


def lock(contract_ids: Collection[UUID]) -> dict[UUID, Contract]:
    """The contracts with names and entitlements as they are now, nobody else's until the end of the transaction.

    Always in one order, so that two workers with the same contracts wait for each other instead of for ever.
    """
    statement = (
        select(Contract)
        .where(Contract.id.in_(contract_ids))
        .order_by(Contract.id)
        .with_for_update()
        .options(selectinload(Contract.names), selectinload(Contract.entitlements))
        .execution_options(populate_existing=True)
    )
    return {contract.id: contract for contract in db.session.scalars(statement)}


def write(
    contract_id: UUID,
    reading: Reading,
    products: Products,
    *,
    cause: Cause,
    detail: str | None = None,
    notification_id: int | None = None,
) -> bool:
    """Write what a reading changed: entitlements, state, history. Inside a transaction.

    Returns:
        Whether anything changed. A reading that was asked before the last one written changes nothing.
    """
    contract = lock([contract_id])[contract_id]
    return write_locked(contract, reading, products, Because(cause, detail, notification_id))


def write_locked(
    contract: Contract, reading: Reading | None, products: Products, because: Because, now: datetime | None = None
) -> bool:
    """As ``write``, for a contract that is locked already; without a reading, what AWS's words alone change."""
    version = contract.version
    if contract.merged_into_id is not None:
        return False
    if reading and (contract.confirmed_at is None or contract.confirmed_at < reading.asked_at):
        contract.confirmed_at = reading.asked_at
        if contract.check_requested_at is None or contract.check_requested_at <= reading.asked_at:
            # Who asked after this reading had begun is still owed an answer.
            contract.check_requested_at = contract.check_due_at = None
            contract.check_attempts = 0
        _learn_licenses(contract, reading)
        _learn_from_account(contract, reading)
        _write_entitlements(contract, rows_of(reading.entitlements), because)
    _write_state(contract, products, because, reading.asked_at if reading else utcnow(), now or utcnow())
    return contract.version != version


def show_unsure(contract: Contract) -> None:
    """Show that a change is announced which AWS does not show yet. For a locked contract."""
    state = while_unsure(State(contract.state))
    if state != contract.state:
        contract.state = state
        contract.version += 1


def is_subscription(contract: Contract, products: Products) -> bool:
    """Whether the contract is pay as you go, where AWS's words decide and not its entitlements."""
    return products.named(contract.product_code).pricing is Pricing.SUBSCRIPTION


def is_continued(contract_id: UUID) -> bool:
    """Whether another contract goes on for this one."""
    return bool(db.session.scalar(select(exists().where(Contract.continues_id == contract_id))))


def _write_state(contract: Contract, products: Products, because: Because, at: datetime, now: datetime) -> None:
    before, words = State(contract.state), words_of(contract)
    entitled = bool(contract.entitlements)
    signal = signal_by_now(before, words, entitled=entitled, now=now)
    state = after_reading(
        before,
        entitled=entitled,
        by_entitlements=not is_subscription(contract, products),
        signal=signal,
        continued=(not entitled or signal is Signal.CONTINUED) and is_continued(contract.id),
    )
    _move(contract, state, at, because)
    reason = contract.ended_because
    if state is State.ACTIVE:
        reason = None
    elif state is State.ENDED:
        reason = _reason_of_the_end(contract) or reason
    if reason != contract.ended_because:
        contract.ended_because = reason
        contract.version += 1


def _reason_of_the_end(contract: Contract) -> str | None:
    """AWS's word for how the agreement ended that ended last, whatever the order in which the ends were heard."""
    ends = [
        (name.word_at, name.agreement_status)
        for name in contract.names
        if name.word == Signal.ENDED and name.word_at and name.agreement_status
    ]
    return max(ends)[1] if ends else None


def end(contract: Contract, at: datetime, because: Because) -> None:
    """End a contract for which AWS has nothing more to say. For a locked contract."""
    _move(contract, State.ENDED, at, because)


def _move(contract: Contract, state: State, at: datetime, because: Because) -> None:
    before = State(contract.state)
    if state is before:
        return
    contract.state = state
    contract.version += 1
    contract.ended_at = at if state is State.ENDED else None
    if _told(before) is not _told(state):
        note(contract, "state", {"value": _told(before)}, {"value": _told(state)}, because)


def _told(state: State) -> State:
    """The state as the history tells it: that an answer was awaited is no change."""
    return State.ACTIVE if state is State.CHANGING else state


def _learn_licenses(contract: Contract, reading: Reading) -> None:
    """Keep AWS's full spelling of licences known so far from events only, and the licence of a legacy customer.

    Any other licence that is new here is not learned: it may be another purchase, whose buyer has yet to arrive. So are
    two at once under one customer, for then the product may have moved to Concurrent Agreements.
    """
    known = {name.key: name for name in contract.names if name.kind == NameKind.LICENSE}
    customers = {name.key for name in contract.names if name.kind == NameKind.CUSTOMER}
    told = {license_key(row.license_arn): row for row in reading.entitlements if row.license_arn}
    for key, row in told.items():
        if key in known and row.license_arn and not can_be_asked_for(known[key].text):
            known[key].text = row.license_arn
    new = [row for key, row in told.items() if key not in known]
    if len(told) != 1 or not new:
        return
    (row,) = new
    if customer_key(row.product_code, row.customer_identifier or "") in customers:
        names = book.Names(license_arn=row.license_arn)
        if book.learn_names(contract, names):
            db.session.refresh(contract, ["names"])


def _learn_from_account(contract: Contract, reading: Reading) -> None:
    """Learn the account, and what a purchase is called that was brought in without a licence or an agreement: it stands
    for whatever its account or its legacy customer holds, while that is one purchase."""
    accounts = {row.aws_account_id for row in reading.entitlements if row.aws_account_id}
    if contract.aws_account_id is None and len(accounts) == 1:
        (contract.aws_account_id,) = accounts
        contract.version += 1
    told = {(row.license_arn, row.customer_identifier): row for row in reading.entitlements}
    if len(told) != 1 or any(name.kind != NameKind.CUSTOMER for name in contract.names):
        return
    (row,) = told.values()
    names = book.Names(row.license_arn, None, contract.product_code, row.customer_identifier)
    if book.learn_names(contract, names):
        db.session.refresh(contract, ["names"])


def _write_entitlements(contract: Contract, now: dict[tuple[str, str], Row], because: Because) -> None:
    stored = {(row.dimension, row.license_key): row for row in contract.entitlements}
    known = {key: Row(row.value, row.value_type, row.expires_at) for key, row in stored.items()}
    if known == now:
        return
    for dimension, old, new in changes_of_dimensions(known, now):
        before_and_after = (old.as_json() if old else None, new.as_json() if new else None)
        note(contract, f"dimension:{dimension}", *before_and_after, because)
    for (dimension, license_id), before, after in differences(known, now):
        if after is None:
            row = stored[dimension, license_id]
            contract.entitlements.remove(row)
            db.session.delete(row)
        elif before is None:
            contract.entitlements.append(
                Entitlement(
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
    keep_until(contract)
