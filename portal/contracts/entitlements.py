"""Entitlements as values: what changed between two readings, and how a value is said to people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, Protocol

from portal.contracts.names import license_key
from portal.sentences import sentence


class Told(Protocol):
    """What AWS told about one entitlement (``marketplace.values.EntitlementValue``)."""

    @property
    def dimension(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def value_type(self) -> str: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def license_arn(self) -> str | None: ...


@dataclass(frozen=True)
class Row:
    """The part of an entitlement that may change."""

    value: str
    value_type: str
    expires_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """For the history."""
        expires = self.expires_at.isoformat() if self.expires_at else None
        return {"value": self.value, "type": self.value_type, "expires_at": expires}


Key = tuple[str, str]
"""(dimension, licence key)."""


def rows_of(told: Iterable[Told]) -> dict[Key, Row]:
    """By dimension and licence; should AWS tell one of them twice, the later expiry stands."""
    rows: dict[Key, Row] = {}
    for one in told:
        key = (one.dimension, license_key(one.license_arn or ""))
        row = Row(one.value, one.value_type, one.expires_at)
        if key not in rows or _expiry(rows[key]) <= _expiry(row):
            rows[key] = row
    return rows


def differences(before: Mapping[Key, Row], after: Mapping[Key, Row]) -> Iterator[tuple[Key, Row | None, Row | None]]:
    """(key, before, after) for each entitlement that came, went or changed, in order of key."""
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def changes_of_dimensions(
    before: Mapping[Key, Row], after: Mapping[Key, Row]
) -> Iterator[tuple[str, Row | None, Row | None]]:
    """(dimension, before, after) as a customer sees them: a new licence alone, as after a renewal, is no change."""
    changed: dict[str, tuple[list[Row], list[Row]]] = {}
    for (dimension, _license), old, new in differences(before, after):
        gone, come = changed.setdefault(dimension, ([], []))
        gone.extend([old] if old else [])
        come.extend([new] if new else [])
    for dimension, (gone, come) in changed.items():
        for old, new in zip_longest(gone, come):
            if old != new:
                yield dimension, old, new


def in_words(value: str, value_type: str) -> str:
    """A value as people read it: `12,500`, `2.5`, `Included`, AWS's own text; never hidden."""
    if value_type == "boolean":
        return sentence("Included") if value == "true" else sentence("Not included")
    if value_type == "integer":
        return f"{int(value):,}"
    if value_type == "double":
        return f"{float(value):,.6f}".rstrip("0").rstrip(".")
    return value or sentence("Granted")


def _expiry(row: Row) -> float:
    return row.expires_at.timestamp() if row.expires_at else 0.0
