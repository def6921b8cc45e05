"""What the doctor says of Redis."""

from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from laptop import ports
from portal.doctor.lines import Part, State
from portal.jobs.connections import hasty


@pytest.fixture
def configure(redis_url: str) -> Iterator[Callable[[str, str], None]]:
    """Sets something on the server, until the test is over."""
    before: list[tuple[str, str]] = []
    with Redis.from_url(redis_url, decode_responses=True) as redis:

        def change(name: str, value: str) -> None:
            before.append((name, redis.config_get(name)[name]))
            redis.config_set(name, value)

        yield change
        for name, value in reversed(before):
            redis.config_set(name, value)


def test_the_demo_s_valkey_is_right(examine):
    assert {line.state for line in examine(Part.REDIS).values()} == {State.OK}


def test_one_that_is_away_is_said(examine):
    (port,) = ports.any_free(1)
    with hasty(f"redis://127.0.0.1:{port}/0") as away:
        lines = examine(Part.REDIS, redis=away)
    assert {name: line.state for name, line in lines.items()} == {"answers": State.WRONG}


def test_one_that_takes_no_writes_is_said(examine, configure):
    configure("min-replicas-to-write", "1")
    line = examine(Part.REDIS)["answers"]
    assert (line.state, "takes no writes (NOREPLICAS)" in line.found) == (State.WRONG, True)


def test_one_that_drops_jobs_is_a_warning(examine, configure):
    configure("maxmemory-policy", "allkeys-lru")
    line = examine(Part.REDIS)["eviction"]
    assert (line.state, line.fix) == (State.WARNING, "Set maxmemory-policy to noeviction.")


def test_one_that_keeps_nothing_is_right_for_the_database_knows_what_is_left(examine, configure):
    configure("appendonly", "no")
    line = examine(Part.REDIS)["persistence"]
    assert (line.state, "done again" in line.found) == (State.OK, True)
