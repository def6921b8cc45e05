"""The last check-up, kept in Redis: for pages, which do not ask AWS while they are drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis

from portal.doctor.checkup import CheckUp
from portal.doctor.lines import Line, State, counts, worst
from portal.sentences import noted, read

KEY = "portal:doctor:check-up"
KEPT_SECONDS = 30 * 86_400
OLD = timedelta(hours=2)
"""The clock asks for one every hour."""


@dataclass(frozen=True)
class Summary:
    """A check-up at a glance: how many lines are in each state, and the worst of them, none that is right."""

    made_at: datetime
    counts: dict[State, int]
    worst: list[Line]
    old: bool


def keep(redis: Redis, checkup: CheckUp) -> None:
    """Keep this one instead of the last.

    Raises:
        RedisError: Redis is away.
    """
    lines = [_noted(line) for line in checkup.lines]
    document = json.dumps({"made_at": checkup.made_at.isoformat(), "lines": lines})
    redis.set(KEY, document, ex=KEPT_SECONDS)


def latest(redis: Redis) -> CheckUp | None:
    """The last one; None when none is kept.

    Raises:
        RedisError: Redis is away.
    """
    told = redis.get(KEY)
    if told is None:
        return None
    try:
        document = json.loads(told)
        return CheckUp(datetime.fromisoformat(document["made_at"]), [_line(*told) for told in document["lines"]])
    except (KeyError, TypeError, ValueError):
        return None  # of an older portal, which wrote it otherwise


def _noted(line: Line) -> list[Any]:
    return [line.key, noted(line.title), line.state, noted(line.found), noted(line.fix) if line.fix else None]


def _line(key: str, title: Any, state: str, found: Any, fix: Any) -> Line:
    return Line(key, read(title), State(state), read(found), read(fix) if fix else None)


def summary(redis: Redis, now: datetime, most: int = 5) -> Summary | None:
    """The last one at a glance, with at most so many of its lines; None when none is kept.

    Raises:
        RedisError: Redis is away.
    """
    checkup = latest(redis)
    if checkup is None:
        return None
    return Summary(checkup.made_at, counts(checkup.lines), worst(checkup.lines, most), old=checkup.made_at < now - OLD)


def up_to_date(lines: list[Line], fresh: list[Line]) -> list[Line]:
    """Lines of a check-up with those that were just found out instead of its own; of parts it lacks, at the end."""
    instead = {line.key: line for line in fresh}
    known = [instead.pop(line.key, line) for line in lines]
    return [*known, *instead.values()]
