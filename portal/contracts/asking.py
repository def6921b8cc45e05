"""Asking AWS what contracts grant now: one by one, by lists of names, or a product page by page.

AWS allows 20 calls a second and 25 rows a call, so many contracts are read together. What pages and lists show is
believed. What they no longer show is asked for directly first: rows may move between two pages, and AWS does not say
how many names it takes in one question.

Asking happens outside any transaction; writing what was found is ``portal.contracts.sync``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from portal.contracts.models import Contract
from portal.contracts.names import license_key
from portal.contracts.reading import Reading, Subject, share_out, subjects
from portal.database import db, utcnow
from portal.marketplace.client import PAGE, Marketplace
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.marketplace.values import EntitlementValue

WORTH_A_SWEEP = 1.5
"""A product is read page by page while no more than so many times as many of its contracts are read as are due."""


@dataclass
class Answers:
    """What became of a round of questions. Once AWS is away, it is not asked again in the same round."""

    readings: dict[UUID, Reading] = field(default_factory=dict)
    problems: dict[UUID, MarketplaceError] = field(default_factory=dict)
    away: MarketplaceUnavailable | None = None


def read(contract: Contract, marketplace: Marketplace) -> Reading:
    """Ask AWS what one contract grants now. Outside any transaction.

    Raises:
        MarketplaceUnavailable, MarketplaceRefused: as ``Marketplace.get_entitlements``.
    """
    subject = subjects([contract.id])[contract.id]
    db.session.commit()  # AWS may take seconds, and no database transaction should stay open for that long
    return _directly(subject, marketplace)


def read_many(contract_ids: Sequence[UUID], marketplace: Marketplace) -> Answers:
    """Ask AWS about many contracts with as few calls as that takes. Outside any transaction.

    Whatever goes wrong with some of them is in the answers, beside what was read of the others.
    """
    answers = Answers()
    by_product: dict[str, list[Subject]] = {}
    for subject in subjects(contract_ids).values():
        by_product.setdefault(subject.product_code, []).append(subject)
    for product_code, group in by_product.items():
        together = [subject for subject in group if subject.can_be_listed]
        alone = [subject for subject in group if not subject.can_be_listed]
        if _is_worth_a_sweep(product_code, len(together)):
            alone += _read_together(together, marketplace, None, answers)
        else:
            for batch in _lists(together):
                alone += batch if len(batch) == 1 else _read_together(batch, marketplace, _filters(batch), answers)
        for subject in alone:
            _read_alone(subject, marketplace, answers)
    return answers


def calls_for(contracts: int) -> int:
    """About how many calls reading so many contracts takes."""
    return -(-contracts // PAGE)


def _directly(subject: Subject, marketplace: Marketplace) -> Reading:
    """Ask for one contract alone. Nothing is believed before it was asked for by every name: a product that moved to
    Concurrent Agreements may know the legacy customer no more."""
    asked_at = utcnow()
    first = subject.question()
    questions = [first] if first else []
    if subject.customers and subject.arns:
        questions.append(("LICENSE_ARN", subject.arns))
    if subject.may_have_moved and subject.aws_account_id:
        questions.append(("CUSTOMER_AWS_ACCOUNT_ID", [subject.aws_account_id]))
    for name, values in questions:
        rows = [
            row for page in marketplace.entitlement_pages(subject.product_code, {name: values}) for row in page.rows
        ]
        ours = share_out(rows, [subject], guessing=True).get(subject.contract_id)
        if ours:
            return Reading(asked_at, ours)
    return Reading(asked_at, [])


def _read_alone(subject: Subject, marketplace: Marketplace, answers: Answers) -> None:
    try:
        if answers.away:
            raise answers.away
        answers.readings[subject.contract_id] = _directly(subject, marketplace)
    except MarketplaceUnavailable as error:
        answers.away = answers.problems[subject.contract_id] = error
    except MarketplaceError as error:
        answers.problems[subject.contract_id] = error


def _lists(group: Sequence[Subject]) -> list[list[Subject]]:
    """Contracts to be asked for in one question: by the same filter, and so few that the answer fits on a page."""
    lists: list[list[Subject]] = []
    open_lists: dict[str, tuple[list[Subject], int]] = {}
    for subject in group:
        name, values = subject.question() or ("", [])
        weight = max(len(subject.known_rows), len(values))
        batch, filled = open_lists.get(name, ([], PAGE))
        if filled + weight > PAGE:
            batch, filled = [], 0
            lists.append(batch)
        batch.append(subject)
        open_lists[name] = (batch, filled + weight)
    return lists


def _filters(batch: Sequence[Subject]) -> dict[str, list[str]]:
    filters: dict[str, list[str]] = {}
    for subject in batch:
        name, values = subject.question() or ("", [])
        filters.setdefault(name, []).extend(values)
    return {name: sorted(set(values)) for name, values in filters.items()}


def _read_together(
    group: Sequence[Subject], marketplace: Marketplace, filters: Mapping[str, list[str]] | None, answers: Answers
) -> list[Subject]:
    """Read a group by pages, with a list of names as filter or with none.

    Returns:
        Those that have to be asked for alone: rows they had are not shown any more, or AWS does not take the question.
    """
    shown: dict[UUID, list[EntitlementValue]] = {}
    asked: dict[UUID, datetime] = {}
    started_at = utcnow()
    try:
        if answers.away:
            raise answers.away  # it would be told the same, a few seconds later
        for page in marketplace.entitlement_pages(group[0].product_code, filters):
            for contract_id, rows in share_out(page.rows, group).items():
                shown.setdefault(contract_id, []).extend(rows)
                asked.setdefault(contract_id, page.asked_at)
    except MarketplaceUnavailable as error:
        answers.away = error
        answers.problems |= dict.fromkeys((subject.contract_id for subject in group), error)
        return []
    except MarketplaceError:
        return list(group)
    doubtful = []
    for subject in group:
        rows = shown.get(subject.contract_id, [])
        if not rows and subject.may_have_moved:
            doubtful.append(subject)
        elif subject.known_rows <= {(row.dimension, license_key(row.license_arn or "")) for row in rows}:
            answers.readings[subject.contract_id] = Reading(asked.get(subject.contract_id, started_at), rows)
        else:
            doubtful.append(subject)
    return doubtful


def _is_worth_a_sweep(product_code: str, due: int) -> bool:
    """Whether the product has hardly more contracts than are due; a large one is not counted to its end."""
    if due <= PAGE:
        return False
    most = int(due * WORTH_A_SWEEP) + 1
    some = select(Contract.id).where(Contract.product_code == product_code).limit(most).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) < most
