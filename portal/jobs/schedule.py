"""The one list of what happens by the clock. Several clocks may run: everything on the list may be done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.jobs import tasks
from portal.jobs.sweep import sweep


@dataclass(frozen=True)
class Periodic:
    """A job and how often it is asked for."""

    job: Callable[[], None]
    every_seconds: int


PERIODIC = (
    # Messages that wait for AWS's second answer are due after seconds; looking into an idle inbox costs one query.
    Periodic(tasks.work_on_inbox, every_seconds=2),
    Periodic(tasks.check_contracts, every_seconds=5),
    Periodic(sweep, every_seconds=5),
    # Every product once an hour; what is due stands in the database.
    Periodic(tasks.reconcile, every_seconds=30),
    Periodic(tasks.seal_audit, every_seconds=10),
    Periodic(tasks.tell_audit_head, every_seconds=3600),
)
