"""Which contract a message is about: sorting messages by contract, and learning what else contracts are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from portal.contracts import book
from portal.contracts.continuation import go_on
from portal.contracts.models import Contract, NameKind
from portal.database import db, portions, transaction
from portal.notifications.inbox import Fates, Taken
from portal.notifications.intake import names_in
from portal.notifications.models import Fate
from portal.notifications.problems import AMBIGUOUS
from portal.sentences import sentence


@dataclass
class Case:
    """One contract and the messages about it."""

    contract_id: UUID
    messages: list[Taken] = field(default_factory=list)

    @property
    def asks_for_reading(self) -> bool:
        """Whether AWS is to be asked because of them."""
        return any(message.kind.asks_for_reading for message in self.messages)

    @property
    def attempts(self) -> int:
        """How many times the most often tried of them was taken."""
        return max(message.attempts for message in self.messages)

    def in_order(self) -> list[Taken]:
        """The messages in the order in which what they tell happened."""
        return sorted(self.messages, key=lambda message: (message.happened_at, message.id))


def sort(taken: Sequence[Taken]) -> list[Case]:
    """Sort messages by contract; those that belong to none, or might belong to several, are parked."""
    cases: dict[UUID, Case] = {}
    fates = Fates()
    # Looking and parking are one transaction, so that on SQLite no landing can come between.
    with transaction():
        owners = book.owners(key for message in taken for key in (*message.keys, *_renewed(message)))
        _follow_renewals(taken, owners)
        products = _products_of(set(owners.values()))
        for message in taken:
            found = _meant(message, owners, products)
            if len(found) == 1:
                cases.setdefault(found[0], Case(found[0])).messages.append(message)
            elif found:
                problem = sentence(AMBIGUOUS, number=len(found))
                fates.settle([message], Fate.PARKED, problem=problem)
            else:
                fates.settle([message], Fate.PARKED)
        fates.write()
    return list(cases.values())


def learn(cases: Sequence[Case]) -> list[Case]:
    """Note what else contracts are called, so that AWS is asked by it, and join what turns out to be a renewal."""
    known = book.owners(key for case in cases for message in case.messages for key in message.keys)
    by_id = {case.contract_id: case for case in cases}
    for case in cases:
        for message in case.messages:
            if message.previous_agreement_key or any(key not in known for key in message.keys):
                contract_id = _learn_from(message, case.contract_id)
                if contract_id != case.contract_id and case.contract_id in by_id:
                    by_id.setdefault(contract_id, Case(contract_id)).messages += by_id.pop(case.contract_id).messages
    return list(by_id.values())


def candidates(keys: Sequence[book.Key], product_code: str | None) -> list[UUID]:
    """The contracts that these names of one purchase may mean, the surest name first; several are for a person."""
    owners = book.owners(keys)
    return _among(keys, owners, _products_of(set(owners.values())), product_code)


def _learn_from(message: Taken, contract_id: UUID) -> UUID:
    """Learn the names in one message; the contract that it is about then."""
    with transaction():
        contract = db.session.get_one(Contract, contract_id, populate_existing=True)
        if contract.merged_into_id:
            return contract.merged_into_id
        book.learn_names(contract, names_in(message.message))
        if message.previous_agreement_key:
            contract = go_on(_bearer_of_agreement(message, contract), message.previous_agreement_key)
        return contract.id


def _bearer_of_agreement(message: Taken, contract: Contract) -> Contract:
    """The contract that bears a message's agreement, where that was learned a moment ago from a message beside it."""
    key = (NameKind.AGREEMENT, message.agreement_key or "")
    bearer = book.owners([key]).get(key, contract.id)
    return contract if bearer == contract.id else db.session.get_one(Contract, bearer, populate_existing=True)


def _follow_renewals(taken: Sequence[Taken], owners: dict[book.Key, UUID]) -> None:
    """Add whose the names are that only messages beside these tell: a renewal's licence event names its agreement, and
    another event names the agreement which that one renews."""
    waiting = [message for message in taken if any(key not in owners for key in message.keys)]
    found = True
    while found:
        found = False
        for message in waiting:
            owner = next((owners[key] for key in (*message.keys, *_renewed(message)) if key in owners), None)
            for key in message.keys:
                if owner and key not in owners:
                    owners[key] = owner
                    found = True


def _renewed(message: Taken) -> list[book.Key]:
    previous = message.previous_agreement_key
    return [(NameKind.AGREEMENT, previous)] if previous else []


def _meant(message: Taken, owners: Mapping[book.Key, UUID], products: Mapping[UUID, str]) -> list[UUID]:
    """The contracts that a message may mean; a renewal is found by the agreement that it renews.

    One agreement may be over several products, so where a message names its product, others are not meant.
    """
    for keys in (message.keys, _renewed(message)):
        if meant := _among(keys, owners, products, message.product_code):
            return meant
    return []


def _among(
    keys: Iterable[book.Key], owners: Mapping[book.Key, UUID], products: Mapping[UUID, str], product_code: str | None
) -> list[UUID]:
    found = dict.fromkeys(owners[key] for key in keys if key in owners)
    return [one for one in found if product_code in {None, products.get(one)}]


def _products_of(contract_ids: set[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for some in portions(sorted(contract_ids)):
        statement = db.select(Contract.id, Contract.product_code).where(Contract.id.in_(some))
        found |= {row.id: row.product_code for row in db.session.execute(statement)}
    return found
