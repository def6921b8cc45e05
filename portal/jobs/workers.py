"""The worker that runs jobs, and the clock: RQ's own, fitted to this application.

A job runs in the worker's process: no fork and no new database connection for each (twelve times as many jobs a second
on PostgreSQL), and in an application context of its own, so that no job sees another's session.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask
from redis import Redis
from rq import SimpleWorker
from rq.cron import CronJob, CronScheduler
from rq.exceptions import DeserializationError, StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from portal import logs
from portal.database import utcnow
from portal.jobs.heartbeat import beat
from portal.jobs.later import ENDING, FAILURE_SECONDS, MAIL_QUEUE, QUEUE, REQUEST_ID, queue_named
from portal.jobs.schedule import PERIODIC

logger = logging.getLogger(__name__)

WORKER_TTL_SECONDS = 60
"""How long RQ believes in a silent worker; 15 seconds less is the longest it waits for a job at a time."""
BUDGET_PATIENCE_SECONDS = 10.0
"""How long a job waits for its turn to ask AWS; a page waits for a second."""
MAINTENANCE_SECONDS = 60
"""How often what a dead worker left behind in Redis is looked for."""


class JobWorker(SimpleWorker):
    """Runs jobs one after another in this process. Set `app` and `role` before it works."""

    app: Flask
    role: str
    log_result_lifespan = False
    _waiting = False

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run one job in an application context, whose end gives the database connection back."""
        with self.app.app_context(), logs.about(**_facts(job)):
            return super().perform_job(job, queue, execution)

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Say that this worker is alive: to RQ, and to whoever looks at ours."""
        if self._waiting and self._stop_requested:
            raise StopRequested
        super().heartbeat(*args, **kwargs)
        beat(self.connection, self.role)

    def request_stop(self, *_signal: Any) -> None:
        """End after the job in hand, or at once while waiting for one.

        RQ's own handler raises wherever it finds the worker between two jobs. A job that is just being taken catches
        that as its own failure, and the request is forgotten.
        """
        self.app.extensions[ENDING] = True
        self._shutdown_requested_date = utcnow()
        self._stop_requested = True
        if self._waiting:
            raise StopRequested

    def dequeue_job_and_maintain_ttl(self, *args: Any, **kwargs: Any) -> tuple[Job, Queue] | None:
        """Wait for a job; a request to end interrupts the waiting, also one that came a moment before."""
        self._waiting = True
        try:
            if self._stop_requested:
                raise StopRequested
            return super().dequeue_job_and_maintain_ttl(*args, **kwargs)
        finally:
            self._waiting = False


def _facts(job: Job) -> dict[str, str]:
    """What the log says of a job; nothing of one that cannot be read, which fails."""
    try:
        name = (job.func_name or "").rpartition(".")[2]
    except DeserializationError:
        return {}
    facts = {"job": name, REQUEST_ID: job.meta.get(REQUEST_ID)}
    return {key: fact for key, fact in facts.items() if fact}


class Clock(CronScheduler):
    """Asks for the periodic jobs. `connection` is a patient one."""

    def __init__(self, connection: Redis) -> None:
        super().__init__(connection)
        for periodic in PERIODIC:
            self.register(
                periodic.job,
                periodic.queue,
                interval=None if periodic.cron else periodic.every_seconds,
                cron=periodic.cron,
                # Should no worker run for a while, its queue must not be full of sweeps when it does.
                ttl=periodic.every_seconds * 2,
                result_ttl=0,
                failure_ttl=FAILURE_SECONDS,
            )

    def enqueue_jobs(self) -> list[CronJob]:
        """Ask for what is due, through our own queues, which do not pickle."""
        asked_at, due = utcnow(), [job for job in self.get_jobs() if job.should_run()]
        for job in due:
            queue_named(job.queue_name, self.connection).enqueue(job.func_name, **job.job_options)
            job.set_enqueue_time(asked_at)
        return due

    def heartbeat(self) -> None:
        """Say that the clock ticks."""
        super().heartbeat()
        beat(self.connection, "clock")


QUEUES = {"jobs": QUEUE, "mail": MAIL_QUEUE}
"""The queue of each role that runs jobs."""


def work(app: Flask, connection: Redis, role: str = "jobs", *, burst: bool = False) -> bool:
    """Run the jobs of a role until SIGTERM or SIGINT, which let the job in hand finish; with `burst`, those of every
    role until there are none, mail last.

    Returns:
        Whether the end was asked for, or reached; False when Redis or RQ made it stop.
    """
    quiet()
    queues = [queue_named(name, connection) for name in (QUEUES.values() if burst else [QUEUES[role]])]
    worker = JobWorker(
        queues,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
    )
    worker.app, worker.role = app, role
    app.extensions["marketplace"].budget.patience = BUDGET_PATIENCE_SECONDS
    worker.work(burst=burst, logging_level=None)
    return burst or worker._shutdown_requested_date is not None


def tick(connection: Redis) -> None:
    """Ask for the periodic jobs until SIGTERM or SIGINT.

    Raises:
        RedisError: Redis stayed away for long.
    """
    quiet()
    Clock(connection).start()  # type: ignore[no-untyped-call]


def quiet() -> None:
    """RQ tells of every job several times; failures are enough."""
    for name in ("rq.worker", "rq.job", "rq.cron"):
        logging.getLogger(name).setLevel(logging.WARNING)
