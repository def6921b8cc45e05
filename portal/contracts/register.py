"""What is known of the purchases and organisations that a seller's list names, read in a few queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from portal.accounts.models import Organisation, folded
from portal.contracts import book
from portal.contracts.customer_file import Line
from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import db, portions

Owner = int | str
"""An organisation's id, or the folded name of one that is to be founded."""


@dataclass(eq=False)
class Known:
    """A contract as far as an import cares; without an id it is one that an earlier line is to open."""

    product_code: str
    contract_id: UUID | None = None
    owner: Owner | None = None
    aws_account_id: str | None = None
    keys: set[book.Key] = field(default_factory=set)


def names_of(line: Line) -> book.Names:
    """The names that a line gives to its purchase."""
    return book.Names(line.license_arn, line.agreement_id, line.product_code, line.customer_identifier)


def keys_of(line: Line) -> list[book.Key]:
    """The keys of these names."""
    return names_of(line).keys


class Register:
    """What is known. It grows with each line that is to open a contract, so that a later line finds it."""

    def __init__(self) -> None:
        self._by_key: dict[book.Key, list[Known]] = {}
        self._by_account: dict[tuple[str, str], list[Known]] = {}
        self._organisations: dict[str, list[int]] = {}

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Register:
        """What these lines concern, as it stands now."""
        register = cls()
        ids = set(book.owners(key for line in lines for key in keys_of(line)).values())
        by_product: dict[str, set[str]] = {}
        for line in lines:
            if line.aws_account_id:
                by_product.setdefault(line.product_code, set()).add(line.aws_account_id)
        for product_code, accounts in by_product.items():
            for some in portions(sorted(accounts)):
                statement = select(Contract.id).where(
                    Contract.product_code == product_code,
                    Contract.aws_account_id.in_(some),
                    Contract.merged_into_id.is_(None),
                )
                ids |= set(db.session.scalars(statement))
        for portion in portions(sorted(ids)):
            for known in _contracts(portion):
                register.add(known)
        register._read_organisations({folded(line.organisation) for line in lines})
        return register

    def add(self, known: Known) -> None:
        """Know of one more contract."""
        self.learn(known, known.keys)
        if known.aws_account_id:
            self._by_account.setdefault((known.product_code, known.aws_account_id), []).append(known)

    def learn(self, known: Known, keys: Collection[book.Key]) -> None:
        """Know a contract by more names."""
        known.keys = known.keys | set(keys)
        for key in keys:
            if known not in self._by_key.setdefault(key, []):
                self._by_key[key].append(known)

    def bearers(self, line: Line) -> list[Known]:
        """The contracts that bear any of a line's names, whatever their product."""
        found: list[Known] = []
        for key in keys_of(line):
            found += [known for known in self._by_key.get(key, []) if known not in found]
        return found

    def of_account(self, line: Line) -> list[Known]:
        """The contracts of a line's product and account that it may mean: nothing tells that they are others."""
        if not line.aws_account_id or line.license_arn or line.agreement_id:
            return []
        found = self._by_account.get((line.product_code, line.aws_account_id), [])
        if line.customer_identifier:
            found = [known for known in found if NameKind.CUSTOMER not in {kind for kind, _key in known.keys}]
        return found

    def owners(self, name: str) -> list[Owner]:
        """The organisations of this name; one that is to be founded where there is none."""
        return [*self._organisations.get(folded(name), [])] or [folded(name)]

    def _read_organisations(self, wanted: set[str]) -> None:
        for some in portions(sorted(wanted)):
            statement = select(Organisation.id, Organisation.name_key).where(Organisation.name_key.in_(some))
            for row in db.session.execute(statement.order_by(Organisation.id)):
                self._organisations.setdefault(row.name_key, []).append(row.id)


def _contracts(ids: Sequence[UUID]) -> list[Known]:
    keys: dict[UUID, set[book.Key]] = {}
    for name in db.session.execute(
        select(ContractName.contract_id, ContractName.kind, ContractName.key).where(ContractName.contract_id.in_(ids))
    ):
        keys.setdefault(name.contract_id, set()).add((NameKind(name.kind), name.key))
    statement = select(Contract.id, Contract.product_code, Contract.organisation_id, Contract.aws_account_id)
    return [
        Known(row.product_code, row.id, row.organisation_id, row.aws_account_id, keys.get(row.id, set()))
        for row in db.session.execute(statement.where(Contract.id.in_(ids)))
    ]
