"""The check-up: every part side by side, each with so much time and no more. It never raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

from portal.doctor import (
    access,
    address,
    clock,
    database,
    mail,
    notifications,
    products,
    queue,
    redis,
    settings,
    worker,
)
from portal.doctor.lines import Line, Part, Thing
from portal.doctor.subject import Subject
from portal.sentences import sentence

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0
"""The longest a check-up takes, and keeps a worker from other jobs. What it asks gives up by itself, mostly before."""
Look = Callable[[Subject], Iterable[Line]]

PARTS: dict[Part, Look] = {
    Part.SETTINGS: settings.look,
    Part.ADDRESS: address.look,
    Part.DATABASE: database.look,
    Part.REDIS: redis.look,
    Part.CLOCK: clock.look,
    Part.PRODUCTS: products.look,
    Part.ACCESS: access.look,
    Part.QUEUE: queue.look,
    Part.NOTIFICATIONS: notifications.look,
    Part.WORKER: worker.look,
    Part.MAIL: mail.look,
}


@dataclass(frozen=True)
class CheckUp:
    """What was found, and when."""

    made_at: datetime
    lines: list[Line]


class _Examination:
    """One part being looked at, in a thread that nobody waits for when it hangs."""

    def __init__(self, part: Part, subject: Subject, done: SimpleQueue[Part]) -> None:
        self._part = part
        self._subject = subject
        self._done = done
        self._lines: list[Line] = []
        self._over = False
        Thread(target=self._look, name=f"doctor-{part}", daemon=True).start()

    def lines(self) -> list[Line]:
        """What is found by now; of one that is not over, with a line that says so."""
        found = list(self._lines)
        return found if self._over else [*found, _unfinished(self._part)]

    def _look(self) -> None:
        try:
            with self._subject.context():
                for line in PARTS[self._part](self._subject):
                    self._lines.append(line)
        except Exception as error:
            logger.exception("The part %s could not be examined", self._part)
            self._lines.append(_stumbled(self._part, error))
        self._over = True
        self._done.put(self._part)


def run(
    subject: Subject,
    parts: Collection[Part] = (),
    *,
    told: Callable[[Part], None] = lambda _part: None,
    patience: float = PATIENCE_SECONDS,
) -> CheckUp:
    """Examine a portal. In no application context: each part has its own.

    Args:
        parts: only these; all when there are none.
        told: hears of each part that is done.
        patience: seconds for all parts, which are looked at side by side.
    """
    made_at, until = subject.now(), time.monotonic() + patience
    done: SimpleQueue[Part] = SimpleQueue()
    asked = [part for part in PARTS if part in parts or not parts]
    examinations = [_Examination(part, subject, done) for part in asked]
    for _ in asked:
        try:
            told(done.get(timeout=max(0.0, until - time.monotonic())))
        except Empty:
            break
    return CheckUp(made_at, [line for examination in examinations for line in examination.lines()])


def _unfinished(part: Part) -> Line:
    return Thing(f"{part}.unfinished", sentence("Not finished")).unknown(
        sentence("This part took too long, and was left."),
        sentence("Look whether what it asks answers at all, and examine again."),
    )


def _stumbled(part: Part, error: Exception) -> Line:
    return Thing(f"{part}.stumbled", sentence("Could not be examined")).unknown(
        sentence("The doctor itself stumbled (%(error)s).", error=type(error).__name__),
        sentence("See the log, which has the whole story, and tell us."),
    )
