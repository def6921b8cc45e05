"""One budget of calls for all processes, and a pause for all when AWS does not answer."""

import time
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from portal.jobs.connections import hasty
from portal.marketplace.budget import Budget
from portal.marketplace.errors import MarketplaceUnavailable

Make = Callable[..., Budget]
PAUSE_KEY, FAILURES_KEY = "portal:aws:get-entitlements:pause", "portal:aws:get-entitlements:failures"


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        yield redis
        redis.flushdb()


@pytest.fixture
def make(redis: Redis) -> Make:
    """Makes the budget of another process."""
    return lambda **options: Budget(redis, **({"patience": 0.0, "per_second": 6} | options))


def spend_all(budget: Budget, **how: bool) -> int:
    """How many calls go through until one does not."""
    for number in range(100):
        try:
            budget.spend(**how)
        except MarketplaceUnavailable:
            return number
    raise AssertionError("it never ends")


def test_in_any_second_no_more_calls_are_made_than_allowed(make: Make):
    assert spend_all(make()) == 6


def test_all_processes_spend_from_one_budget(make: Make):
    make().spend()
    assert spend_all(make()) == 5


def test_who_has_patience_waits_for_the_next_second(make: Make):
    spend_all(make())
    started = time.monotonic()
    make(patience=3.0).spend()
    assert 0.2 < time.monotonic() - started < 3.0


def test_a_sweep_leaves_half_of_it_to_others(make: Make):
    budget = make()
    assert (spend_all(budget, sweeping=True), spend_all(budget)) == (3, 3)


def test_what_is_left_is_told(make: Make):
    budget = make()
    budget.spend()
    assert budget.left() == 5


def test_when_aws_refuses_one_everybody_pauses(make: Make):
    make().refused("ThrottlingException")
    with pytest.raises(MarketplaceUnavailable):
        make().spend()


def test_and_goes_on_afterwards(make: Make):
    make().refused("ThrottlingException")
    make(patience=3.0).spend()


def test_a_pause_after_a_pause_is_longer(make: Make, redis: Redis):
    lengths = []
    for _ in range(4):
        make().refused("ThrottlingException")
        lengths.append(redis.pttl(PAUSE_KEY))
        redis.delete(PAUSE_KEY)
    assert lengths[-1] > 2 * lengths[0] > 0


def test_several_who_are_refused_at_one_moment_are_one_refusal(make: Make, redis: Redis):
    for _ in range(5):
        make().refused("ThrottlingException")
    assert redis.get(FAILURES_KEY) == b"1"


def test_another_operation_has_a_budget_and_a_pause_of_its_own(make: Make):
    spend_all(make())
    make(name="agreements").spend()
    make(name="agreements").refused("ThrottlingException")
    assert make().trouble() is None


def test_the_first_answer_ends_the_trouble(make: Make):
    make().refused("ThrottlingException")
    make().answered()
    assert make().trouble() is None


def test_trouble_says_since_when_and_until_when(make: Make):
    make().refused("ThrottlingException")
    trouble = make().trouble()
    assert trouble is not None
    assert trouble.since < trouble.again_at


def test_without_redis_a_process_keeps_to_a_small_share():
    assert spend_all(Budget(hasty("redis://127.0.0.1:1/0"), patience=0.0)) == 4


def test_a_wiped_redis_costs_a_second_of_memory_and_nothing_else(make: Make, redis: Redis):
    spend_all(make())
    redis.flushall()
    assert spend_all(make()) == 6
