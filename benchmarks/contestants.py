"""Who works on the same notifications: our worker, the bare loop once and twice, and Celery."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import ClassVar

from benchmarks import job
from benchmarks.messages import fill
from benchmarks.stage import Stage, held
from benchmarks.stock import at_the_truth
from laptop.processes import Program
from laptop.stack import python

CONCURRENCY = 2


class Contestant(ABC):
    """Somebody who empties a queue of their own."""

    name: str
    share = 1
    """It gets the messages divided by so much, and one round, when it is too slow to be given more."""

    def __init__(self, stage: Stage, queue_url: str) -> None:
        self.stage, self.queue_url = stage, queue_url
        self.environment = stage.environment | {"NOTIFICATIONS_QUEUE_URL": queue_url}
        self.programs: list[Program] = []

    @abstractmethod
    def start(self) -> None:
        """Start the programs; they may still be getting ready afterwards."""

    def done(self) -> int:
        """How many messages are committed so far."""
        return job.done(self.stage.database)

    def right(self, value: int) -> int:
        """How many contracts have this value, committed."""
        row = self.stage.database.execute(
            "SELECT count(*) FROM plain_contracts WHERE value = %s", (str(value),)
        ).fetchone()
        return int(row[0]) if row else 0

    def send(self, bodies: Sequence[str], sent: Callable[[int], None]) -> None:
        """Put messages into the queue, in the form in which this contestant wants them."""
        fill(self.stage.ministack.sqs(), self.queue_url, bodies, sent)

    def held(self) -> ExitStack:
        """All its programs held still, until the end of the block."""
        stack = ExitStack()
        for program in self.programs:
            stack.enter_context(held(program))
        return stack

    def said(self) -> str:
        """The end of what its programs wrote."""
        return "\n".join(program.tail() for program in self.programs)


class Ours(Contestant):
    """``python worker.py`` as it is: consumer, jobs and clock."""

    name = "our worker"

    def start(self) -> None:
        # The endpoint has no limit here, and the others know of none.
        self.stage.environment = self.environment | {"ENTITLEMENT_CALLS_PER_SECOND": "10000"}
        self.programs = [self.stage.worker()]

    def done(self) -> int:
        row = self.stage.database.execute("SELECT count(*) FROM notifications WHERE fate <> 'received'").fetchone()
        return int(row[0]) if row else 0

    def right(self, value: int) -> int:
        return at_the_truth(self.stage.database, value)


class BareLoop(Contestant):
    """The bare loop in one process."""

    name = "bare loop"
    processes = 1

    def start(self) -> None:
        loop = python("-m", "benchmarks.bare_loop")
        self.programs = [
            self.stage.programs.start(f"bare-loop-{number}", loop, self.environment) for number in range(self.processes)
        ]


class TwoBareLoops(BareLoop):
    """As many loops as this machine's usual number of cores, since the others use them too."""

    name = "bare loop, two processes"
    processes = 2


class Celery(Contestant):
    """Celery's worker with its SQS transport and two processes, tuned."""

    name = "Celery, two processes, tuned"
    tuning: ClassVar[dict[str, str]] = {"BENCH_CELERY_TUNED": "yes"}

    def start(self) -> None:
        worker = ("worker", "--concurrency", str(CONCURRENCY), "--loglevel", "WARNING")
        command = python("-m", "celery", "--app", "benchmarks.celery_job", *worker)
        self.programs = [self.stage.programs.start("celery", command, self.environment | self.tuning)]

    def send(self, bodies: Sequence[str], sent: Callable[[int], None]) -> None:
        from benchmarks import celery_job  # noqa: PLC0415 - only where Celery is installed

        app = celery_job.application(self.queue_url, self.stage.ministack.url)
        task = celery_job.task(app)
        with app.producer_or_acquire() as producer:
            for body in bodies:
                task.apply_async((body,), producer=producer)
                sent(1)


class CeleryAsItComes(Celery):
    """The same with the settings it has by itself."""

    name = "Celery, two processes, as it comes"
    tuning: ClassVar[dict[str, str]] = {}
    share = 10


EVERYONE: tuple[type[Contestant], ...] = (Ours, BareLoop, TwoBareLoops, Celery, CeleryAsItComes)
