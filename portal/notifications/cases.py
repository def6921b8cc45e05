"""Which contract a message is about: sorting messages by contract, and learning what else contracts are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from portal.contracts import book
from portal.contracts.continuation import go_on
from portal.contracts.models import Contract, NameKind
from portal.contracts.names import agreement_key
from portal.database import db, transaction
from portal.notifications.envelope import Message, understand
from portal.notifications.inbox import settle, unpark
from portal.notifications.intake import names_in
from portal.notifications.models import Fate, Notification

Told = tuple[Notification, Message]


@dataclass
class Case:
    """One contract and the messages about it, in the order in which what they tell happened."""

    contract_id: UUID
    told: list[Told] = field(default_factory=list)

    @property
    def rows(self) -> list[Notification]:
        return [row for row, _message in self.told]

    @property
    def asks_for_reading(self) -> bool:
        return any(message.kind.asks_for_reading for _row, message in self.told)

    @property
    def attempts(self) -> int:
        return max(row.attempts for row in self.rows)


def sort(rows: Sequence[Notification]) -> list[Case]:
    """Sort rows by contract; those that belong to none, or might belong to several, are parked."""
    told = [(row, understand(row.body, "", row.occurred_at)) for row in rows]
    cases: dict[UUID, Case] = {}
    unknown: list[Notification] = []
    # Looking and parking are one transaction, so that on SQLite no landing can come between.
    with transaction():
        keys = [key for row, message in told for key in _keys(message)]
        owners = book.owners(keys)
        products_of = _products_of(set(owners.values()))
        for row, message in told:
            found = _meant(message, owners, products_of)
            if len(found) == 1:
                cases.setdefault(found[0], Case(found[0])).told.append((row, message))
            elif found:
                settle([row], Fate.PARKED, f"It may be about any of {len(found)} contracts; a person must decide.")
            else:
                unknown.append(row)
        settle(unknown, Fate.PARKED)
    for case in cases.values():
        case.told.sort(key=lambda pair: (happened_at(pair[0]), pair[0].id))
    return list(cases.values())


def _keys(message: Message) -> list[book.Key]:
    """The keys a message may be found by; the last is that of the agreement which is renewed, if any."""
    keys: list[book.Key] = [(kind, key) for kind, key, _text in names_in(message).all()]
    if previous := message.terms.previous_agreement_id:
        keys.append((NameKind.AGREEMENT, agreement_key(previous)))
    return keys


def _meant(message: Message, owners: dict[book.Key, UUID], products_of: dict[UUID, str]) -> list[UUID]:
    """The contracts that a message may mean; a renewal is found by the agreement that it renews.

    One agreement may be over several products, so where a message names its product, others are not meant.
    """
    own = [(kind, key) for kind, key, _text in names_in(message).all()]
    for keys in (own, _keys(message)):
        found = list(dict.fromkeys(owners[key] for key in keys if key in owners))
        if message.product_code:
            found = [contract_id for contract_id in found if products_of.get(contract_id) == message.product_code]
        if found:
            return found
    return []


def _products_of(contract_ids: set[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    ordered = sorted(contract_ids)
    for start in range(0, len(ordered), book.AT_ONCE):
        statement = db.select(Contract.id, Contract.product_code).where(
            Contract.id.in_(ordered[start : start + book.AT_ONCE])
        )
        found |= {row.id: row.product_code for row in db.session.execute(statement)}
    return found


def learn(cases: list[Case]) -> list[Case]:
    """Note what else contracts are called, so that AWS is asked by it, and join what turns out to be a renewal."""
    names = [(case, names_in(message), message.terms) for case in cases for _row, message in case.told]
    known = book.owners((kind, key) for _case, one, _terms in names for kind, key, _text in one.all())
    by_id = {case.contract_id: case for case in cases}
    for case, one, terms in names:
        is_new = any((kind, key) not in known for kind, key, _text in one.all())
        if not is_new and not terms.previous_agreement_id:
            continue
        with transaction():
            contract = db.session.get_one(Contract, case.contract_id, populate_existing=True)
            if contract.merged_into_id:
                continue
            if book.learn_names(contract, one):
                db.session.flush()
                unpark(contract)
            if terms.previous_agreement_id:
                contract = go_on(contract, terms.previous_agreement_id)
        if contract.id != case.contract_id and case.contract_id in by_id:
            into = by_id.setdefault(contract.id, Case(contract.id))
            into.told += by_id.pop(case.contract_id).told
            into.told.sort(key=lambda pair: (happened_at(pair[0]), pair[0].id))
    return list(by_id.values())


def happened_at(row: Notification) -> datetime:
    """When what a message tells happened, as well as it is known."""
    return row.occurred_at or row.received_at
