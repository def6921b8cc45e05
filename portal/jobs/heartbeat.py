"""Signs of life of the workers, in Redis, where they vanish by themselves when a worker does."""

from __future__ import annotations

import os
import socket
from collections import Counter
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError

PREFIX = "portal:alive:"
LIFE_SECONDS = 90
"""Longer than any role waits for something to do."""


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
