"""The two ways to Redis: hasty for a page that must not wait, patient for a worker that must not die."""

from __future__ import annotations

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

_AWAY = (RedisConnectionError, RedisTimeoutError)


def hasty(url: str) -> Redis:
    """For web requests: a job that cannot be left within a moment is left to the sweep."""
    return Redis.from_url(
        url, socket_connect_timeout=0.5, socket_timeout=1, retry=Retry(NoBackoff(), 1), retry_on_error=list(_AWAY)
    )


def patient(url: str) -> Redis:
    """For workers: an outage of up to a minute is waited out, where RQ alone would end at the first second."""
    return Redis.from_url(
        url,
        socket_connect_timeout=3,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=2, base=0.2), 30),
        retry_on_error=list(_AWAY),
    )
