"""Asking AWS what contracts grant now: one by one, by lists of names, or a product page by page.

AWS allows 20 calls a second and 25 rows a call, so many contracts are read together. What pages and lists show is
believed. What they no longer show is asked for directly first: rows may move between two pages, and AWS does not say
how many names it takes in one question.

Asking happens outside any transaction; writing what was found is ``portal.contracts.sync``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from portal.contracts.models import Contract
from portal.contracts.names import license_key
from portal.contracts.reading import Reading, RowKey, Subject, share_out, subjects
from portal.database import db, utcnow
from portal.marketplace.client import PAGE, Marketplace, Page
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.marketplace.values import EntitlementValue

WRITTEN_TOGETHER = 150
"""So many contracts are given on to be written at once."""
WORTH_A_SWEEP = 1.5
"""A product is read page by page while no more than so many times as many of its contracts are read as are due."""


@dataclass
class Answers:
    """What became of some questions."""

    readings: dict[UUID, Reading] = field(default_factory=dict)
    problems: dict[UUID, MarketplaceError] = field(default_factory=dict)


def read(contract: Contract, marketplace: Marketplace) -> Reading:
    """Ask AWS what one contract grants now. Outside any transaction.

    Raises:
        MarketplaceUnavailable, MarketplaceRefused: as ``Marketplace.get_entitlements``.
    """
    subject = subjects([contract.id])[contract.id]
    db.session.commit()  # AWS may take seconds, and no database transaction should stay open for that long
    return _directly(subject, marketplace)


def read_many(contract_ids: Sequence[UUID], marketplace: Marketplace) -> Iterator[Answers]:
    """Ask AWS about many contracts with as few calls as that takes. Outside any transaction.

    Gives the answers in parts, as they come, so that some can be written while the next call waits for its turn. Every
    contract is in a part, with its reading or its problem; a few may come a second time, with a later reading.
    """
    yield from ask_about(list(subjects(contract_ids).values()), marketplace)


def ask_about(asked: Sequence[Subject], marketplace: Marketplace) -> Iterator[Answers]:
    """As ``read_many``, for subjects that are known already."""
    by_product: dict[str, list[Subject]] = {}
    for subject in asked:
        by_product.setdefault(subject.product_code, []).append(subject)
    round_ = _Round(marketplace)
    for product_code, group in by_product.items():
        together = [subject for subject in group if subject.can_be_listed]
        alone = [subject for subject in group if not subject.can_be_listed]
        if _is_worth_a_sweep(product_code, len(together)):
            alone += yield from round_.together(together, None)
        else:
            for batch in _lists(together):
                alone += batch if len(batch) == 1 else (yield from round_.together(batch, _filters(batch)))
        for subject in alone:
            yield round_.alone(subject)


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


class _Round:
    """One round of questions. Once AWS is away it is not asked again: it would say the same, a few seconds later."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace
        self._away: MarketplaceUnavailable | None = None

    def alone(self, subject: Subject) -> Answers:
        """Ask for one contract directly."""
        try:
            if self._away:
                raise self._away
            return Answers({subject.contract_id: _directly(subject, self._marketplace)})
        except MarketplaceError as error:
            self._away = error if isinstance(error, MarketplaceUnavailable) else self._away
            return Answers(problems={subject.contract_id: error})

    def together(
        self, group: Sequence[Subject], filters: Mapping[str, list[str]] | None
    ) -> Generator[Answers, None, list[Subject]]:
        """Ask for a group by pages, with a list of names as filter or with none.

        Returns:
            Those that have to be asked for alone: rows they had are not shown any more, others came on a later page, or
            AWS does not take the question.
        """
        shown = _Shown(group)
        try:
            if self._away:
                raise self._away
            for page in self._marketplace.entitlement_pages(group[0].product_code, filters):
                shown.add(page)
                if len(shown.ready.readings) >= WRITTEN_TOGETHER:
                    yield shown.take_ready()
        except MarketplaceUnavailable as error:
            self._away = error
            yield shown.take_ready()
            yield Answers(problems=dict.fromkeys((subject.contract_id for subject in shown.open()), error))
            return shown.doubtful
        except MarketplaceError:
            yield shown.take_ready()
            return [*shown.open(), *shown.doubtful]
        doubtful = shown.close()
        yield shown.take_ready()
        return doubtful


class _Shown:
    """What the pages of one question have shown of a group so far."""

    def __init__(self, group: Sequence[Subject]) -> None:
        self._open = {subject.contract_id: subject for subject in group}
        self._group = group
        self._rows: dict[UUID, list[EntitlementValue]] = {}
        self._asked: dict[UUID, datetime] = {}
        self._began_at = utcnow()
        self.ready = Answers()
        self.doubtful: list[Subject] = []

    def add(self, page: Page) -> None:
        """Take a page in. A contract is ready as soon as every row it had is shown again."""
        for contract_id, rows in share_out(page.rows, self._group).items():
            told = self._rows.setdefault(contract_id, [])
            told.extend(rows)
            self._asked.setdefault(contract_id, page.asked_at)
            subject = self._open.get(contract_id)
            if subject is None:
                self.doubtful += [one for one in self._group if one.contract_id == contract_id]
            elif subject.known_rows <= _keys(told):
                self._answer(self._open.pop(contract_id), told)

    def close(self) -> list[Subject]:
        """After the last page: those that have to be asked for alone."""
        for subject in self.open():
            rows = self._rows.get(subject.contract_id, [])
            if subject.known_rows <= _keys(rows) and (rows or not subject.may_have_moved):
                self._answer(self._open.pop(subject.contract_id), rows)
        return [*self.open(), *self.doubtful]

    def open(self) -> list[Subject]:
        """Those that are not ready."""
        return list(self._open.values())

    def take_ready(self) -> Answers:
        """Those that have become ready since the last time."""
        ready, self.ready = self.ready, Answers()
        return ready

    def _answer(self, subject: Subject, rows: list[EntitlementValue]) -> None:
        asked_at = self._asked.get(subject.contract_id, self._began_at)
        self.ready.readings[subject.contract_id] = Reading(asked_at, rows)


def _keys(rows: Sequence[EntitlementValue]) -> set[RowKey]:
    return {(row.dimension, license_key(row.license_arn or "")) for row in rows}


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


def _is_worth_a_sweep(product_code: str, due: int) -> bool:
    """Whether the product has hardly more contracts than are due; a large one is not counted to its end."""
    if due <= PAGE:
        return False
    most = int(due * WORTH_A_SWEEP) + 1
    some = select(Contract.id).where(Contract.product_code == product_code).limit(most).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) < most
