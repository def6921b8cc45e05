"""The list of contracts: filters and order as they stand in an address, and one page of it, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from portal.contracts.entitlement_sweep import GRANTED
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.contracts.reconciliation import STALE_AFTER
from portal.database import db
from portal.language import gettext as _
from portal.staff.overview.lines import Line, lines, read
from portal.staff.overview.places import SORTS, Place, Sort

PAGE = 50
MOST_COUNTED = 1_000
"""Counting stops here: beyond it, nobody reads on to the end."""
MOST_DAYS = 3_650


@dataclass(frozen=True)
class Filters:
    """Which contracts, in which order; what an address says, and nothing else."""

    states: tuple[State, ...] = ()
    product_code: str | None = None
    ending_within: int | None = None
    """Days from now. What is over its date and still granted belongs to it."""
    stale: bool = False
    """Access is granted, and AWS has not confirmed it for long."""
    unlinked: bool = False
    organisation_id: int | None = None
    sort: Sort = Sort.NEWEST

    @property
    def narrow(self) -> bool:
        """Whether anything is filtered."""
        return replace(self, sort=Sort.NEWEST) != Filters()

    def is_only(self, name: str) -> bool:
        """Whether this is all that is filtered by; `stale` or `unlinked`."""
        alone: dict[str, Any] = {name: True, "sort": self.sort}
        return self == Filters(**alone)

    def arguments(self) -> dict[str, Any]:
        """What to put into an address to get the same again."""
        told: dict[str, Any] = {
            "state": [str(state) for state in self.states],
            "product": self.product_code,
            "within": self.ending_within,
            "stale": 1 if self.stale else None,
            "unlinked": 1 if self.unlinked else None,
            "organisation": self.organisation_id,
            "sort": None if self.sort is Sort.NEWEST else str(self.sort),
        }
        return {name: value for name, value in told.items() if value not in (None, [])}


def filters_from(arguments: Mapping[str, Sequence[str]]) -> tuple[Filters, list[str]]:
    """The filters of an address, and what of it could not be understood, in sentences."""
    problems: list[str] = []
    states = [text for text in arguments.get("state", ()) if text]
    unknown = [text for text in states if text not in list(State)]
    problems += [_("There is no status “%(state)s”.", state=text) for text in unknown]
    sort = _first(arguments, "sort") or Sort.NEWEST
    if sort not in list(Sort):
        problems.append(_("Contracts cannot be sorted by “%(sort)s”.", sort=sort))
        sort = Sort.NEWEST
    found = Filters(
        states=tuple(State(text) for text in dict.fromkeys(states) if text not in unknown),
        product_code=_first(arguments, "product") or None,
        ending_within=_number(arguments, "within", _("The number of days"), MOST_DAYS, problems),
        stale=bool(_first(arguments, "stale")),
        unlinked=bool(_first(arguments, "unlinked")),
        organisation_id=_number(arguments, "organisation", _("The number of an organisation"), 2**31 - 1, problems),
        sort=Sort(sort),
    )
    return found, problems


def _first(arguments: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(arguments.get(name, ())), "").strip()


def _number(arguments: Mapping[str, Sequence[str]], name: str, what: str, most: int, problems: list[str]) -> int | None:
    text = _first(arguments, name)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 0 < int(text) <= most:
        return int(text)
    problems.append(
        _(
            "%(what)s must be a whole number from 1 to %(most)s, not “%(typed)s”.",
            what=what,
            most=f"{most:,}",
            typed=text[:40],
        )
    )
    return None


@dataclass(frozen=True)
class Page:
    """Some contracts of a list, and where the next ones are."""

    lines: list[Line]
    following: Place | None


def page(filters: Filters, place: Place | None, now: datetime, size: int = PAGE) -> Page:
    """The contracts after a place in the order of the list; from its beginning without one."""
    found: list[Line] = []
    for part in SORTS[filters.sort].parts_from(place):
        statement = _narrowed(lines(), filters, now).where(*part.conditions).order_by(*part.order)
        found += read(statement.limit(size + 1 - len(found)))
        if len(found) > size:
            break
    following = SORTS[filters.sort].place_of(found[size - 1]) if len(found) > size else None
    return Page(found[:size], following)


def count(filters: Filters, now: datetime) -> int:
    """How many there are; more than ``MOST_COUNTED`` says that there are more than that."""
    some = _narrowed(select(Contract.id), filters, now).where(Contract.merged_into_id.is_(None))
    return int(db.session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery())) or 0)


def every(filters: Filters, now: datetime, with_names: Any, size: int = 1_000) -> Iterator[tuple[Line, str]]:
    """All of a list in its order, with what `with_names` selects beside each; read from the database as it is taken."""
    for part in SORTS[filters.sort].parts_from(None):
        statement = _narrowed(lines(), filters, now).where(*part.conditions).order_by(*part.order)
        with db.engine.connect() as connection:
            streaming = connection.execution_options(stream_results=True, yield_per=size)
            for *row, names in streaming.execute(statement.add_columns(with_names)):
                yield Line(*row), names or ""


def _narrowed(statement: Select[*tuple[Any, ...]], filters: Filters, now: datetime) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(Contract.state.in_(filters.states))
    if filters.product_code:
        conditions.append(Contract.product_code == filters.product_code)
    if filters.ending_within:
        conditions += [Contract.until_at < now + timedelta(days=filters.ending_within), Contract.state.in_(GRANTED)]
    if filters.stale:
        conditions += [Contract.confirmed_at < now - STALE_AFTER, Contract.state.in_(GRANTED)]
    if filters.unlinked:
        conditions.append(Contract.organisation_id.is_(None))
    if filters.organisation_id:
        conditions.append(Contract.organisation_id == filters.organisation_id)
    return statement.where(*conditions)
