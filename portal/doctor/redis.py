"""Redis: it answers and takes writes, drops nothing by itself, and is able to keep what it was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from portal.doctor.lines import Line, State, Thing
from portal.doctor.subject import Subject
from portal.sentences import sentence

ANSWERS = Thing("redis.answers", sentence("Redis"))
EVICTION = Thing("redis.eviction", sentence("Redis: eviction"))
PERSISTENCE = Thing("redis.persistence", sentence("Redis: persistence"))

PROBE = "portal:doctor:probe"


def look(subject: Subject) -> Iterator[Line]:
    """A key that ends by itself is written; the rest is read."""
    answers = look_quickly(subject.redis)
    yield answers
    if answers.state is State.WRONG:
        return
    try:
        told: dict[str, Any] = subject.redis.info()
    except ResponseError:
        told = {}  # some services for hire do not tell
    yield _eviction(told)
    yield _persistence(told)


def look_quickly(redis: Redis) -> Line:
    """Whether it answers and takes writes: cheap enough for a page."""
    try:
        redis.set(PROBE, 1, ex=5)
    except ResponseError as error:
        return ANSWERS.wrong(
            sentence("It answers, but takes no writes (%(error)s).", error=str(error).partition(" ")[0]),
            sentence("Name the writable server in REDIS_URL; should its disk or memory be full, make room."),
        )
    except (RedisError, OSError) as error:
        return ANSWERS.wrong(
            sentence(
                "It does not answer (%(error)s). Pages work, but nothing is done in the background.",
                error=type(error).__name__,
            ),
            sentence("Start Redis or Valkey, or set REDIS_URL to where it is."),
        )
    return ANSWERS.ok(sentence("It answers and takes writes."))


def _eviction(told: dict[str, Any]) -> Line:
    policy, limit = told.get("maxmemory_policy"), told.get("maxmemory")
    if policy is None:
        return EVICTION.unknown(
            sentence("The server does not tell."),
            sentence("See in its settings that maxmemory-policy is noeviction."),
        )
    if policy != "noeviction":
        found = (
            sentence("maxmemory-policy is %(policy)s: the server may drop jobs.", policy=policy)
            if limit
            else sentence(
                "maxmemory-policy is %(policy)s: the server may drop jobs, for when a limit of memory is set.",
                policy=policy,
            )
        )
        return EVICTION.warning(found, sentence("Set maxmemory-policy to noeviction."))
    return EVICTION.ok(sentence("Nothing is dropped (noeviction)."))


def _persistence(told: dict[str, Any]) -> Line:
    if told.get("rdb_last_bgsave_status", "ok") != "ok" or told.get("aof_last_write_status", "ok") != "ok":
        return PERSISTENCE.warning(
            sentence("The server could not write to its disk the last time it tried."),
            sentence("Look at its log and its disk."),
        )
    if not told:
        return PERSISTENCE.unknown(
            sentence("The server does not tell."), sentence("Nothing must be done: jobs that are lost are redone.")
        )
    if told.get("aof_enabled"):
        return PERSISTENCE.ok(sentence("Every write goes to an append-only file."))
    return PERSISTENCE.ok(sentence("No append-only file. Jobs that are lost are found in the database and done again."))
