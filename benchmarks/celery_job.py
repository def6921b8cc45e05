"""The same job as a Celery task, with SQS as its broker.

    celery --app benchmarks.celery_job worker

Celery's own settings, but for three: late acknowledgement, because a message must not be lost with its worker, as it is
not with the others; no result, because nobody reads one; and the queue, which is there already.

As it comes, a worker with short tasks does as many messages a second as it prefetches (four for each process): when it
has taken so many it looks again after a second only, whatever waits. So there is a tuned one too, with ``TUNED`` set.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from celery import Celery

from benchmarks.job import Job

QUEUE = "bench"
TUNED = "BENCH_CELERY_TUNED"
TUNING: dict[str, float] = {"polling_interval": 0.1}
PREFETCH = 64  # for each process; more brought nothing


def application(queue_url: str, sqs_url: str) -> Any:
    """The Celery application for this queue."""
    app = Celery("benchmarks", broker=sqs_url.replace("http://", "sqs://sandbox:sandbox@"))
    tuned = TUNED in os.environ
    app.conf.update(
        worker_prefetch_multiplier=PREFETCH if tuned else 4,
        task_acks_late=True,
        task_ignore_result=True,
        task_default_queue=QUEUE,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "region": "us-east-1",
            "is_secure": False,
            **(TUNING if tuned else {}),
            "predefined_queues": {
                QUEUE: {"url": queue_url, "access_key_id": "sandbox", "secret_access_key": "sandbox"}
            },
        },
    )
    return app


@cache
def _job() -> Job:
    """One for each of Celery's processes, made when its first message comes."""
    return Job()


def apply(body: str) -> None:
    """Do the job with one message."""
    _job()(body)


def task(app: Any) -> Any:
    """The task of this application."""
    return app.task(apply, name="benchmarks.apply")


if "NOTIFICATIONS_QUEUE_URL" in os.environ:  # in the worker, which Celery's command starts
    app = application(os.environ["NOTIFICATIONS_QUEUE_URL"], os.environ["AWS_ENDPOINT_URL_SQS"])
    task(app)
