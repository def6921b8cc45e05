"""Applying what AWS said: find the contract, read its entitlements again, write down the difference.

A notification is a nudge, never the truth (user guide, "SaaS contracts": GetEntitlements decides). So any number of
messages about one contract is one reading.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from portal import audit
from portal.contracts import book, sync
from portal.contracts.book import Names
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract, ContractName
from portal.contracts.names import license_key
from portal.database import db, transaction
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.notifications.envelope import Message, understand
from portal.notifications.inbox import postpone, settle, take, unpark
from portal.notifications.intake import names_in
from portal.notifications.judgement import DOUBTS, happened_at, is_doubtful, latest_word, signal_of
from portal.notifications.models import Fate, Notification
from portal.notifications.vocabulary import Kind
from portal.products import Products

logger = logging.getLogger(__name__)

WAITS = (2, 4, 8, 16, 32, 60, 120, 300)
"""Seconds until AWS is asked again when it did not answer. This never ends: an outage is no reason to lose a change."""
REFUSAL_WAITS = (10, 30, 60, 300, 900, 1800, 3600)
MOST_REFUSALS = 12
"""After so many tries (some six hours) a refusal is left to people: credentials do not mend themselves."""


@dataclass
class _Case:
    """One contract and the rows about it."""

    contract: Contract
    rows: list[tuple[Notification, Message]] = field(default_factory=list)


def work_on_inbox(marketplace: Marketplace, products: Products, now: datetime, limit: int = 50) -> int:
    """Work on up to `limit` messages that are due. Every one ends settled, parked, or due again later.

    Returns:
        How many were taken; as many as `limit` means that more may be waiting.

    Raises:
        OperationalError: the database is away. What was taken is due again by itself after a while.
    """
    taken = take(limit, now)
    away: MarketplaceUnavailable | None = None
    for case in _cases(taken):
        rows = [row for row, _message in case.rows]
        try:
            if away:
                raise away  # the next contract would be told the same, a few seconds later
            _apply(case, marketplace, products, now)
        except MarketplaceUnavailable as error:
            away = error
            _try_later(rows, WAITS, f"AWS did not answer ({error})")
        except MarketplaceError as error:
            _try_later(rows, REFUSAL_WAITS, f"AWS refused ({error})", most=MOST_REFUSALS)
        except OperationalError:
            raise
        except Exception as error:  # one message must never stand in the way of the others
            logger.exception("Notifications %s could not be applied", [row.id for row in rows])
            _try_later(rows, REFUSAL_WAITS, f"A fault of the portal ({type(error).__name__})", most=MOST_REFUSALS)
    return len(taken)


def _cases(rows: Sequence[Notification]) -> list[_Case]:
    """Sort rows by contract; those that belong to none, or to several, are parked."""
    alike: dict[tuple[str | None, ...], list[Notification]] = {}
    for row in rows:
        alike.setdefault((row.license_key, row.agreement_key, row.customer_key), []).append(row)
    cases: dict[UUID, _Case] = {}
    # Looking and parking are one transaction, so that on SQLite no landing can come between.
    with transaction():
        for same in alike.values():
            read = [(row, understand(row.body, "", row.occurred_at)) for row in same]
            found = _find([message for _row, message in read])
            if len(found) == 1:
                cases.setdefault(found[0].id, _Case(found[0])).rows.extend(read)
            elif found:
                problem = f"It may be about any of {len(found)} contracts; a person must decide."
                settle(same, Fate.PARKED, problem=problem)
            else:
                settle(same, Fate.PARKED)
    return list(cases.values())


def _find(messages: Sequence[Message]) -> list[Contract]:
    """The contracts that these names may mean; a renewal is found by the agreement that it renews."""
    found = book.find(names_in(messages[0]))
    for message in messages:
        if not found and message.terms.previous_agreement_id:
            found = book.find(Names(agreement_id=message.terms.previous_agreement_id))
    return found


def _apply(case: _Case, marketplace: Marketplace, products: Products, now: datetime) -> None:
    contract = case.contract
    rows = sorted(case.rows, key=lambda pair: (happened_at(pair[0]), pair[0].id))
    _learn(contract, [message for _row, message in rows])
    if not any(message.kind.asks_for_reading for _row, message in rows):
        with transaction():
            _settle(contract, rows, changed=False)
        return
    reading = sync.read(contract, marketplace)
    with transaction():
        # Two workers with messages about one contract write one after the other.
        locked = select(Contract).where(Contract.id == contract.id).with_for_update()
        contract = db.session.scalars(locked.execution_options(populate_existing=True)).one()
        version = contract.version
        for row, message in rows:
            _note_agreement(contract, row, message)
        if contract.confirmed_at and contract.confirmed_at >= reading.asked_at:
            # A later answer is written already; what these messages say has to be joined to a newer one still.
            postpone([row for row, _message in rows], (0.1,), "Overtaken by another reading; asking again.")
            return
        last = rows[-1][0]
        word = latest_word(contract, [row for row, _message in rows])
        if not reading.entitlements and is_doubtful(contract, word, last.attempts, products, now):
            postpone([row for row, _message in rows], DOUBTS, "AWS shows no entitlement yet; asking again.")
            return
        licensed = {license_key(row.license_arn) for row in reading.entitlements if row.license_arn}
        sync.write(
            contract.id,
            reading,
            products,
            cause=Cause.NOTIFICATION,
            detail=last.name,
            notification_id=last.id,
            signal=signal_of(word, contract, licensed),
        )
        _settle(contract, rows, changed=contract.version != version)


def _learn(contract: Contract, messages: Sequence[Message]) -> None:
    """Note what else the contract is called, so that AWS is asked by it, and free what was parked under it."""
    statement = select(ContractName.kind, ContractName.key).where(ContractName.contract_id == contract.id)
    known = {(name.kind, name.key) for name in db.session.execute(statement)}
    new = [names for names in map(names_in, messages) if any((kind, key) not in known for kind, key, _ in names.all())]
    if new:
        with transaction():
            for names in new:
                book.learn_names(contract, names)
            db.session.flush()
            unpark(contract)


def _note_agreement(contract: Contract, row: Notification, message: Message) -> None:
    """Write down the terms that a message tells, and the contract that this one goes on for."""
    told = message.terms
    terms = sync.Terms(told.starts_at, told.ends_at, told.auto_renew, told.ended_because)
    if terms != sync.Terms():
        sync.note_terms(
            contract,
            terms,
            occurred_at=row.occurred_at,
            cause=Cause.NOTIFICATION,
            detail=row.name,
            notification_id=row.id,
        )
    if told.previous_agreement_id and contract.continues_id is None:
        earlier = book.find(Names(agreement_id=told.previous_agreement_id))
        if len(earlier) == 1 and earlier[0].id != contract.id:
            contract.continues_id = earlier[0].id
            earlier[0].version += 1  # its page names the one that goes on
            write_change(
                contract,
                Cause.NOTIFICATION,
                "continues",
                after={"value": str(earlier[0].id)},
                detail=row.name,
                notification_id=row.id,
            )


def _settle(contract: Contract, rows: Sequence[tuple[Notification, Message]], *, changed: bool) -> None:
    advisories = [row for row, message in rows if message.kind is Kind.ADVISORY]
    others = [row for row, message in rows if message.kind is not Kind.ADVISORY]
    settle(others, Fate.APPLIED, contract)
    settle(advisories, Fate.NEWS, contract)
    for row in advisories:
        audit.record("worker", "advisory", f"contract:{contract.id}", notification=row.id, name=row.name)
    if changed:
        told = [row.id for row in others]
        audit.record("worker", "contract changed", f"contract:{contract.id}", notifications=told)


def _try_later(rows: Sequence[Notification], waits: Sequence[float], problem: str, *, most: int | None = None) -> None:
    db.session.rollback()
    with transaction():
        over = [row for row in rows if most is not None and row.attempts >= most]
        postpone([row for row in rows if row not in over], waits, problem)
        if over:
            settle(over, Fate.FAILED, problem=problem)
    logger.warning("%s notifications wait: %s", len(rows) - len(over), problem)


__all__ = ["unpark", "work_on_inbox"]
