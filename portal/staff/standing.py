"""How everything stands, for support: what there is, what waits, what was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.contracts.models import Contract, Entitlement
from portal.contracts.sweeps import Sweep
from portal.database import db
from portal.notifications.models import Fate, Notification
from portal.products import Products

SHOWN = 5
"""So many of what was not understood are shown."""


@dataclass(frozen=True)
class Strange:
    """A message that was not understood, as it came."""

    id: int
    name: str
    received_at: datetime
    body: str


@dataclass(frozen=True)
class Uncharted:
    """A dimension that the products file does not name, and how many contracts have it."""

    product_code: str
    dimension: str
    contracts: int


@dataclass(frozen=True)
class Standing:
    """Counts, and the few things that are worth a look."""

    contracts: dict[str, int]
    """By state."""
    unlinked: int
    notifications: dict[str, int]
    """By fate."""
    oldest_unfinished_at: datetime | None
    not_understood: list[Strange]
    """The latest of them."""
    unknown_dimensions: list[Uncharted]
    checks_due: int
    sweeps: list[dict[str, Any]]


def standing(products: Products, now: datetime) -> Standing:
    """How everything stands now. It counts all contracts and messages: for people, not for pages."""
    here = Contract.merged_into_id.is_(None)
    by_state = select(Contract.state, func.count()).where(here).group_by(Contract.state).order_by(Contract.state)
    by_fate = select(Notification.fate, func.count()).group_by(Notification.fate).order_by(Notification.fate)
    strange = select(Notification).where(Notification.fate == Fate.NOT_UNDERSTOOD).order_by(Notification.id.desc())
    return Standing(
        contracts={row[0]: row[1] for row in db.session.execute(by_state)},
        unlinked=_count(select(func.count(Contract.id)).where(here, Contract.organisation_id.is_(None))),
        notifications={row[0]: row[1] for row in db.session.execute(by_fate)},
        oldest_unfinished_at=db.session.scalar(
            select(func.min(Notification.received_at)).where(Notification.fate == Fate.RECEIVED)
        ),
        not_understood=[
            Strange(row.id, row.name, row.received_at, row.body) for row in db.session.scalars(strange.limit(SHOWN))
        ],
        unknown_dimensions=_unknown_dimensions(products),
        checks_due=_count(select(func.count(Contract.id)).where(Contract.check_due_at <= now, here)),
        sweeps=[
            {
                "product_code": sweep.product_code,
                "going_on": sweep.stage,
                "started_at": sweep.started_at,
                "finished_at": sweep.finished_at,
                "agreements": sweep.agreements,
                "problem": sweep.problem,
            }
            for sweep in db.session.scalars(select(Sweep).order_by(Sweep.product_code))
        ],
    )


def _count(statement: Any) -> int:
    return int(db.session.scalar(statement) or 0)


def _unknown_dimensions(products: Products) -> list[Uncharted]:
    statement = (
        select(Contract.product_code, Entitlement.dimension, func.count(Contract.id.distinct()))
        .join(Contract.entitlements)
        .group_by(Contract.product_code, Entitlement.dimension)
        .order_by(Contract.product_code, Entitlement.dimension)
    )
    return [
        Uncharted(code, dimension, contracts)
        for code, dimension, contracts in db.session.execute(statement)
        if not products.named(code).dimension(dimension).known
    ]
