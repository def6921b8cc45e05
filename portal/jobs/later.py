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
from rq.serializers import JSONSerializer

from portal.jobs.connections import hasty
from portal.logs import request_id

logger = logging.getLogger(__name__)

QUEUE = "portal"
MAIL_QUEUE = "portal-mail"
"""Its jobs have a worker of their own: a mail server that is slow or away keeps no other job waiting."""
INBOX_ASKED = "portal:inbox-asked"
"""Set in Redis while a job that will look into the inbox waits in the queue: a second one would find nothing."""
ASKED_SECONDS = 5
CHECKS_ASKED = "portal:checks-asked"
SWEEP_ASKED = "portal:sweep-asked"
DEAD_LETTERS_ASKED = "portal:dead-letters-asked"
MAIL_ASKED = "portal:mail-asked"
MAIL_ASKED_SECONDS = 60
"""So long a job that sends mail may wait for another one before a second is asked for."""
CHECK_UP_ASKED = "portal:check-up-asked"
CHECK_UP_SECONDS = 60
"""The longest a check-up that was asked for is waited for."""
MAIL_JOBS = {"send_mail"}
ENDING = "jobs ending"
REQUEST_ID = "request_id"
"""In a job's meta data: in which request it was asked for."""
TIMEOUT_SECONDS = {QUEUE: 180, MAIL_QUEUE: 300}
FAILURE_SECONDS = 86_400
"""How long Redis keeps a failed job for people to look at."""


def init_app(app: Flask) -> None:
    """Give the application its job queue; nothing connects before the first job."""
    use(app, hasty(app.extensions["settings"].redis_url))


def use(app: Flask, connection: Redis) -> Queue:
    """Let the application leave its jobs through this connection."""
    queue = queue_named(QUEUE, connection)
    app.extensions["jobs"] = queue
    app.extensions["mail_jobs"] = queue_named(MAIL_QUEUE, connection)
    return queue


def queue_named(name: str, connection: Redis) -> Queue:
    """A queue whose jobs are JSON: of pickled ones, who may write to Redis could have a worker run anything."""
    return Queue(name, connection=connection, default_timeout=TIMEOUT_SECONDS[name], serializer=JSONSerializer)


def work_on_inbox() -> None:
    """Ask for the inbox to be worked on, unless that is asked already and has not begun."""
    _ask_once(INBOX_ASKED, "work_on_inbox")


def check_contracts() -> None:
    """Ask for AWS's answer about contracts that are due for it (``contracts.checks``), unless that is asked already."""
    _ask_once(CHECKS_ASKED, "check_contracts")


def reconcile() -> None:
    """Ask for the sweep of a product that is due for it to be begun or gone on with, unless that is asked already."""
    _ask_once(SWEEP_ASKED, "reconcile")


def tend_dead_letters() -> None:
    """Ask for the dead letters to be looked at, and those that are asked for sent back, unless that is asked
    already."""
    _ask_once(DEAD_LETTERS_ASKED, "tend_dead_letters")


def rehearse(preview_id: int) -> None:
    """Ask for what a replay would change to be found out, for the page that waits for it."""
    _ask("rehearse", str(preview_id))


def check_up() -> None:
    """Ask for a check-up of everything the portal stands on, unless one is on its way."""
    _ask_once(CHECK_UP_ASKED, "check_up", seconds=CHECK_UP_SECONDS)


def check_up_is_on_its_way() -> bool:
    """Whether a check-up was asked for and is not over.

    Raises:
        RedisError: Redis is away.
    """
    return bool(_queue().connection.exists(CHECK_UP_ASKED))


def try_claim(claim_id: UUID) -> None:
    """Ask for another try at a claim that AWS could not be asked about."""
    _ask("try_claim", str(claim_id))


def check_addresses(run_id: UUID) -> None:
    """Ask for the addresses that a confirmation stands on to be tried."""
    _ask("check_addresses", str(run_id))


def send_mail() -> None:
    """Ask for the letters in the outbox to be sent, unless that is asked already."""
    _ask_once(MAIL_ASKED, "send_mail", seconds=MAIL_ASKED_SECONDS)


def redis_answers() -> bool:
    """Whether Redis is there.

    Raises:
        RedisError: it is not.
    """
    return bool(_queue().connection.ping())


def inbox_work_begins() -> None:
    """Note that a job is about to look into the inbox: whatever is stored from now on needs another one."""
    _begins(INBOX_ASKED)


def checks_begin() -> None:
    """Note that a job is about to ask AWS about contracts: whoever asks from now on wants another answer."""
    _begins(CHECKS_ASKED)


def mail_begins() -> None:
    """Note that a job is about to send letters: for those that are posted from now on another one is needed."""
    _begins(MAIL_ASKED)


def sweep_begins() -> None:
    """Note that a job is about to sweep a product."""
    _begins(SWEEP_ASKED)


def connection() -> Redis:
    """The way to Redis of whoever leaves jobs; it gives up soon."""
    found: Redis = _queue().connection
    return found


def dead_letters_begin() -> None:
    """Note that a job is about to look at the dead letters."""
    _begins(DEAD_LETTERS_ASKED)


def check_up_ends() -> None:
    """Note that a check-up is over, and its findings are kept."""
    _begins(CHECK_UP_ASKED)


def is_ending() -> bool:
    """Whether the worker that runs this job was asked to end, and the job should leave the rest to the next."""
    return bool(current_app.extensions.get(ENDING, False))


def _queue() -> Queue:
    queue: Queue = current_app.extensions["jobs"]
    return queue


def _ask_once(marker: str, job: str, seconds: int = ASKED_SECONDS) -> None:
    """Leave a job unless the same one waits already. The marker ends by itself, should its job be lost."""
    try:
        first = _queue().connection.set(marker, 1, nx=True, ex=seconds)
    except RedisError as error:
        _say_lost(job, error)
        return
    if first:
        _ask(job)


def _begins(marker: str) -> None:
    try:
        _queue().connection.delete(marker)
    except RedisError as error:
        logger.warning("Redis is away (%s); the sweep looks after what is asked", type(error).__name__)


def _ask(job: str, *args: str) -> None:
    try:
        # What a job did stands in the database, so Redis keeps no results.
        queue = current_app.extensions["mail_jobs"] if job in MAIL_JOBS else _queue()
        queue.enqueue(
            f"portal.jobs.tasks.{job}",
            *args,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
            meta={REQUEST_ID: request_id()},
        )
    except RedisError as error:
        _say_lost(job, error)


def _say_lost(job: str, error: RedisError) -> None:
    logger.warning("The job %s could not be left (%s); the sweep will ask for it", job, type(error).__name__)
