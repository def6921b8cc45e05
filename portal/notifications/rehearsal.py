"""What replaying messages would change, found out by the code that would change it, and taken back.

AWS is asked in between, outside any transaction, as the worker does it. So it takes a job, and as many calls to AWS as
the replay itself will.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from portal.contracts import book, sync
from portal.contracts.asking import ask_about
from portal.contracts.models import Contract, ContractChange
from portal.contracts.reading import Reading, Subject, subjects
from portal.contracts.reconciliation import Sources
from portal.database import db, rehearsal
from portal.marketplace.errors import MarketplaceError
from portal.notifications.apply import apply_case
from portal.notifications.cases import Case, learn, sort
from portal.notifications.inbox import Fates, Taken, in_hand
from portal.notifications.models import Fate, Notification
from portal.notifications.replacements import find_what_is_replaced
from portal.notifications.replay import replay

ACTOR = "rehearsal"


@dataclass
class Outcome:
    """What would become of some messages, and what of the contracts they are about. Plain values, to be kept as
    JSON."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    """Each with `id`, `fate`, `becomes`, `contract` and `problem`."""
    contracts: list[dict[str, Any]] = field(default_factory=list)
    """Each with `id`, `product_code`, `state`, `becomes`, `joined` (into which), `problem` (why AWS could not be
    asked) and `lines`, which are those that would be written into its history: `subject`, `before`, `after`, `cause`,
    `detail`."""


def rehearse(ids: Sequence[int], sources: Sources, now: datetime) -> Outcome:
    """Find out what ``replay`` of these messages would change. Outside any transaction.

    Raises:
        OperationalError: the database is away.
    """
    with rehearsal():
        taken = _put_back(ids, now)
    taken = find_what_is_replaced(taken, sources.agreements, keep=False)
    with rehearsal():
        _put_back(ids, now)
        about = [case.contract_id for case in learn(sort(taken)) if case.asks_for_reading]
        asked = list(subjects(about).values())
    readings, problems = _ask(asked, sources)
    with rehearsal():
        return _see(ids, taken, readings, problems, sources, now)


def _put_back(ids: Sequence[int], now: datetime) -> list[Taken]:
    became = replay(ids, now, ACTOR)
    return in_hand([number for number, fate in became.items() if fate is Fate.RECEIVED])


def _ask(asked: Sequence[Subject], sources: Sources) -> tuple[dict[UUID, Reading], dict[UUID, MarketplaceError]]:
    readings: dict[UUID, Reading] = {}
    problems: dict[UUID, MarketplaceError] = {}
    for answers in ask_about(asked, sources.marketplace):
        readings |= answers.readings
        problems |= answers.problems
    return readings, problems


def _see(
    ids: Sequence[int],
    taken: Sequence[Taken],
    readings: dict[UUID, Reading],
    problems: dict[UUID, MarketplaceError],
    sources: Sources,
    now: datetime,
) -> Outcome:
    """Do it, look at what it did, and leave the taking back to the caller."""
    fates_before = _fates(ids)
    last_line = db.session.scalar(select(func.max(ContractChange.id))) or 0
    meant = set(book.owners(key for message in taken for key in message.keys).values())
    states_before = {one.id: one.state for one in sync.lock(meant).values()}
    _put_back(ids, now)
    cases = learn(sort(taken))
    contracts = sync.lock({case.contract_id for case in cases} | meant)
    states_before = {contract_id: one.state for contract_id, one in contracts.items()} | states_before
    fates = Fates()
    for case in cases:
        if case.contract_id not in problems:
            reading = readings.get(case.contract_id)
            apply_case(case, contracts[case.contract_id], reading, sources.products, now, fates)
    fates.write()
    db.session.flush()
    return Outcome(_messages(ids, fates_before, cases), _contracts(contracts, states_before, problems, last_line))


def _fates(ids: Sequence[int]) -> dict[int, str]:
    statement = select(Notification.id, Notification.fate).where(Notification.id.in_(ids))
    return {row.id: row.fate for row in db.session.execute(statement)}


def _messages(ids: Sequence[int], before: dict[int, str], cases: Sequence[Case]) -> list[dict[str, Any]]:
    about = {message.id: case.contract_id for case in cases for message in case.messages}
    statement = select(Notification.id, Notification.fate, Notification.problem).where(Notification.id.in_(ids))
    return [
        {
            "id": row.id,
            "fate": before[row.id],
            "becomes": row.fate,
            "contract": str(about[row.id]) if row.id in about else None,
            "problem": row.problem,
        }
        for row in db.session.execute(statement.order_by(Notification.id))
    ]


def _contracts(
    contracts: dict[UUID, Contract],
    states_before: dict[UUID, str],
    problems: dict[UUID, MarketplaceError],
    last_line: int,
) -> list[dict[str, Any]]:
    lines: dict[UUID, list[dict[str, Any]]] = {}
    statement = select(ContractChange).where(
        ContractChange.id > last_line, ContractChange.contract_id.in_(list(contracts))
    )
    for row in db.session.scalars(statement.order_by(ContractChange.id)):
        line = {"subject": row.subject, "before": row.before, "after": row.after, "cause": row.cause}
        lines.setdefault(row.contract_id, []).append(line | {"detail": row.detail})
    return [
        {
            "id": str(contract.id),
            "product_code": contract.product_code,
            "state": states_before[contract.id],
            "becomes": contract.state,
            "joined": str(contract.merged_into_id) if contract.merged_into_id else None,
            "problem": str(problems[contract.id]) if contract.id in problems else None,
            "lines": lines.get(contract.id, []),
        }
        for contract in contracts.values()
    ]
