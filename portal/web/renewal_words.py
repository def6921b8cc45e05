"""The renewal cockpit in words, and its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from portal.language import gettext as _
from portal.language import marked, said_in_utc
from portal.products import Products
from portal.staff.overview.renewals import OVERDUE_DAYS, Outlook, Renewal
from portal.web.drawing import Chart, Column, columns
from portal.web.found import Row, contract_rows

OUTLOOKS = {
    Outlook.RENEWS: (marked("Renews by itself"), marked("AWS said that automatic renewal is on.")),
    Outlook.STOPS: (marked("Will end"), marked("Automatic renewal is switched off.")),
    Outlook.UNKNOWN: (marked("Not said"), marked("AWS has not said whether it renews by itself.")),
    Outlook.GOES_ON: (marked("Goes on"), marked("Renewed or replaced already: another agreement follows.")),
}
CLASSES = {Outlook.RENEWS: "renews", Outlook.STOPS: "stops", Outlook.UNKNOWN: "unknown", Outlook.GOES_ON: "goes-on"}
_STOPPED_BY = {"ACCEPTOR": marked("the buyer"), "PROPOSER": marked("you, the seller")}


@dataclass(frozen=True)
class RenewalRow:
    """One contract that ends."""

    contract: Row
    outlook: str
    outlook_class: str
    outlook_explained: str
    successor_id: UUID | None
    days_left: int
    lockout_at: datetime | None
    lockout_words: str


def renewal_rows(renewals: Sequence[Renewal], products: Products, now: datetime) -> list[RenewalRow]:
    """The rows of the table, in its order."""
    rows = contract_rows([one.line for one in renewals], products)
    return [_row(one, row, now) for one, row in zip(renewals, rows, strict=True)]


def _row(one: Renewal, row: Row, now: datetime) -> RenewalRow:
    words, explained = map(_, OUTLOOKS[one.outlook])
    stopped_by = one.word.stopped_by if one.word else None
    if one.outlook is Outlook.STOPS and stopped_by:
        explained = _("Switched off by %(stopped_by)s.", stopped_by=_(_STOPPED_BY.get(stopped_by, stopped_by)))
    left = (one.line.until_at - now).days if one.line.until_at else 0
    lockout_at = one.word.lockout_starts_at if one.word else None
    return RenewalRow(
        row, words, CLASSES[one.outlook], explained, one.successor_id, left, lockout_at, _lockout(one, lockout_at, now)
    )


def _lockout(one: Renewal, at: datetime | None, now: datetime) -> str:
    """Until when the renewal can be changed, or why that is not known."""
    if one.word and one.word.locked:
        return _("Locked: nothing can be changed any more.")
    if at is not None:
        return _("Nothing can be changed since then.") if at <= now else _("Until then it can be changed.")
    return _("AWS has not said.")


@dataclass(frozen=True)
class Ends:
    """What ends when: the picture, the same as rows, and the sum of each outlook."""

    chart: Chart
    rows: list[tuple[str, Mapping[str, int]]]
    sums: dict[str, int]


def ends(counted: Mapping[str, Mapping[str, int]], days: int, now: datetime) -> Ends:
    """The counted days put together: each of a month alone, weeks of a quarter, months of more.

    Today and so many days more, as `renewals.ahead` lists them.
    """
    first = now.astimezone(UTC).date()
    span = 1 if days <= 31 else 7 if days <= 100 else 30
    days += 1
    late = _sum(counted, first - timedelta(days=OVERDUE_DAYS), first)
    slices = [(_("overdue"), _("overdue"), late)] if sum(late.values()) else []
    for start in range(0, days, span):
        begin, end = first + timedelta(days=start), first + timedelta(days=min(start + span, days))
        last = end - timedelta(days=1)
        name = _day(begin) if span == 1 else _("%(begin)s to %(last)s", begin=_day(begin), last=_day(last))
        slices.append((name, _day(begin), _sum(counted, begin, end)))
    every = max(1, -(-len(slices) // 8))
    drawn = [
        Column(f"{name}: {_told(parts)}", parts, short if place % every == 0 else "")
        for place, (name, short, parts) in enumerate(slices)
    ]
    sums = {str(outlook): sum(parts[str(outlook)] for *_names, parts in slices) for outlook in _COUNTED}
    return Ends(columns(drawn), [(name, parts) for name, _short, parts in slices if sum(parts.values())], sums)


_COUNTED = (Outlook.RENEWS, Outlook.UNKNOWN, Outlook.STOPS)


def _sum(counted: Mapping[str, Mapping[str, int]], begin: date, end: date) -> dict[str, int]:
    days = [(begin + timedelta(days=number)).isoformat() for number in range((end - begin).days)]
    return {str(outlook): sum(counted.get(at, {}).get(str(outlook), 0) for at in days) for outlook in _COUNTED}


def _told(parts: Mapping[str, Any]) -> str:
    told = [f"{value:,} {_(OUTLOOKS[Outlook(kind)][0]).lower()}" for kind, value in parts.items() if value]
    return ", ".join(told) or _("none")


def _day(at: date) -> str:
    return said_in_utc(at, "short")
