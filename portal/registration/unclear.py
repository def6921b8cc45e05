"""Purchases that may be any of several contracts, kept for the person who has to say which is meant."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, update

from portal.contracts import book
from portal.database import db, insert
from portal.marketplace.values import Purchase
from portal.registration.models import UnclearPurchase

_TABLE = cast("Table", UnclearPurchase.__table__)


def keep(purchase: Purchase, now: datetime) -> None:
    """Note that the buyer of this purchase was turned away; again, if it is known already. Inside a transaction."""
    row = {
        "names_hash": _hash(purchase),
        "product_code": purchase.product_code,
        "license_arn": purchase.license_arn,
        "agreement_id": purchase.agreement_id,
        "customer_identifier": purchase.customer_identifier,
        "aws_account_id": purchase.aws_account_id,
        "arrivals": 1,
        "first_at": now,
        "last_at": now,
    }
    again = {"arrivals": _TABLE.c.arrivals + 1, "last_at": now, "settled_at": None, "contract_id": None}
    statement = insert(_TABLE).values(**row)
    db.session.execute(statement.on_conflict_do_update(index_elements=["names_hash"], set_=again))


def settle(purchase: Purchase, contract_id: UUID, now: datetime) -> None:
    """Note that this purchase has found its contract, if it was unclear. Inside a transaction."""
    db.session.execute(
        update(_TABLE)
        .where(_TABLE.c.names_hash == _hash(purchase), _TABLE.c.settled_at.is_(None))
        .values(settled_at=now, contract_id=contract_id)
    )


def _hash(purchase: Purchase) -> str:
    names = "\n".join(f"{kind}:{key}" for kind, key in book.names_of(purchase).keys)
    return hashlib.sha256(f"{purchase.product_code}\n{names}".encode()).hexdigest()


def names_of(unclear: UnclearPurchase) -> book.Names:
    """The names that the purchase gave."""
    return book.Names(unclear.license_arn, unclear.agreement_id, unclear.product_code, unclear.customer_identifier)
