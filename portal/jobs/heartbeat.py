"""Signs of life of the workers, in Redis, where they vanish by themselves when a worker does."""

from __future__ import annotations

import os
import socket
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError

from portal.doctor.subject import Signs

PREFIX = "portal:alive:"
LIFE_SECONDS = 90
"""Longer than any role waits for something to do."""
QUEUE_ANSWER = "portal:queue-answer"
"""How SQS last answered a consumer: the time, and its trouble if there was one."""
ANSWER_SECONDS = 600


def beat(connection: Redis, role: str) -> None:
    """Say that this process is alive in its role; a Redis that is away does not hear it, and that is all."""
    with suppress(RedisError):
        connection.set(f"{PREFIX}{role}:{socket.gethostname()}:{os.getpid()}", 1, ex=LIFE_SECONDS)


def alive(connection: Redis) -> Counter[str]:
    """How many processes are alive in each role.

    Raises:
        RedisError: Redis is away.
    """
    return Counter(key.decode().removeprefix(PREFIX).split(":")[0] for key in connection.scan_iter(f"{PREFIX}*"))


def note_answer(connection: Redis, trouble: str | None) -> None:
    """Say how SQS has just answered this consumer; None when it was well."""
    with suppress(RedisError):
        connection.set(QUEUE_ANSWER, f"{datetime.now(UTC).timestamp()} {trouble or ''}", ex=ANSWER_SECONDS)


def signs(connection: Redis) -> Signs:
    """Every sign of life there is.

    Raises:
        RedisError: Redis is away.
    """
    told = connection.get(QUEUE_ANSWER)
    words = told.decode() if isinstance(told, bytes) else told or ""
    moment, _, trouble = words.partition(" ")
    answered_at = datetime.fromtimestamp(float(moment), UTC) if moment else None
    return Signs(alive(connection), answered_at, trouble or None)
