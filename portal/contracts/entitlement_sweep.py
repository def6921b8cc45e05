"""One page of a product's entitlements against our contracts. What a page costs does not depend on how many there are.

A contract whose rows are all on the page is written as from any other reading. Its rows may be spread over two pages,
so a part of them waits for the next one. Rows of a kind that we have not seen are no reason to guess: that contract is
asked about directly, which is also what becomes of contracts that no page has shown. Nothing is taken away here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, exists, literal, select, tuple_, update

from portal.contracts import book, checks, findings
from portal.contracts.findings import FindingKind, Found
from portal.contracts.history import Because
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractName, Entitlement, NameKind
from portal.contracts.names import customer_key, license_key
from portal.contracts.reading import Reading, share_out, subjects
from portal.contracts.sync import lock, write_locked
from portal.database import UTCDateTime, db
from portal.marketplace.client import Page
from portal.marketplace.values import EntitlementValue
from portal.products import Product, Products
from portal.sentences import sentence

GRANTED = (State.ACTIVE, State.CHANGING, State.ENDING)
"""The states in which a contract gives access."""
AT_ONCE = 500

Carried = dict[UUID, Reading]
"""Contracts of which the last page showed a part."""


@dataclass(frozen=True)
class Matched:
    """The rows of a page, sorted: what they show of each contract, and those of nobody."""

    readings: dict[UUID, Reading]
    strange: list[EntitlementValue]
    unknown: list[EntitlementValue] = field(default_factory=list)
    """Rows of a dimension that the products file does not name."""


@dataclass(frozen=True)
class Taken:
    """What became of a page: how many contracts changed, how many are to be asked about, and what waits."""

    written: int
    to_check: int
    carried: Carried


def match(page: Page, product: Product, carried: Carried) -> Matched:
    """Sort the rows of a page by contract. Outside any transaction."""
    concerned = subjects(_concerned(page.rows, product.code)).values()
    group = [subject for subject in concerned if subject.product_code == product.code]
    shares = share_out(page.rows, group, guessing=True)
    ours = {row for rows in shares.values() for row in rows}
    readings = {}
    for contract_id, rows in shares.items():
        before = carried.get(contract_id, Reading(page.asked_at, []))
        readings[contract_id] = Reading(before.asked_at, before.entitlements + rows)
    return Matched(
        readings,
        strange=[row for row in page.rows if row not in ours],
        unknown=[row for row in page.rows if row.dimension not in product.dimensions],
    )


def write(matched: Matched, product: Product, products: Products, now: datetime) -> Taken:
    """Write what a page shows, and note what is to be asked about or looked at. Inside a transaction."""
    written, again, carried = 0, [], Carried()
    found = [_never_landed(row, product) for row in matched.strange]
    # What is complete is decided under the lock: another worker may have read more since.
    for contract_id, contract in lock(matched.readings).items():
        reading = matched.readings[contract_id]
        shown = {(row.dimension, license_key(row.license_arn or "")) for row in reading.entitlements}
        stored = {(row.dimension, row.license_key) for row in contract.entitlements}
        if shown == stored:
            written += write_locked(contract, reading, products, Because(Cause.SWEEP))
        elif shown < stored:
            carried[contract_id] = reading
        else:
            again.append(contract_id)
            if contract.confirmed_at is not None:
                # It was asked about before, and these were not taken for its own.
                strange = [row for row in reading.entitlements if not _bears(contract, row)]
                found += [_never_landed(row, product) for row in strange]
    to_check = checks.look_again(again, now)
    found += [
        Found(FindingKind.UNKNOWN_DIMENSION, product.code, row.dimension, detail=f"{row.value} ({row.value_type})")
        for row in matched.unknown
    ]
    findings.note(found, now)
    return Taken(written, to_check, carried)


def confirmed_before(product_code: str, moment: datetime) -> Iterator[Sequence[UUID]]:
    """Contracts that give access and that AWS has not confirmed since, in batches; whoever gets one may commit."""
    for state in GRANTED:
        last: tuple[datetime, UUID] | None = None
        while True:
            statement = select(Contract.confirmed_at, Contract.id).where(
                Contract.product_code == product_code, Contract.state == state, Contract.confirmed_at < moment
            )
            if last:
                place = tuple_(literal(last[0], UTCDateTime()), literal(last[1], Uuid()))
                statement = statement.where(tuple_(Contract.confirmed_at, Contract.id) > place)
            ordered = statement.order_by(Contract.confirmed_at, Contract.id).limit(AT_ONCE)
            batch = db.session.execute(ordered).all()
            if not batch:
                break
            last = (batch[-1].confirmed_at or moment, batch[-1].id)
            yield [row.id for row in batch]


def confirm_unlisted(contract_ids: Sequence[UUID], asked_at: datetime) -> list[UUID]:
    """Confirm those that have no entitlements to be shown, as pay as you go has none. Inside a transaction.

    Returns:
        The others.
    """
    shown = set(
        db.session.scalars(select(Entitlement.contract_id).where(Entitlement.contract_id.in_(contract_ids)).distinct())
    )
    unlisted = [contract_id for contract_id in contract_ids if contract_id not in shown]
    db.session.execute(
        update(Contract)
        .where(Contract.id.in_(unlisted), Contract.confirmed_at < asked_at)
        .values(confirmed_at=asked_at)
        .execution_options(synchronize_session=False)
    )
    return [contract_id for contract_id in contract_ids if contract_id in shown]


def _concerned(rows: Sequence[EntitlementValue], product_code: str) -> list[UUID]:
    """The contracts that rows may belong to: by licence, by legacy customer, or by an account whose contract bears no
    licence yet."""
    by_row = {row: _keys(row) for row in rows}
    owners = book.owners(key for keys in by_row.values() for key in keys)
    found = dict.fromkeys(owners.values())
    accounts = {row.aws_account_id for row, keys in by_row.items() if not any(key in owners for key in keys)} - {None}
    if accounts:
        licensed = exists().where(ContractName.contract_id == Contract.id, ContractName.kind == NameKind.LICENSE)
        statement = select(Contract.id).where(
            Contract.product_code == product_code,
            Contract.aws_account_id.in_(accounts),
            Contract.merged_into_id.is_(None),
            ~licensed,
        )
        found |= dict.fromkeys(db.session.scalars(statement))
    return list(found)


def _keys(row: EntitlementValue) -> list[book.Key]:
    names = book.Names(
        license_arn=row.license_arn, product_code=row.product_code, customer_identifier=row.customer_identifier
    )
    return names.keys


def _bears(contract: Contract, row: EntitlementValue) -> bool:
    """Whether a row is known to be the contract's, rather than taken for its by the account."""
    borne = {(NameKind(name.kind), name.key) for name in contract.names}
    stored = {one.license_key for one in contract.entitlements}
    return any(key in borne for key in _keys(row)) or license_key(row.license_arn or "") in stored


def _never_landed(row: EntitlementValue, product: Product) -> Found:
    name = (
        license_key(row.license_arn or "")
        or customer_key(product.code, row.customer_identifier or "")
        or row.aws_account_id
        or row.dimension
    )
    detail = sentence(findings.GRANTS, dimension=row.dimension)
    return Found(FindingKind.NEVER_LANDED, product.code, name, row.aws_account_id, detail=detail)
