"""Orders of the list of contracts, and places in them: what makes the thousandth page as quick as the first.

A place is the sorted value and the id of the last contract that was shown. What has no such value comes last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from portal.contracts.models import Contract
from portal.database import UTCDateTime
from portal.staff.overview.lines import Line


class Sort(StrEnum):
    """The orders; a dash in front turns one around."""

    NEWEST = "newest"
    OLDEST = "-newest"
    ENDING_FIRST = "ends"
    ENDING_LAST = "-ends"
    LONGEST_UNCONFIRMED = "confirmed"
    LATELY_CONFIRMED = "-confirmed"


@dataclass(frozen=True)
class Place:
    """After which contract to go on; `at` is None among those that have no such time."""

    at: datetime | None
    id: UUID

    def as_text(self) -> str:
        """For an address."""
        return f"{self.at.isoformat() if self.at else ''}~{self.id}"

    @classmethod
    def from_text(cls, text: str) -> Place | None:
        """The place that an address names; None for text that names none."""
        at, _, contract_id = text.partition("~")
        try:
            moment = datetime.fromisoformat(at) if at else None
            return cls(moment, UUID(contract_id)) if moment is None or moment.tzinfo else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Part:
    """One stretch of a list that an index gives in order."""

    conditions: list[ColumnElement[bool]]
    order: list[Any]


@dataclass(frozen=True)
class Order:
    """How one ``Sort`` is read."""

    name: str
    column: InstrumentedAttribute[Any]
    descending: bool = False
    everybody_has_it: bool = False

    def place_of(self, line: Line) -> Place:
        """Where this contract stands."""
        return Place(getattr(line, self.name), line.id)

    def parts_from(self, place: Place | None) -> Iterator[Part]:
        """What is left of the list after a place: those that have a time, and then those that have none."""
        order = [self.column.desc(), Contract.id.desc()] if self.descending else [self.column, Contract.id]
        if place is None or place.at is not None:
            conditions: list[ColumnElement[bool]] = [] if self.everybody_has_it else [self.column.is_not(None)]
            if place:
                here = tuple_(literal(place.at, UTCDateTime()), literal(place.id, Uuid()))
                row = tuple_(self.column, Contract.id)
                conditions = [row < here if self.descending else row > here]
            yield Part(conditions, order)
        if self.everybody_has_it:
            return
        without: list[ColumnElement[bool]] = [self.column.is_(None)]
        if place is not None and place.at is None:
            without.append(Contract.id < place.id if self.descending else Contract.id > place.id)
        yield Part(without, [Contract.id.desc() if self.descending else Contract.id])


SORTS = {
    Sort.NEWEST: Order("created_at", Contract.created_at, descending=True, everybody_has_it=True),
    Sort.OLDEST: Order("created_at", Contract.created_at, everybody_has_it=True),
    Sort.ENDING_FIRST: Order("until_at", Contract.until_at),
    Sort.ENDING_LAST: Order("until_at", Contract.until_at, descending=True),
    Sort.LONGEST_UNCONFIRMED: Order("confirmed_at", Contract.confirmed_at),
    Sort.LATELY_CONFIRMED: Order("confirmed_at", Contract.confirmed_at, descending=True),
}
