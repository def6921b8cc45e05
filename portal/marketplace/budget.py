"""The budget of calls to AWS: one for all processes of the portal, because AWS counts by account.

AWS allows 20 GetEntitlements calls a second to an account (entitlement service quotas). Whoever calls spends from a
moving window kept in Redis. When AWS throttles or fails all the same, everybody pauses together, longer each time and
by a little chance, and ``/readyz`` tells since when. Without Redis each process keeps to a small share of its own.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from portal.marketplace.errors import MarketplaceUnavailable

logger = logging.getLogger(__name__)

CALLS_PER_SECOND = 18
"""Unless set otherwise. Two short of what AWS allows: clocks differ a little, and so do ways to AWS."""
SWEEP_PER_SECOND = 9
"""Of these, what a sweep over a whole product may use: buyers and changes come first."""
SHARE_WITHOUT_REDIS = 4
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
FORGOTTEN_SECONDS = 3600
GET_ENTITLEMENTS = "get-entitlements"


@dataclass(frozen=True)
class Trouble:
    """AWS is not answering: since when, and until when nobody asks again."""

    since: datetime
    again_at: datetime


class Budget:
    """Spent before every call. One instance serves all threads of a process.

    Args:
        redis: None for a process that shares with nobody.
        patience: how many seconds ``spend`` may wait; a page has less of it than a worker.
        name: what the budget is for; each has its own window and its own pause.
    """

    def __init__(
        self,
        redis: Redis | None,
        *,
        patience: float,
        per_second: int = CALLS_PER_SECOND,
        name: str = GET_ENTITLEMENTS,
    ) -> None:
        self.patience, self.name, self.per_second = patience, name, per_second
        self._redis = redis
        self._name = name
        self._pause_key, self._failures_key, self._since_key = (
            f"portal:aws:{name}:{what}" for what in ("pause", "failures", "away-since")
        )
        self._all = RateLimitItemPerSecond(per_second)
        self._sweep = RateLimitItemPerSecond(max(1, per_second // 2))
        self._alone = RateLimitItemPerSecond(min(per_second, SHARE_WITHOUT_REDIS))
        self._window = MovingWindowRateLimiter(
            RedisStorage("redis://", connection_pool=redis.connection_pool) if redis else MemoryStorage()
        )
        self._own_window = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, *, sweeping: bool = False) -> None:
        """Wait for a call's turn, and take it.

        Raises:
            MarketplaceUnavailable: AWS is pausing us, or the turn does not come within the patience.
        """
        deadline = time.monotonic() + self.patience
        while True:
            wait = self._pause_left()
            if wait <= 0:
                if self._take(sweeping):
                    return
                wait = 0.02
            if time.monotonic() + wait > deadline:
                raise MarketplaceUnavailable(f"{self._name}: the budget of calls is spent for now")
            time.sleep(wait)

    def left(self) -> int:
        """How many calls could be made at this moment."""
        try:
            if self._pause_left() > 0:
                return 0
            return int(self._window.get_window_stats(self._all, self._name).remaining)
        except RedisError:
            return int(self._own_window.get_window_stats(self._alone, self._name).remaining)

    def answered(self) -> None:
        """AWS has answered: the next trouble begins with a short pause again."""
        if self._redis is None:
            return
        try:
            if self._redis.exists(self._failures_key) and self._redis.delete(
                self._failures_key, self._pause_key, self._since_key
            ):
                logger.warning("AWS answers again")
        except RedisError:
            pass

    def refused(self, why: str) -> None:
        """AWS has throttled us, or failed: let everybody pause, twice as long as the last time, more or less."""
        if self._redis is None:
            return
        try:
            failures, now = int(self._redis.get(self._failures_key) or 0), time.time()
            pause = min(SHORTEST_PAUSE * 2 ** min(failures, 16), LONGEST_PAUSE)
            pause *= random.uniform(0.75, 1.25)  # noqa: S311 - no secret
            # Of several who are refused at one moment, one sets the pause.
            if self._redis.set(self._pause_key, now + pause, nx=True, px=max(1, int(pause * 1000))):
                self._redis.set(self._failures_key, failures + 1, ex=FORGOTTEN_SECONDS)
                self._redis.set(self._since_key, now, nx=True, ex=FORGOTTEN_SECONDS)
                logger.warning("AWS does not answer (%s): nobody asks for %.1f s", why, pause)
        except RedisError:
            pass

    def trouble(self) -> Trouble | None:
        """What to tell people while AWS is not answering.

        Raises:
            RedisError: Redis is away.
        """
        if self._redis is None:
            return None
        since, until = self._redis.mget(self._since_key, self._pause_key)
        if since is None:
            return None
        return Trouble(_moment(since), _moment(until or since))

    def _pause_left(self) -> float:
        if self._redis is None:
            return 0.0
        try:
            until = self._redis.get(self._pause_key)
        except RedisError:
            return 0.0
        return float(until) - time.time() if until else 0.0

    def _take(self, sweeping: bool) -> bool:
        try:
            if sweeping and not self._window.hit(self._sweep, f"{self._name}-sweep"):
                return False
            return self._window.hit(self._all, self._name)
        except RedisError:
            return self._own_window.hit(self._alone, self._name)


def _moment(seconds: bytes | str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
