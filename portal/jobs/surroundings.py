"""What a confirmation is judged by and the database does not know: who is alive, and how this portal is set."""

from __future__ import annotations

from flask import current_app
from redis.exceptions import RedisError

from portal.confirmation.gather import Surroundings
from portal.database import utcnow
from portal.jobs.heartbeat import alive
from portal.marketplace.errors import QueueUnavailable
from portal.marketplace.queue import NotificationQueue
from portal.services import settings


def surroundings(*, ask_queue: bool = False) -> Surroundings:
    """As it is now.

    Args:
        ask_queue: whether AWS is asked how many messages wait: for commands, not while a page is drawn.
    """
    try:
        beats = alive(current_app.extensions["jobs"].connection)
    except RedisError:
        beats = None
    url = settings().notifications_queue_url
    waiting = _waiting(url) if ask_queue and url else None
    return Surroundings(utcnow(), settings().https, url is not None, beats, waiting)


def _waiting(queue_url: str) -> int | None:
    try:
        return NotificationQueue(queue_url).waiting()
    except QueueUnavailable:
        return None
