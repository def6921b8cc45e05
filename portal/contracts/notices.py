"""Telling the people of an organisation what changed in its contracts.

Lines of the history that are worth a letter say so (``contracts.history``). By the clock they are gathered, contract by
contract, once no more have come for a while: what changes in several steps is one letter, and what changes and changes
back is none. The marks go in the transaction that writes the letters, so nothing is told twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update

from portal.accounts.models import Membership, Organisation, Person, Role
from portal.contracts.entitlements import in_words
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange
from portal.database import db, transaction
from portal.mail import letters, outbox
from portal.mail.drafts import Draft
from portal.mail.letters import Change, Sender
from portal.products import Product, Products

QUIET = timedelta(minutes=2)
"""So long nothing more must have changed."""
LONGEST_QUIET = timedelta(minutes=10)
"""What goes on changing is told all the same after this long."""
AT_ONCE = 200
LONGEST_TURN_SECONDS = 20.0


@dataclass(frozen=True)
class Desk:
    """What writing about contracts takes."""

    sender: Sender
    products: Products


def caretakers(organisation_id: int) -> list[Person]:
    """Who of an organisation is written to about its contracts: its owners and admins."""
    statement = (
        select(Person)
        .join(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.role.in_([Role.OWNER, Role.ADMIN]))
        .order_by(Person.id)
    )
    return list(db.session.scalars(statement))


def is_still_theirs(contract_id: UUID, organisation_id: int) -> bool:
    """Whether a letter about a contract may still go to the people of an organisation."""
    return db.session.scalar(select(Contract.organisation_id).where(Contract.id == contract_id)) == organisation_id


def tell_changes(desk: Desk, now: datetime) -> int:
    """Write the letters that are due.

    Returns:
        Of how many contracts was told.
    """
    last, first = func.max(ContractChange.at), func.min(ContractChange.at)
    due = (
        select(ContractChange.contract_id)
        .where(ContractChange.to_tell.is_not(None))
        .group_by(ContractChange.contract_id)
        .having(or_(last <= now - QUIET, first <= now - LONGEST_QUIET))
        .limit(AT_ONCE)
    )
    until, told = time.monotonic() + LONGEST_TURN_SECONDS, 0
    for contract_id in db.session.scalars(due).all():
        if time.monotonic() > until:
            break
        with transaction():
            told += _tell(contract_id, desk)
    return told


def _tell(contract_id: UUID, desk: Desk) -> bool:
    contract = db.session.scalars(
        select(Contract).where(Contract.id == contract_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    lines = db.session.scalars(
        select(ContractChange)
        .where(ContractChange.contract_id == contract_id, ContractChange.to_tell.is_not(None))
        .order_by(ContractChange.id)
        .execution_options(populate_existing=True)
    ).all()
    if not lines:
        return False  # somebody else has told just now
    db.session.execute(
        update(ContractChange).where(ContractChange.id.in_([line.id for line in lines])).values(to_tell=None)
    )
    if contract.organisation_id is None or contract.merged_into_id or contract.state == State.SUPERSEDED:
        return False  # nobody's, or another contract goes on for it and tells
    # What changed while it was another organisation's is not told to this one.
    theirs = [line for line in lines if contract.linked_at is None or line.at >= contract.linked_at]
    return _write(contract, _net(theirs, desk.products.named(contract.product_code)), lines[-1].id, desk)


def _write(contract: Contract, changes: tuple[Change, ...], last_line_id: int, desk: Desk) -> bool:
    if not changes or contract.organisation_id is None:
        return False
    organisation = db.session.get_one(Organisation, contract.organisation_id)
    for person in caretakers(organisation.id):
        outbox.post(
            person,
            _letter(contract, person.name, organisation.name, changes, desk),
            organisation_id=organisation.id,
            contract_id=contract.id,
            key=f"changed:{last_line_id}:{person.id}",
        )
    return True


def _letter(contract: Contract, name: str, organisation: str, changes: tuple[Change, ...], desk: Desk) -> Draft:
    product, contract_id = desk.products.named(contract.product_code).title, str(contract.id)
    if any(one.subject == "state" and one.after == State.ENDED for one in changes):
        others = tuple(one for one in changes if one.subject != "state")
        reason = contract.ended_because
        return letters.contract_ended(desk.sender, name, product, organisation, contract_id, reason, others)
    if all(one.subject == "auto_renew" and one.after is False for one in changes):
        return letters.auto_renew_off(desk.sender, name, product, organisation, contract_id, contract.until_at)
    return letters.contract_changed(desk.sender, name, product, organisation, contract_id, changes)


def _net(lines: Sequence[ContractChange], product: Product) -> tuple[Change, ...]:
    """What the lines come to: the first *before* and the last *after* of each subject, without what is as it was."""
    befores: dict[str, dict[str, Any] | None] = {}
    afters: dict[str, dict[str, Any] | None] = {}
    for line in lines:
        befores.setdefault(line.subject, line.before)
        afters[line.subject] = line.after
    changed = [subject for subject, before in befores.items() if before != afters[subject]]
    return tuple(_change(subject, befores[subject], afters[subject], product) for subject in changed)


def _change(subject: str, before: dict[str, Any] | None, after: dict[str, Any] | None, product: Product) -> Change:
    kind, _, key = subject.partition(":")
    if kind != "dimension":
        return Change(kind, _value(kind, before), _value(kind, after))
    dimension = product.dimension(key)

    def said(row: dict[str, Any] | None) -> str | bool | None:
        if row is None:
            return None
        if row["type"] == "boolean":
            return bool(row["value"] == "true")
        if not row["value"]:
            return True
        if dimension.known and not dimension.unit and row["type"] == "integer" and row["value"] == "1":
            return True  # a plan, which counts nothing
        return f"{in_words(row['value'], row['type'])} {dimension.unit}".rstrip()

    old, new = said(before), said(after)
    if old == new and before and after:  # the amount stayed; the date moved
        return Change("ends_at", _moment(before["expires_at"]), _moment(after["expires_at"]))
    return Change(dimension.name, old, new)


def _value(kind: str, row: dict[str, Any] | None) -> str | bool | datetime | None:
    value = row["value"] if row else None
    if kind == "ends_at":
        return _moment(value)
    return bool(value) if kind == "auto_renew" and value is not None else value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
