"""The consumer: from SQS into the inbox, whatever comes, for as long as it is let.

Nothing is acknowledged before it is committed. When SQS or the database is away, messages stay in SQS, and the consumer
comes back more and more slowly until both answer again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flask import Flask
from sqlalchemy.exc import OperationalError

from portal.database import utcnow
from portal.jobs import later
from portal.jobs.heartbeat import beat, note_answer
from portal.marketplace.errors import QueueUnavailable
from portal.marketplace.queue import LONG_POLL_SECONDS, NotificationQueue
from portal.notifications import intake

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Consumer:
    """Takes batches from one queue.

    `end` is for a signal: it interrupts while nothing is in hand, and otherwise lets the batch be finished.
    """

    def __init__(self, app: Flask, queue: NotificationQueue) -> None:
        self._app = app
        self._queue = queue
        self._ending = False
        self._idle = False

    def end(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End soon: at once, by SystemExit, while nothing is in hand."""
        self._ending = True
        if self._idle:
            raise SystemExit(0)

    def run(self) -> None:
        """Take batch after batch until the end is asked for."""
        pause, wait = SHORTEST_PAUSE, 0  # at first not for long: whether SQS lets us is to be known at once
        while not self._ending:
            with self._app.app_context():
                redis = self._app.extensions["jobs"].connection
                beat(redis, "consumer")
                try:
                    self.take(wait)
                    note_answer(redis, None)
                    pause, wait = SHORTEST_PAUSE, LONG_POLL_SECONDS
                    continue
                except QueueUnavailable as error:
                    note_answer(redis, str(error))
                    logger.error("The queue is away (%s); trying again in %.0f s", error, pause)
                except OperationalError as error:
                    kind = type(error.orig).__name__
                    logger.error("The database is away (%s); messages stay in SQS for %.0f s", kind, pause)
                except Exception:
                    # Whatever it is, stopping would make it worse: the batch comes again, and so does the next one.
                    logger.exception("A batch could not be taken in; messages stay in SQS for %.0f s", pause)
            with self._interruptible():
                time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def take(self, wait_seconds: int) -> int:
        """Take one batch: store it, ask for work on it, acknowledge it. In an application context.

        Returns:
            How many messages came.

        Raises:
            QueueUnavailable: SQS did not answer. What was stored comes again, and changes nothing then.
            OperationalError: the database is away; nothing is acknowledged.
        """
        with self._interruptible():
            deliveries = self._queue.receive(wait_seconds)
        if not deliveries:
            return 0
        stored, new = intake.receive(deliveries, utcnow())
        if new:
            later.work_on_inbox()
        left = self._queue.delete(stored)
        logger.info("%s messages came, %s new, %s not acknowledged", len(deliveries), new, len(left))
        return len(deliveries)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        self._idle = True
        try:
            if self._ending:  # asked for a moment before the waiting began
                raise SystemExit(0)
            yield
        finally:
            self._idle = False
