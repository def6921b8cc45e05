"""Somebody can write to the portal's Redis, and leaves a job there: no worker runs what it brings along."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.serializers import PickleSerializer

from portal import jobs
from portal.jobs import workers
from portal.jobs.connections import patient
from portal.jobs.later import MAIL_QUEUE, QUEUE
from tests.worker_fixtures import Bench


class Trap:
    """Runs a command where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.file),)


@pytest.mark.parametrize("queue", [QUEUE, MAIL_QUEUE])
def test_nothing_of_a_pickled_job_is_run(bench: Bench, run: Callable[[], None], tmp_path: Path, queue: str):
    trap = Trap(tmp_path / "sprung")
    forged = Queue(queue, connection=bench.redis, serializer=PickleSerializer)
    forged.enqueue("portal.jobs.tasks.send_mail", trap, meta={"request_id": trap})
    run()
    assert not trap.file.exists()


def test_the_jobs_after_it_are_done(bench: Bench, run: Callable[[], None], tmp_path: Path):
    forged = Queue(QUEUE, connection=bench.redis, serializer=PickleSerializer)
    forged.enqueue("portal.jobs.tasks.try_claim", Trap(tmp_path / "sprung"))
    jobs.work_on_inbox()
    run()
    assert (bench.app.extensions["jobs"].count, forged.failed_job_registry.count) == (0, 1)


def test_what_the_portal_leaves_in_redis_is_json(bench: Bench, redis_url: str):
    jobs.work_on_inbox()
    jobs.send_mail()
    with patient(redis_url) as connection:
        workers.Clock(connection).enqueue_jobs()
        connection.connection_pool.disconnect()
    queues = [bench.app.extensions[name] for name in ("jobs", "mail_jobs")]
    left = [zlib.decompress(bench.redis.hget(job.key, "data") or b"") for queue in queues for job in queue.jobs]
    assert left
    assert [data for data in left if not data.startswith(b'["portal.jobs.')] == []
