"""Days and times in letters: in the reader's language, and in their zone where it is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, get_datetime_format, get_timezone_name

from portal.language import language

_zone: ContextVar[tzinfo] = ContextVar("zone of the reader", default=UTC)


@contextmanager
def in_zone(name: str | None) -> Iterator[None]:
    """Tell times in this zone for a while; in UTC without a name, or with one that nobody knows."""
    token = _zone.set(_zone_named(name))
    try:
        yield
    finally:
        _zone.reset(token)


def _zone_named(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def day(at: datetime) -> str:
    """`22 November 2026`, or what that is in the reader's language."""
    return str(format_date(at.astimezone(_zone.get()).date(), "long", locale=_locale()))


def when(at: datetime) -> str:
    """`22 November 2026 at 14:05 UTC`, or what that is in the reader's language and zone."""
    there = at.astimezone(_zone.get())
    zone = "UTC" if _zone.get() is UTC else str(get_timezone_name(there, "short", locale=_locale()))
    time = f"{format_datetime(there, 'HH:mm', locale=_locale())} {zone}"
    glue = str(get_datetime_format("medium", locale=_locale()))
    return glue.replace("{0}", time).replace("{1}", day(at))


def _locale() -> str:
    # The day stands in front of the month, as on the pages.
    return "en_GB" if language() == "en" else language()
