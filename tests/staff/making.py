"""Contracts as staff meet them, made without their lives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from portal.accounts.models import Organisation
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import db, transaction, utcnow
from tests.cast import ANALYTICS


def make(*, agreement: str | None = None, ends_in: float | None = None, **columns: Any) -> Contract:
    """One contract, active unless said otherwise; `ends_in` so many days."""
    usual: dict[str, Any] = {"product_code": ANALYTICS, "state": State.ACTIVE, "confirmed_at": utcnow()}
    until_at = None if ends_in is None else utcnow() + timedelta(days=ends_in)
    with transaction():
        contract = Contract(**(usual | {"until_at": until_at} | columns))
        db.session.add(contract)
        db.session.flush()
        if agreement:
            name = ContractName(contract_id=contract.id, kind=NameKind.AGREEMENT, key=agreement, text=agreement)
            db.session.add(name)
    return contract


def organisation(name: str) -> int:
    """The id of a new organisation."""
    with transaction():
        founded = Organisation(name=name)
        db.session.add(founded)
        db.session.flush()
        return founded.id


def days_ago(days: float) -> datetime:
    return utcnow() - timedelta(days=days)
