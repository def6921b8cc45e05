"""What one contract is asked for by, what AWS answered for it, and whose row is whose on a page of a product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.contracts import book
from portal.contracts.models import Contract, ContractName, Entitlement, NameKind
from portal.contracts.names import can_be_asked_for, customer_key, license_key
from portal.database import db, portions
from portal.marketplace.values import EntitlementValue

RowKey = tuple[str, str]
"""(dimension, licence key)."""


@dataclass(frozen=True)
class Reading:
    """What AWS answered for one contract, and when it was asked."""

    asked_at: datetime
    entitlements: list[EntitlementValue]


@dataclass(frozen=True)
class Subject:
    """What asking about one contract takes: the names AWS may be asked by, and the rows it showed last."""

    contract_id: UUID
    product_code: str
    aws_account_id: str | None
    licenses: Mapping[str, str] = field(default_factory=dict)
    """The fullest spelling by licence key."""
    customers: Sequence[str] = ()
    known_rows: frozenset[RowKey] = frozenset()

    @property
    def arns(self) -> list[str]:
        """The licences in a spelling that AWS takes as a filter."""
        return [text for text in self.licenses.values() if can_be_asked_for(text)]

    @property
    def may_have_moved(self) -> bool:
        """Whether it was never seen under a licence: should its product have moved to Concurrent Agreements meanwhile,
        AWS knows its account, and its legacy customer no more."""
        return bool(self.customers and self.aws_account_id and not self.licenses)

    @property
    def can_be_listed(self) -> bool:
        """Whether its rows can be told from those of others on a page, by licence or legacy customer."""
        return bool(self.customers) or (bool(self.arns) and len(self.arns) == len(self.licenses))

    def question(self) -> tuple[str, list[str]] | None:
        """The filter that finds this purchase: by its customer where it has one, because a legacy buyer has one
        purchase of a product; by its licences; by its account while a licence is known only as events spell it."""
        if self.customers:
            return "CUSTOMER_IDENTIFIER", [self.customers[-1]]
        if self.arns and (len(self.arns) == len(self.licenses) or not self.aws_account_id):
            return "LICENSE_ARN", self.arns
        if self.aws_account_id:
            return "CUSTOMER_AWS_ACCOUNT_ID", [self.aws_account_id]
        return None


def subjects(contract_ids: Sequence[UUID]) -> dict[UUID, Subject]:
    """What asking about these contracts takes; three queries for any number of them."""
    found: dict[UUID, Subject] = {}
    for ids in portions(contract_ids):
        licenses: dict[UUID, dict[str, str]] = {}
        customers: dict[UUID, list[str]] = {}
        for name in db.session.execute(
            select(ContractName.contract_id, ContractName.kind, ContractName.key, ContractName.text)
            .where(ContractName.contract_id.in_(ids))
            .order_by(ContractName.id)
        ):
            if name.kind == NameKind.LICENSE:
                licenses.setdefault(name.contract_id, {})[name.key] = name.text
            elif name.kind == NameKind.CUSTOMER:
                customers.setdefault(name.contract_id, []).append(name.text)
        rows: dict[UUID, set[RowKey]] = {}
        for row in db.session.execute(
            select(Entitlement.contract_id, Entitlement.dimension, Entitlement.license_key).where(
                Entitlement.contract_id.in_(ids)
            )
        ):
            rows.setdefault(row.contract_id, set()).add((row.dimension, row.license_key))
        for contract in db.session.execute(
            select(Contract.id, Contract.product_code, Contract.aws_account_id).where(Contract.id.in_(ids))
        ):
            found[contract.id] = Subject(
                contract.id,
                contract.product_code,
                contract.aws_account_id,
                licenses.get(contract.id, {}),
                customers.get(contract.id, []),
                frozenset(rows.get(contract.id, ())),
            )
    return found


def share_out(
    rows: Iterable[EntitlementValue], group: Sequence[Subject], *, guessing: bool = False
) -> dict[UUID, list[EntitlementValue]]:
    """Whose row is whose, of the rows of one product: by licence; else by the legacy customer, unless another contract
    bears the licence; else, when `guessing`, by the account, where no more than one licence of it is nobody's."""
    rows = list(rows)
    by_license = {key: subject for subject in group for key in subject.licenses}
    strange = {license_key(row.license_arn) for row in rows if row.license_arn} - by_license.keys()
    borne = book.owners((NameKind.LICENSE, key) for key in strange) if strange else {}
    db.session.commit()
    by_customer = {
        customer_key(subject.product_code, customer): subject for subject in group for customer in subject.customers
    }
    by_account = {
        subject.aws_account_id: subject
        for subject in group
        if guessing and subject.aws_account_id and not subject.licenses
    }
    shares: dict[UUID, list[EntitlementValue]] = {}
    by_guess: dict[UUID, list[EntitlementValue]] = {}
    for row in rows:
        key = license_key(row.license_arn or "")
        subject = by_license.get(key) if key else None
        if subject is None and (NameKind.LICENSE, key) not in borne:
            subject = by_customer.get(customer_key(row.product_code, row.customer_identifier or ""))
            likely = by_account.get(row.aws_account_id or "")
            if subject is None and likely and not (likely.customers and row.customer_identifier):
                by_guess.setdefault(likely.contract_id, []).append(row)
        if subject is not None:
            shares.setdefault(subject.contract_id, []).append(row)
    return shares | {
        contract_id: guessed
        for contract_id, guessed in by_guess.items()
        if len({license_key(row.license_arn or "") for row in guessed}) == 1
    }
