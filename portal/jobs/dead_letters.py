"""Tending the dead letters: sending back what staff asked for, and keeping what is there for the page.

SQS has no way to look without taking. So what is looked at is taken for a moment and given back; if the queue of dead
letters gives up messages in its turn, it is only counted, for looking would push them on.
"""

from __future__ import annotations

import logging
import time

from portal.database import transaction, utcnow
from portal.marketplace.errors import QueueUnavailable
from portal.marketplace.queue import Delivery, NotificationQueue
from portal.staff.attention import dead_letters

logger = logging.getLogger(__name__)

KEEP_SECONDS = 60
"""Longer than one round lasts."""
MOST_LOOKED_AT = 200
"""So many dead letters are kept for the page; of more, that there are more."""
LONGEST_ROUND_SECONDS = 20.0


def tend(queue: NotificationQueue | None) -> bool:
    """One round. Doing it twice, or being killed in the middle, sends a message back twice at worst: its copy in the
    main queue changes nothing the second time (see ``notifications.intake``).

    Returns:
        Whether something that is to go back is still there, and may be had in another round.
    """
    if queue is None:
        _note(None, 0, "No queue is configured: NOTIFICATIONS_QUEUE_URL is not set.")
        return False
    name, waiting, problem, left = None, 0, None, False
    try:
        dead = queue.dead_letters()
        if dead is not None:
            name, told = dead.name, dead.count()
            waiting, again = told.messages, told.gives_up
            if again:
                problem = "It gives up messages itself, so they are counted and not looked at."
            else:
                returned, left = _round(queue, dead, waiting)
                waiting = max(0, waiting - returned)
    except QueueUnavailable as error:
        logger.warning("The dead letters cannot be looked at: %s", error)
        problem = f"SQS did not answer as it should ({error})."
    _note(name, waiting, problem)
    return left


def _round(queue: NotificationQueue, dead: NotificationQueue, expected: int) -> tuple[int, bool]:
    """Take what is there, send back what is asked for, give the rest back: how many went, and whether any is left."""
    began, until = utcnow(), time.monotonic() + LONGEST_ROUND_SECONDS
    wanted = dead_letters.asked_back()
    taken: list[Delivery] = []
    returned: set[str] = set()
    complete = not expected
    try:
        while not complete and time.monotonic() < until and (len(taken) < MOST_LOOKED_AT or wanted - returned):
            # With a wait, if only of a second, SQS asks all its servers; without, some, and an empty answer says
            # little.
            batch = dead.receive(1, keep_seconds=KEEP_SECONDS)
            fresh = [one for one in batch if one.message_id not in {seen.message_id for seen in taken}]
            if not fresh:
                complete = True
                break
            with transaction():
                dead_letters.note_seen(fresh, utcnow())
            for one in fresh:
                if one.message_id in wanted:
                    _return(queue, dead, one)
                    returned.add(one.message_id)
                else:
                    taken.append(one)
    finally:
        dead.let_go(taken)
    if complete and len(taken) + len(returned) >= expected:
        with transaction():
            dead_letters.note_gone(began, utcnow())
    return len(returned), bool(wanted - returned) and not complete


def _return(queue: NotificationQueue, dead: NotificationQueue, letter: Delivery) -> None:
    """First the copy, then the deletion: between the two it is in both, and never in none."""
    queue.send(letter.body)
    dead.delete([letter])
    with transaction():
        dead_letters.note_returned([letter.message_id], utcnow())
    logger.info("Dead letter %s is back in the queue", letter.message_id)


def _note(name: str | None, waiting: int, problem: str | None) -> None:
    with transaction():
        dead_letters.note_look(name, waiting, problem, utcnow())
