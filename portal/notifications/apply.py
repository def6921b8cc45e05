"""Applying what AWS said: find the contracts, read their entitlements again, write down the difference.

A notification is a nudge, never the truth (user guide, "SaaS contracts": GetEntitlements decides). So any number of
messages about one contract is one reading, and many contracts are read together.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import OperationalError

from portal import audit
from portal.contracts import checks, sync
from portal.contracts.asking import read_many
from portal.contracts.history import Because
from portal.contracts.lifecycle import Signal
from portal.contracts.models import Cause, Contract, NameKind
from portal.contracts.reading import Reading
from portal.contracts.terms import Terms, note_reason, note_terms
from portal.contracts.words import hear, hear_status
from portal.database import db, portions, transaction
from portal.marketplace.agreements import Agreements
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.notifications import problems
from portal.notifications.cases import Case, learn, sort
from portal.notifications.inbox import Fates, Taken, postpone, settle, take
from portal.notifications.models import Fate
from portal.notifications.replacements import find_what_is_replaced
from portal.notifications.vocabulary import Kind
from portal.products import Products
from portal.sentences import sentence

logger = logging.getLogger(__name__)

AT_ONCE = 10_000
"""So many messages are worked on together: in a storm most of them are about the same contracts."""
CHUNK = 200
"""So many contracts are written in one transaction."""
WAITS = (2, 4, 8, 16, 32, 60, 120, 300)
"""Seconds until AWS is asked again when it did not answer. This never ends: an outage is no reason to lose a change."""
REFUSAL_WAITS = (10, 30, 60, 300, 900, 1800, 3600)
MOST_REFUSALS = 12
"""After so many tries (some six hours) a refusal is left to people: credentials do not mend themselves."""

SIGNALS = {
    Kind.GRANTED: Signal.GRANTED,
    Kind.ENDING: Signal.ENDING,
    Kind.ENDED: Signal.ENDED,
    Kind.CONTINUED: Signal.CONTINUED,
}
PAYMENT_FAILED = "PAYMENT_FAILED"


def work_on_inbox(
    marketplace: Marketplace, products: Products, now: datetime, *, agreements: Agreements, limit: int = AT_ONCE
) -> int:
    """Work on up to `limit` messages that are due. Every one ends settled, parked, or due again later.

    Args:
        agreements: is asked what a replacement replaces.

    Returns:
        How many were taken; as many as `limit` means that more may be waiting.

    Raises:
        OperationalError: the database is away. What was taken is due again by itself after a while.
    """
    taken = take(limit, now)
    cases = learn(sort(find_what_is_replaced(taken, agreements)))
    asked = {case.contract_id: case for case in cases if case.asks_for_reading}
    for chunk in portions([case for case in cases if case.contract_id not in asked], CHUNK):
        _write(chunk, {}, products, now)
    for answers in read_many(list(asked), marketplace):
        for chunk in portions([asked[contract_id] for contract_id in answers.readings], CHUNK):
            _write(chunk, answers.readings, products, now)
        for contract_id, problem in answers.problems.items():
            _note_problem(asked[contract_id], problem)
    return len(taken)


def _write(cases: Sequence[Case], readings: dict[UUID, Reading], products: Products, now: datetime) -> None:
    """Write what was read about some contracts in one transaction; one by one if that does not go."""
    try:
        with transaction():
            contracts = sync.lock([case.contract_id for case in cases])
            fates = Fates()
            for case in cases:
                apply_case(case, contracts[case.contract_id], readings.get(case.contract_id), products, now, fates)
            fates.write()
    except OperationalError:
        raise
    except Exception as error:  # one message must never stand in the way of the others
        db.session.rollback()
        if len(cases) > 1:
            for case in cases:
                _write([case], readings, products, now)
            return
        logger.exception("Notifications %s could not be applied", [row.id for row in cases[0].messages])
        problem = sentence(problems.FAULT, error=type(error).__name__)
        _try_later(cases[0].messages, REFUSAL_WAITS, problem, most=MOST_REFUSALS)


def apply_case(
    case: Case, contract: Contract, reading: Reading | None, products: Products, now: datetime, fates: Fates
) -> None:
    """Write what a case and its reading say about one contract, which is locked; its fates are added to `fates`."""
    if contract.merged_into_id is not None:
        postpone(case.messages, (0.1,), problems.JOINED)
        return
    version, messages = contract.version, case.in_order()
    for message in messages:
        _hear(contract, message)
    kinds = {message.kind for message in messages}
    is_empty = reading is not None and not reading.entitlements and _is_news(contract, reading)
    told_anew = Kind.ENTITLEMENT_CHANGED in kinds
    if is_empty and checks.is_doubtful(contract, products, case.attempts, now, told_anew=told_anew):
        sync.show_unsure(contract)
        postpone(messages, checks.DOUBTS, problems.NOTHING_YET)
        return
    last, confirmed_at = messages[-1], contract.confirmed_at
    changed = sync.write_locked(contract, reading, products, Because(Cause.NOTIFICATION, last.name, last.id), now)
    is_unseen = not changed and contract.confirmed_at != confirmed_at
    if is_unseen and kinds & {Kind.GRANTED, Kind.ENTITLEMENT_CHANGED} and now - last.happened_at <= checks.SOON:
        checks.follow_up(contract, now)
    _settle(contract, messages, fates, changed=contract.version != version)


def _is_news(contract: Contract, reading: Reading) -> bool:
    """Whether a reading was asked after the last one that is written."""
    return contract.confirmed_at is None or contract.confirmed_at < reading.asked_at


def _hear(contract: Contract, message: Taken) -> None:
    """Keep what one message says: AWS's word under the name it names, and the terms it tells."""
    if signal := SIGNALS.get(message.kind):
        keys = dict(message.keys)
        order = (NameKind.AGREEMENT, NameKind.LICENSE, NameKind.CUSTOMER)
        hear(contract, [(kind, keys[kind]) for kind in order if kind in keys], signal, message.happened_at)
    if message.previous_agreement_key and message.agreement_key:
        hear(contract, [(NameKind.AGREEMENT, message.agreement_key)], Signal.PROMISED, message.happened_at)
    if message.kind is Kind.GRANT_FAILED and not contract.entitlements:
        note_reason(contract, PAYMENT_FAILED)
    if not message.kind.tells_terms:
        return
    told = message.message.terms
    if told.ended_because and message.agreement_key:
        hear_status(contract, message.agreement_key, told.ended_because)
    terms = Terms(told.starts_at, told.ends_at, told.auto_renew, told.intent)
    note_terms(contract, terms, message.occurred_at, Because(Cause.NOTIFICATION, message.name, message.id))


def _settle(contract: Contract, messages: Sequence[Taken], fates: Fates, *, changed: bool) -> None:
    for_people = [message for message in messages if message.kind.is_for_people]
    others = [message for message in messages if not message.kind.is_for_people]
    fates.settle(others, Fate.APPLIED, contract.id)
    fates.settle(for_people, Fate.NEWS, contract.id)
    for message in for_people:
        audit.record("worker", message.kind, f"contract:{contract.id}", notification=message.id, name=message.name)
    if changed:
        ids = [message.id for message in others]
        audit.record("worker", "contract changed", f"contract:{contract.id}", notifications=ids)


def _note_problem(case: Case, problem: MarketplaceError) -> None:
    if not isinstance(problem, MarketplaceUnavailable):
        _try_later(case.messages, REFUSAL_WAITS, sentence(problems.REFUSED, problem=str(problem)), most=MOST_REFUSALS)
        return
    _try_later(case.messages, WAITS, sentence(problems.NO_ANSWER, problem=str(problem)))
    with transaction():
        for contract in sync.lock([case.contract_id]).values():
            sync.show_unsure(contract)


def _try_later(rows: Sequence[Taken], waits: Sequence[float], problem: str, *, most: int | None = None) -> None:
    with transaction():
        over = [row for row in rows if most is not None and row.attempts >= most]
        postpone([row for row in rows if row not in over], waits, problem)
        if over:
            settle(over, Fate.FAILED, problem)
    logger.warning("%s notifications wait: %s", len(rows) - len(over), problem)
