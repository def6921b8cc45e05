"""Asking AWS again about contracts, because somebody wants to know or because an answer is doubted.

A contract that is to be asked about says so in its own row, so nothing is lost with Redis, and any number of wishes is
one reading. Contracts that are due together are read together.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from portal.contracts import sync
from portal.contracts.asking import Answers, read_many
from portal.contracts.history import Because
from portal.contracts.lifecycle import Signal, State, signal_of
from portal.contracts.models import Cause, Contract
from portal.contracts.reading import Reading
from portal.contracts.words import words_of
from portal.database import db, transaction, utcnow
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.products import Products

logger = logging.getLogger(__name__)

DOUBTS = (1, 2, 5, 10, 30, 60, 120)
"""Seconds until an empty answer after a grant is asked again: entitlements may lag behind their event by minutes."""
GRACE = 3
"""So many of these waits, some seconds together, before the end of a licence is taken for the end of its contract."""
SOON = timedelta(hours=1)
"""A grant older than this explains no lag any more."""
FOLLOW_UPS = (20, 180)
"""Seconds until AWS is asked again although it answered, because what it announced was not to be seen."""
WAITS = (2, 4, 8, 16, 32, 60)
LEASE = timedelta(seconds=60)
AT_ONCE = 1_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def request_check(contract_id: UUID) -> None:
    """Note that an answer of AWS is awaited: the page says so, the sweep sees to it. Inside a transaction."""
    now = utcnow()
    db.session.execute(
        update(Contract)
        .where(Contract.id == contract_id, Contract.check_requested_at.is_(None))
        .values(check_requested_at=now, check_due_at=now, check_attempts=0, version=Contract.version + 1)
    )


def look_again(contract_ids: Sequence[UUID], now: datetime) -> int:
    """Have AWS asked about these without telling anybody, unless that is to happen anyway. Inside a transaction.

    Returns:
        How many would not have been asked about.
    """
    # Said in this way, SQLite finds them by their ids, and not among all that have no check due.
    not_due = func.coalesce(Contract.check_due_at, _NEVER) == _NEVER
    marked = db.session.execute(
        update(Contract)
        .where(Contract.id.in_(contract_ids), not_due)
        .values(check_due_at=now, check_attempts=len(FOLLOW_UPS))
        .execution_options(synchronize_session=False)
    )
    return int(marked.rowcount)  # type: ignore[attr-defined]


def follow_up(contract: Contract, now: datetime, followed: int = 0) -> None:
    """Ask again in a while, because AWS told of a change and showed none. For a locked contract.

    Args:
        followed: how many times that was done already for this change.
    """
    if contract.check_due_at is None and followed < len(FOLLOW_UPS):
        contract.check_due_at, contract.check_attempts = now + timedelta(seconds=FOLLOW_UPS[followed]), followed


def is_doubtful(contract: Contract, products: Products, asked: int, now: datetime, *, told_anew: bool = False) -> bool:
    """Whether an empty answer is rather AWS's lag than the truth. Asked again so many times, it is believed.

    Args:
        asked: how many times AWS was asked already.
        told_anew: whether a legacy product was just told of a change. An end is told to it in the same words; only
            where there is nothing yet, or no more, it is none.
    """
    if asked > len(DOUBTS) or sync.is_subscription(contract, products):
        return False
    words = words_of(contract)
    signal = signal_of(words)
    if signal is Signal.CONTINUED and contract.entitlements:
        return True  # what follows a renewal is not to be seen yet
    if signal is Signal.ENDING and contract.entitlements:
        return asked <= GRACE  # what goes on after a renewal may be told a moment after the end of what it renews
    if signal is Signal.GRANTED and now - max(word.at for word in words if word.signal is signal) <= SOON:
        return True
    return told_anew and contract.state in {State.WAITING, State.ENDED}


def work_on_checks(marketplace: Marketplace, products: Products, now: datetime, limit: int = AT_ONCE) -> int:
    """Ask AWS about the contracts that are due, together.

    Returns:
        How many were due.

    Raises:
        OperationalError: the database is away. What was taken is due again by itself after a while.
    """
    ids = _take(limit, now)
    for answers in read_many(ids, marketplace):
        _write_all([*answers.readings, *answers.problems], answers, products, now)
    return len(ids)


def _write_all(contract_ids: Sequence[UUID], answers: Answers, products: Products, now: datetime) -> None:
    """Write in one transaction; one by one if that does not go. What cannot be written waits for its lease to end."""
    try:
        with transaction():
            for contract_id, contract in sync.lock(contract_ids).items():
                if contract_id in answers.readings:
                    _write(contract, answers.readings[contract_id], products, now)
                else:
                    _put_off(contract, answers.problems[contract_id], now)
    except OperationalError:
        raise
    except Exception:  # one contract must never stand in the way of the others
        db.session.rollback()
        if len(contract_ids) == 1:
            logger.exception("Contract %s could not be checked", contract_ids[0])
            return
        for contract_id in contract_ids:
            _write_all([contract_id], answers, products, now)


def _take(limit: int, now: datetime) -> list[UUID]:
    """Take contracts that are due, those longest due first, so that no other worker takes them meanwhile."""
    with transaction():
        due = (
            select(Contract.id)
            .where(Contract.check_due_at <= now, Contract.merged_into_id.is_(None))
            .order_by(Contract.check_due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list(db.session.scalars(due))
        if ids:
            db.session.execute(
                update(Contract)
                .where(Contract.id.in_(ids))
                .values(check_due_at=now + LEASE, check_attempts=Contract.check_attempts + 1)
                .execution_options(synchronize_session=False)
            )
        return ids


def _write(contract: Contract, reading: Reading, products: Products, now: datetime) -> None:
    attempts, asked_for = contract.check_attempts, contract.check_requested_at is not None
    loses = bool(contract.entitlements) and not reading.entitlements
    if loses and is_doubtful(contract, products, attempts, now):
        sync.show_unsure(contract)
        contract.check_due_at = _later(now, DOUBTS, attempts)
        return
    changed = sync.write_locked(contract, reading, products, Because(Cause.REFRESH if asked_for else Cause.SWEEP), now)
    if contract.check_requested_at is not None:
        contract.check_due_at = now  # asked for again since this reading began
        return
    contract.check_due_at = None
    if not changed and not asked_for:
        follow_up(contract, now, attempts)


def _put_off(contract: Contract, problem: MarketplaceError, now: datetime) -> None:
    if isinstance(problem, MarketplaceUnavailable) or contract.check_requested_at is None:
        logger.warning("Contract %s is checked later: %s", contract.id, problem)
        contract.check_due_at = _later(now, WAITS, contract.check_attempts)
        return
    # Asking again would get the same answer, and a page would wait for ever.
    logger.error("Contract %s cannot be checked: %s", contract.id, problem)
    contract.check_requested_at = contract.check_due_at = None
    contract.check_attempts = 0
    contract.version += 1


def _later(now: datetime, waits: Sequence[float], attempts: int) -> datetime:
    wait = waits[min(max(attempts, 1), len(waits)) - 1]
    return now + timedelta(seconds=wait * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
