"""Contracts as staff meet them, made without their lives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from portal.accounts.models import Organisation
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import db, transaction, utcnow
from portal.notifications.models import Notification
from portal.registration.models import Claim
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


def message(minutes_ago: float = 1, took_ms: float | None = None, **columns: Any) -> None:
    received_at = utcnow() - timedelta(minutes=minutes_ago)
    settled_at = None if took_ms is None else received_at + timedelta(milliseconds=took_ms)
    usual = {"source_key": str(uuid4()), "body": "", "dialect": "sns", "kind": "granted", "name": "x"}
    with transaction():
        db.session.add(Notification(**(usual | {"received_at": received_at, "settled_at": settled_at} | columns)))


def claim(contract: Any, days: float = 1, **columns: Any) -> None:
    expires_at = utcnow() + timedelta(days=1)
    with transaction():
        db.session.add(Claim(contract_id=contract.id, created_at=days_ago(days), expires_at=expires_at, **columns))
