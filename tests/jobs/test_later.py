import time
from collections.abc import Callable
from uuid import uuid4

from flask import Flask
from rq import Queue

from portal import jobs
from portal.jobs import later
from tests.worker_fixtures import Bench


def _asked(bench: Bench) -> list[str]:
    queue: Queue = bench.app.extensions["jobs"]
    return [job.func_name.rsplit(".", 1)[-1] for job in queue.jobs]


def test_the_inbox_is_asked_for_once_until_the_work_begins(bench: Bench) -> None:
    for _ in range(5):
        jobs.work_on_inbox()
    assert _asked(bench) == ["work_on_inbox"]
    later.inbox_work_begins()
    jobs.work_on_inbox()
    assert len(_asked(bench)) == 2


def test_the_inbox_is_asked_for_again_should_the_first_asking_be_lost(bench: Bench) -> None:
    jobs.work_on_inbox()
    assert 0 < bench.redis.ttl(later.INBOX_ASKED) <= later.ASKED_SECONDS


def test_a_page_is_neither_failed_nor_held_up_by_a_redis_that_is_away(make_app: Callable[..., Flask]) -> None:
    app = make_app(REDIS_URL="redis://127.0.0.1:1/0")
    started = time.monotonic()
    with app.app_context():
        jobs.work_on_inbox()
        jobs.check_contracts()
        jobs.try_claim(uuid4())
        jobs.send_mail()
        later.inbox_work_begins()
    assert time.monotonic() - started < 3
