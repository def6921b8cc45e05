"""EventBridge's event patterns: whether an event gets through one. Pure.

The rules are those of the user guide's "Event pattern syntax": fields are ANDed, the values of one are ORed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

_ABSENT = object()


class UnknownFilter(Exception):
    """There was a filter in a pattern that is not understood here. Its text is the filter's name."""


def lets_through(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether a rule with this pattern passes the event on.

    Raises:
        UnknownFilter: everything else fits, and one filter is of a kind that is not understood.
    """
    unknown: UnknownFilter | None = None
    for field, wanted in pattern.items():
        try:
            fits = _field_fits(field, wanted, event)
        except UnknownFilter as error:
            unknown = error
            continue
        if not fits:
            return False
    if unknown:
        raise unknown
    return True


def _field_fits(field: str, wanted: Any, event: Mapping[str, Any]) -> bool:
    if field == "$or":
        return _any_fits(lambda one: lets_through(one, event), wanted)
    value = event.get(field, _ABSENT)
    if isinstance(wanted, Mapping):
        return lets_through(wanted, value if isinstance(value, Mapping) else {})
    return _any_fits(lambda one: _filter_fits(one, value), wanted)


def _any_fits(fits: Any, choices: list[Any]) -> bool:
    """Whether one of several fits; what is not understood matters only if none does."""
    unknown: UnknownFilter | None = None
    for one in choices:
        try:
            if fits(one):
                return True
        except UnknownFilter as error:
            unknown = error
    if unknown:
        raise unknown
    return False


def _filter_fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping) and "exists" in wanted:
        return bool(wanted["exists"]) == (value is not _ABSENT and not isinstance(value, Mapping))
    values = value if isinstance(value, list) else [value]
    if not isinstance(wanted, Mapping):
        return any(one is not _ABSENT and type(one) is type(wanted) and one == wanted for one in values)
    return any(_matches(wanted, one) for one in values if one is not _ABSENT)


def _matches(wanted: Mapping[str, Any], value: Any) -> bool:
    (kind, told), *_ = wanted.items()
    if kind == "anything-but":
        return not _any_fits(lambda one: _but(one, value), told if isinstance(told, list) else [told])
    if kind not in {"prefix", "suffix", "equals-ignore-case", "wildcard"}:
        raise UnknownFilter(kind)
    if not isinstance(value, str):
        return False
    if isinstance(told, Mapping):  # {"prefix": {"equals-ignore-case": …}}
        told, value = str(told.get("equals-ignore-case", "")).lower(), value.lower()
    fits: dict[str, bool] = {
        "prefix": value.startswith(told),
        "suffix": value.endswith(told),
        "equals-ignore-case": value.lower() == told.lower(),
        "wildcard": fnmatchcase(value, told.replace("[", "[[]").replace("?", "[?]")),
    }
    return fits[kind]


def _but(told: Any, value: Any) -> bool:
    if not isinstance(told, Mapping):
        return bool(told == value)
    (kind, those), *_ = told.items()
    return any(_matches({kind: one}, value) for one in (those if isinstance(those, list) else [those]))
