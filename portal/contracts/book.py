"""The book of contracts: finding one by any of its names, opening one, and learning what else it is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract, ContractName, NameKind
from portal.contracts.names import agreement_key, can_be_asked_for, customer_key, license_key
from portal.database import db, portions
from portal.marketplace.values import Purchase

Key = tuple[NameKind, str]


class Ambiguous(Exception):
    """There was a purchase that bears names of several contracts; which of them is meant is for a person to say."""


@dataclass(frozen=True)
class Names:
    """The names that a token, a notification or an entitlement gives to a purchase; any may be missing."""

    license_arn: str | None = None
    agreement_id: str | None = None
    product_code: str | None = None
    customer_identifier: str | None = None

    def all(self) -> list[tuple[NameKind, str, str]]:
        """(kind, key, text) of each name there is, the surest first."""
        keys: list[tuple[NameKind, str, str]] = []
        if self.license_arn and license_key(self.license_arn):
            keys.append((NameKind.LICENSE, license_key(self.license_arn), self.license_arn.strip()))
        if self.agreement_id and agreement_key(self.agreement_id):
            keys.append((NameKind.AGREEMENT, agreement_key(self.agreement_id), self.agreement_id.strip()))
        if self.customer_identifier and self.product_code:
            key = customer_key(self.product_code, self.customer_identifier)
            if key:
                keys.append((NameKind.CUSTOMER, key, self.customer_identifier.strip()))
        return keys

    @property
    def keys(self) -> list[Key]:
        """(kind, key) of each name there is, the surest first."""
        return [(kind, key) for kind, key, _text in self.all()]


def names_of(purchase: Purchase) -> Names:
    """The names a resolved token gives."""
    return Names(purchase.license_arn, purchase.agreement_id, purchase.product_code, purchase.customer_identifier)


def find(names: Names) -> list[Contract]:
    """The contracts that bear any of the names, the surest name first; more than one is for a person to decide."""
    found: dict[UUID, Contract] = {}
    for kind, key in names.keys:
        statement = select(Contract).join(ContractName).where(ContractName.kind == kind, ContractName.key == key)
        for contract in db.session.scalars(statement):
            found[contract.id] = contract
    return list(found.values())


def owners(keys: Iterable[Key]) -> dict[Key, UUID]:
    """Which contract bears each of these (kind, key); those that nobody bears are left out."""
    by_kind: dict[NameKind, set[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, set()).add(key)
    found: dict[Key, UUID] = {}
    for kind, wanted in by_kind.items():
        for some in portions(sorted(wanted)):
            statement = select(ContractName.key, ContractName.contract_id).where(
                ContractName.kind == kind, ContractName.key.in_(some)
            )
            found |= {(kind, key): contract_id for key, contract_id in db.session.execute(statement)}
    return found


def learn_names(contract: Contract, names: Names) -> bool:
    """Note the names that are new. A name that another contract bears already stays there. Inside a transaction.

    A fuller spelling of a licence replaces one that AWS would not accept in a call.

    Returns:
        Whether a name was new.
    """
    new = False
    for kind, key, text in names.all():
        known = db.session.scalar(select(ContractName).where(ContractName.kind == kind, ContractName.key == key))
        if known is None:
            new |= _add_name(contract, kind, key, text)
        elif known.contract_id == contract.id and can_be_asked_for(text) and not can_be_asked_for(known.text):
            known.text = text
    return new


def _add_name(contract: Contract, kind: NameKind, key: str, text: str) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(ContractName(contract_id=contract.id, kind=kind, key=key, text=text))
    except IntegrityError:
        return False  # another process learned the same name a moment ago
    return True


def open_contract(purchase: Purchase, *, offer_type: str | None, cause: Cause) -> Contract:
    """The contract of this purchase: the one that bears one of its names, or a new one. Inside a transaction.

    Two arrivals of one purchase at the same moment open one contract: its name is unique, and the second finds it.

    Raises:
        Ambiguous: its names belong to several contracts of this product.
    """
    names = names_of(purchase)
    contract = _known(purchase, names) or _open(purchase, names, cause)
    learn_names(contract, names)
    contract.aws_account_id = contract.aws_account_id or purchase.aws_account_id
    if offer_type != contract.offer_type:
        # Each arrival tells what the offer is now: a trial that became a contract arrives without the word.
        contract.offer_type = offer_type
        contract.version += 1
    return contract


def _known(purchase: Purchase, names: Names) -> Contract | None:
    """The contract that bears the names, of this product: one agreement may be over several products."""
    found = [contract for contract in find(names) if contract.product_code == purchase.product_code]
    if len(found) > 1:
        raise Ambiguous(", ".join(str(contract.id) for contract in found))
    return found[0] if found else None


def _open(purchase: Purchase, names: Names, cause: Cause) -> Contract:
    try:
        with db.session.begin_nested():
            contract = Contract(product_code=purchase.product_code, aws_account_id=purchase.aws_account_id)
            db.session.add(contract)
            db.session.flush()
            for kind, key, text in names.all()[:1]:
                db.session.add(ContractName(contract_id=contract.id, kind=kind, key=key, text=text))
    except IntegrityError:
        contract = _known(purchase, names)  # type: ignore[assignment]
        if contract is None:
            raise
        return contract
    write_change(contract, cause, "opened", after={"value": contract.state})
    return contract
