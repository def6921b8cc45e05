"""Words for explanations: days, names, amounts. Pure, and nothing in them tells who a person is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from babel.dates import format_datetime

from portal.contracts.entitlements import in_words
from portal.contracts.models import NameKind
from portal.language import DEFAULT, PATTERNS, language, marked
from portal.language import gettext as _
from portal.products import Product

_TAIL = 4
_CALLED = {
    NameKind.LICENSE: marked("licence"),
    NameKind.AGREEMENT: marked("agreement"),
    NameKind.CUSTOMER: marked("legacy customer"),
}
_ENDS = {
    "CANCELLED": marked("it was cancelled"),
    "EXPIRED": marked("it expired"),
    "TERMINATED": marked("AWS terminated it"),
    "RENEWED": marked("it was renewed"),
    "REPLACED": marked("it was replaced"),
    "SUPERSEDED": marked("it was replaced"),
}


def on_day(moment: datetime) -> str:
    """`3 November 2026`."""
    code = language()
    return format_datetime(moment.astimezone(UTC), PATTERNS.get(code, PATTERNS[DEFAULT])["day"], locale=code)


def at_time(moment: datetime) -> str:
    """`3 November 2026, 14:05 UTC`."""
    return _("%(day)s, %(clock)s UTC", day=on_day(moment), clock=f"{moment.astimezone(UTC):%H:%M}")


def called(kind: str, key: str) -> str:
    """A name by its end: `licence …a1b2`."""
    known = NameKind(kind)
    return f"{_(_CALLED[known])} …{key[-_TAIL:]}" if len(key) > _TAIL else f"{_(_CALLED[known])} {key}"


def amount(product: Product, dimension: str, value: str, value_type: str) -> str:
    """What is granted of one dimension: `12 users`, `Team plan`, `mystery_box: 3`."""
    about = product.dimension(dimension)
    if not about.known:
        return _("%(what)s: %(now)s", what=dimension, now=in_words(value, value_type))
    if not about.unit and value_type == "integer" and value == "1":
        return about.name
    said = in_words(value, value_type)
    return f"{said} {about.unit}" if about.unit else _("%(what)s: %(now)s", what=about.name, now=said)


def because(status: str | None) -> str | None:
    """AWS's word for an end as the end of a sentence: `it was renewed`; None where it gave none."""
    if not status:
        return None
    return _(_ENDS[status]) if status in _ENDS else _("it is %(status)s", status=status)


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(these)s and %(last)s", these=_(", ").join(parts[:-1]), last=parts[-1])
