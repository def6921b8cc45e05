"""Asking for a job: the seam between whoever wants something done later and RQ.

Nothing here raises because Redis is away: what was to be done stands in the database, and the sweep asks again.
"""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from portal.jobs.connections import hasty

logger = logging.getLogger(__name__)

QUEUE = "portal"
INBOX_ASKED = "portal:inbox-asked"
"""Set in Redis while a job that will look into the inbox waits in the queue: a second one would find nothing."""
INBOX_ASKED_SECONDS = 5
CHECK_ASKED_SECONDS = 60
"""While AWS is away the sweep asks again and again; the queue should not fill with the same question."""
JOB_TIMEOUT_SECONDS = 180
FAILURE_SECONDS = 86_400
"""How long Redis keeps a failed job for people to look at."""


def init_app(app: Flask) -> None:
    """Give the application its job queue; nothing connects before the first job."""
    use(app, hasty(app.extensions["settings"].redis_url))


def use(app: Flask, connection: Redis) -> Queue:
    """Let the application leave its jobs through this connection."""
    queue = Queue(QUEUE, connection=connection, default_timeout=JOB_TIMEOUT_SECONDS)
    app.extensions["jobs"] = queue
    return queue


def work_on_inbox() -> None:
    """Ask for the inbox to be worked on, unless that is asked already and has not begun."""
    _ask_once(INBOX_ASKED, INBOX_ASKED_SECONDS, "work_on_inbox")


def check_contract(contract_id: UUID) -> None:
    """Ask for AWS's answer about a contract whose check was requested (``sync.request_check``), once at a time."""
    _ask_once(_check_asked(contract_id), CHECK_ASKED_SECONDS, "check_contract", str(contract_id))


def try_claim(claim_id: UUID) -> None:
    """Ask for another try at a claim that AWS could not be asked about."""
    _ask("try_claim", str(claim_id))


def send_mail() -> None:
    """Ask for the letters in the outbox to be sent."""
    _ask("send_mail")


def redis_answers() -> bool:
    """Whether Redis is there.

    Raises:
        RedisError: it is not.
    """
    return bool(_queue().connection.ping())


def inbox_work_begins() -> None:
    """Note that a job is about to look into the inbox: whatever is stored from now on needs another one."""
    _begins(INBOX_ASKED)


def check_begins(contract_id: UUID) -> None:
    """Note that a job is about to ask AWS about a contract: whoever asks from now on wants another answer."""
    _begins(_check_asked(contract_id))


def _queue() -> Queue:
    queue: Queue = current_app.extensions["jobs"]
    return queue


def _check_asked(contract_id: UUID) -> str:
    return f"portal:check-asked:{contract_id}"


def _ask_once(marker: str, seconds: int, job: str, *args: str) -> None:
    """Leave a job unless the same one waits already. The marker ends by itself, should its job be lost."""
    try:
        first = _queue().connection.set(marker, 1, nx=True, ex=seconds)
    except RedisError as error:
        _say_lost(job, error)
        return
    if first:
        _ask(job, *args)


def _begins(marker: str) -> None:
    try:
        _queue().connection.delete(marker)
    except RedisError as error:
        logger.warning("Redis is away (%s); the sweep looks after what is asked", type(error).__name__)


def _ask(job: str, *args: str) -> None:
    try:
        # What a job did stands in the database, so Redis keeps no results.
        _queue().enqueue(f"portal.jobs.tasks.{job}", *args, result_ttl=0, failure_ttl=FAILURE_SECONDS)
    except RedisError as error:
        _say_lost(job, error)


def _say_lost(job: str, error: RedisError) -> None:
    logger.warning("The job %s could not be left (%s); the sweep will ask for it", job, type(error).__name__)
