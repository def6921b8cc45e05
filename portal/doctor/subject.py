"""What a check-up examines: everything a running portal consists of, handed over by whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from redis import Redis

from portal.config import Settings
from portal.database import utcnow
from portal.marketplace.client import Marketplace
from portal.marketplace.probes import Probes
from portal.marketplace.routing import Routing
from portal.products import Products


@dataclass(frozen=True)
class Signs:
    """Signs of life: how many processes are alive in each role, and how SQS last answered the consumer.

    `queue_trouble` is what it answered instead of letting us receive; None when all was well. `queue_answered_at` is
    None when no consumer has asked of late.
    """

    alive: Mapping[str, int]
    queue_answered_at: datetime | None = None
    queue_trouble: str | None = None


@dataclass(frozen=True)
class Subject:
    """One portal. `signs` raises RedisError while Redis is away; `context` is entered before the database is asked."""

    settings: Settings
    products: Products
    marketplace: Marketplace
    probes: Probes
    routing: Routing | None
    """None without a queue."""
    redis: Redis
    signs: Callable[[], Signs]
    landing_url: str
    """The fulfilment URL, as AWS has it."""
    context: Callable[[], AbstractContextManager[object]]
    now: Callable[[], datetime] = utcnow
