"""Words for explanations: days, names, amounts. Pure, and nothing in them tells who a person is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from portal.contracts.entitlements import in_words
from portal.contracts.models import NameKind
from portal.products import Product

_TAIL = 4
_CALLED = {NameKind.LICENSE: "licence", NameKind.AGREEMENT: "agreement", NameKind.CUSTOMER: "legacy customer"}
_ENDS = {
    "CANCELLED": "it was cancelled",
    "EXPIRED": "it expired",
    "TERMINATED": "AWS terminated it",
    "RENEWED": "it was renewed",
    "REPLACED": "it was replaced",
    "SUPERSEDED": "it was replaced",
}


def on_day(moment: datetime) -> str:
    """`3 November 2026`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y}"


def at_time(moment: datetime) -> str:
    """`3 November 2026, 14:05 UTC`."""
    return f"{on_day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def called(kind: str, key: str) -> str:
    """A name by its end: `licence …a1b2`."""
    known = NameKind(kind)
    return f"{_CALLED[known]} …{key[-_TAIL:]}" if len(key) > _TAIL else f"{_CALLED[known]} {key}"


def amount(product: Product, dimension: str, value: str, value_type: str) -> str:
    """What is granted of one dimension: `12 users`, `Team plan`, `mystery_box: 3`."""
    about = product.dimension(dimension)
    if not about.known:
        return f"{dimension}: {in_words(value, value_type)}"
    if not about.unit and value_type == "integer" and value == "1":
        return about.name
    said = in_words(value, value_type)
    return f"{said} {about.unit}" if about.unit else f"{about.name}: {said}"


def because(status: str | None) -> str | None:
    """AWS's word for an end as the end of a sentence: `it was renewed`; None where it gave none."""
    if not status:
        return None
    return _ENDS.get(status, f"it is {status}")


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""
