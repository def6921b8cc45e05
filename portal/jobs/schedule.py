"""The one list of what happens by the clock. Several clocks may run: everything on the list may be done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.jobs import tasks
from portal.jobs.later import MAIL_QUEUE, QUEUE
from portal.jobs.sweep import sweep


@dataclass(frozen=True)
class Periodic:
    """A job and how often it is asked for."""

    job: Callable[[], None]
    every_seconds: int
    cron: str | None = None
    """At which minutes; without it the first time is when the clock begins."""
    queue: str = QUEUE


PERIODIC = (
    # Messages that wait for AWS's second answer are due after seconds; looking into an idle inbox costs one query.
    Periodic(tasks.work_on_inbox, every_seconds=2),
    Periodic(tasks.check_contracts, every_seconds=5),
    Periodic(sweep, every_seconds=5),
    # Every product once an hour; what is due stands in the database.
    Periodic(tasks.reconcile, every_seconds=30),
    # What the staff's pages show "as of": a second of counting with a million contracts.
    Periodic(tasks.count_figures, every_seconds=60),
    # One or two calls to SQS while there are none.
    Periodic(tasks.tend_dead_letters, every_seconds=60),
    # Some calls to AWS and a look at everything else: often enough for people, too rarely to be felt.
    Periodic(tasks.check_up, every_seconds=3600, cron="23 * * * *"),
    # In the queue of mail: there may be many letters to write, and nobody waits for them.
    Periodic(tasks.tell_changes, every_seconds=30, queue=MAIL_QUEUE),
    Periodic(tasks.tell_endings, every_seconds=600, queue=MAIL_QUEUE),
    # One letter for each purchase that waits; some minutes more or less do not matter.
    Periodic(tasks.remind_of_purchases, every_seconds=300),
    Periodic(tasks.seal_audit, every_seconds=10),
    Periodic(tasks.tell_audit_head, every_seconds=3600),
)
