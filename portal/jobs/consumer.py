"""The consumer: from SQS into the inbox, whatever comes, for as long as it is let.

Nothing is acknowledged before it is committed. When SQS or the database is away, messages stay in SQS, and the consumer
comes back more and more slowly until both answer again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import OperationalError

from portal.database import utcnow
from portal.jobs import later
from portal.jobs.heartbeat import beat
from portal.marketplace.errors import QueueUnavailable
from portal.marketplace.queue import LONG_POLL_SECONDS, NotificationQueue
from portal.notifications import intake

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Consumer:
    """Takes batches from one queue.

    `idle` is true while nothing is in hand, so that a request to end may interrupt.
    """

    def __init__(self, app: Flask, queue: NotificationQueue) -> None:
        self._app = app
        self._queue = queue
        self.idle = False

    def run(self, go_on: Callable[[], bool]) -> None:
        """Take batch after batch for as long as `go_on` says so."""
        pause = SHORTEST_PAUSE
        while go_on():
            with self._app.app_context():
                beat(self._app.extensions["jobs"].connection, "consumer")
                try:
                    self.take(LONG_POLL_SECONDS)
                    pause = SHORTEST_PAUSE
                    continue
                except QueueUnavailable as error:
                    logger.error("The queue is away (%s); trying again in %.0f s", error, pause)
                except OperationalError as error:
                    kind = type(error.orig).__name__
                    logger.error("The database is away (%s); messages stay in SQS for %.0f s", kind, pause)
                except Exception:
                    # Whatever it is, stopping would make it worse: the batch comes again, and so does the next one.
                    logger.exception("A batch could not be taken in; messages stay in SQS for %.0f s", pause)
            self.rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def take(self, wait_seconds: int) -> int:
        """Take one batch: store it, ask for work on it, acknowledge it. In an application context.

        Returns:
            How many messages came.

        Raises:
            QueueUnavailable: SQS did not answer. What was stored comes again, and changes nothing then.
            OperationalError: the database is away; nothing is acknowledged.
        """
        self.idle = True
        deliveries = self._queue.receive(wait_seconds)
        self.idle = False
        if not deliveries:
            return 0
        stored, new = intake.receive(deliveries, utcnow())
        if new:
            later.work_on_inbox()
        left = self._queue.delete(stored)
        logger.info("%s messages came, %s new, %s not acknowledged", len(deliveries), new, len(left))
        return len(deliveries)

    def rest(self, seconds: float) -> None:
        """Wait, and let a request to end interrupt."""
        self.idle = True
        time.sleep(seconds)
        self.idle = False
