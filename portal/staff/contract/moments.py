"""Moments as people write them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_DAY, _MINUTE = len("2026-10-03"), len("2026-10-03T14:05")


class NoMoment(Exception):
    """There was a text that is no date and no time, or a time to come. Its own text says what would be right."""


def moment_of(text: str, now: datetime) -> datetime:
    """The moment that a text names, in UTC unless it says otherwise.

    `2026-10-03` is the end of that day and `2026-10-03T14:05` the end of that minute, or now if that is not over.

    Raises:
        NoMoment: it is neither, or still to come.
    """
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        lasts = timedelta(days=1) if len(text) <= _DAY else timedelta(minutes=len(text) <= _MINUTE)
        until = found + max(lasts - timedelta(microseconds=1), timedelta(0))
    except (ValueError, OverflowError):
        raise NoMoment("Please write a date such as 2026-10-03, or one with a time such as 2026-10-03T14:05.") from None
    if found > now:
        raise NoMoment("That moment is still to come. Please choose one that has passed.")
    return min(until, now)
