"""Telling the people of an organisation, some days before, that a contract is about to end."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Organisation
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractReminder
from portal.contracts.notices import Desk, caretakers
from portal.database import db, transaction
from portal.mail import letters, outbox

DAYS = {30: timedelta(days=3), 7: timedelta(days=2), 1: timedelta(days=1)}
"""So many days before the end, and how much later it may still be told, should the clock have stood still."""
ONCE = timedelta(days=5)
"""A date that moves by some days is not told of anew."""
AT_ONCE = 200


def tell_endings(desk: Desk, now: datetime) -> int:
    """Write the letters that are due.

    Returns:
        Of how many contracts was told.
    """
    told = 0
    for days in DAYS:
        for contract_id in db.session.scalars(_due(days, now).limit(AT_ONCE)).all():
            with transaction():
                told += _tell(contract_id, days, desk, now)
    return told


def _due(days: int, now: datetime) -> Select[UUID]:
    earliest = max(now + timedelta(days=days) - DAYS[days], now)
    later = aliased(Contract)
    told = exists().where(
        ContractReminder.contract_id == Contract.id,
        ContractReminder.days == days,
        ContractReminder.told_at > now - ONCE,
    )
    return select(Contract.id).where(
        Contract.until_at > earliest,
        Contract.until_at <= now + timedelta(days=days),
        Contract.organisation_id.is_not(None),
        Contract.merged_into_id.is_(None),
        Contract.state.in_([State.ACTIVE, State.CHANGING, State.ENDING]),
        Contract.auto_renew.is_not(True),
        ~told,
        ~exists().where(later.continues_id == Contract.id),
    )


def _tell(contract_id: UUID, days: int, desk: Desk, now: datetime) -> bool:
    # Whoever waited for the lock looks again whether it is still to be told.
    db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update())
    if db.session.scalar(_due(days, now).where(Contract.id == contract_id)) is None:
        return False
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)
    until, organisation_id = contract.until_at, contract.organisation_id
    if until is None or organisation_id is None:
        return False
    db.session.add(ContractReminder(contract_id=contract_id, days=days, until_at=until, told_at=now))
    product = desk.products.named(contract.product_code).title
    organisation = db.session.get_one(Organisation, organisation_id).name
    for person in caretakers(organisation_id):
        facts = (person.name, product, organisation, str(contract_id), until, contract.auto_renew)
        outbox.post(
            person,
            letters.contract_ending(desk.sender, *facts),
            organisation_id=organisation_id,
            contract_id=contract_id,
            key=f"ending:{contract_id}:{until:%Y-%m-%d}:{days}:{person.id}",
        )
    return True
