"""A contract's history in people's words: old, new, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, ContractChange
from portal.language import gettext as _
from portal.language import marked
from portal.products import Product
from portal.staff.recalled import recalled
from portal.web.filters import day
from portal.web.wording import CAUSES, STATES, SUBJECTS, reason_in_words, value_in_words


@dataclass(frozen=True)
class HistoryLine:
    """One change: old, new, and why."""

    at: datetime
    what: str
    before: str | None
    after: str | None
    cause: str
    detail: str | None
    sentence: str


def history_lines(changes: Sequence[ContractChange], product: Product) -> list[HistoryLine]:
    """One line a change. Terms heard of for the first time did not change, nor did a date that moved within its day."""
    lines = [history_line(change, product) for change in changes if not _is_first_heard(change)]
    return [line for line in lines if line.before is None or line.before != line.after]


def _is_first_heard(change: ContractChange) -> bool:
    return change.subject in {"starts_at", "ends_at", "auto_renew"} and change.before is None


def history_line(change: ContractChange, product: Product) -> HistoryLine:
    """One change in words, whatever it is."""
    what, before, after = _change_in_words(change, product)
    if change.subject == "opened":
        sentence = _("The purchase reached us from AWS Marketplace.")
    elif change.subject == "continues":
        sentence = _("This contract goes on for an earlier one.")
    elif change.subject == "organisation" and after is None:
        sentence = _("No longer linked to %(organisation)s.", organisation=before)
    elif change.subject == "organisation" and change.detail:
        sentence = _("Linked to %(organisation)s by %(name)s.", organisation=after, name=recalled(change.detail))
    elif change.subject == "organisation":
        sentence = _("Linked to %(organisation)s.", organisation=after)
    elif before == after or (before is None and after is None):
        sentence = _("%(what)s changed.", what=what)
    elif before is None:
        sentence = _("%(what)s: %(now)s.", what=what, now=after)
    elif after is None:
        sentence = _("%(what)s: no longer included (was %(before)s).", what=what, before=before)
    else:
        sentence = _("%(what)s: %(before)s → %(after)s.", what=what, before=before, after=after)
    cause = _(CAUSES.get(Cause(change.cause), marked("Changed")))
    return HistoryLine(change.at, what, before, after, cause, recalled(change.detail) or None, sentence)


def _change_in_words(change: ContractChange, product: Product) -> tuple[str, str | None, str | None]:
    kind, _colon, key = change.subject.partition(":")
    if kind != "dimension":
        return _(SUBJECTS[kind]) if kind in SUBJECTS else kind, _plain(kind, change.before), _plain(kind, change.after)
    dimension = product.dimension(key)

    def said(row: dict[str, Any] | None) -> str | None:
        if row is None:
            return None
        text = value_in_words(row["value"], row["type"], dimension.unit, dimension.known)
        return f"{text} {dimension.unit}".rstrip()

    before, after = said(change.before), said(change.after)
    if before == after and change.before and change.after:
        # the amount stayed; the date moved
        return (
            _("%(name)s, valid until", name=dimension.name),
            _date(change.before["expires_at"]),
            _date(change.after["expires_at"]),
        )
    return dimension.name, before, after


def _plain(kind: str, row: dict[str, Any] | None) -> str | None:
    if row is None:
        return None
    value = row["value"]
    if kind in {"state", "opened"}:
        return _(STATES[State(value)][0]) if value in list(State) else str(value)
    if kind in {"starts_at", "ends_at"}:
        return _date(value)
    if kind == "auto_renew":
        return _("On") if value else _("Off")
    return reason_in_words(value) if kind == "ended_because" else str(value)


def _date(value: str | None) -> str | None:
    return day(datetime.fromisoformat(value)) if value else None
