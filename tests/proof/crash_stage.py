"""A portal of real processes, each of which can be broken: the worker, Valkey, PostgreSQL, the way to SQS, AWS."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import flask_migrate
import psutil
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from laptop import ministack, ports, postgres, valkey
from laptop.environment import ROOT, Place
from laptop.ministack import Ministack
from laptop.postgres import Postgres
from laptop.processes import Program, Programs, answers
from laptop.stack import python, sandbox_command
from portal import create_app
from portal.config import Settings
from portal.contracts import book
from portal.contracts.models import Cause, Contract
from portal.contracts.sweeps import Sweep
from portal.database import db, transaction, utcnow
from portal.marketplace.values import Purchase
from portal.notifications.models import Fate, Notification
from tests.cast import ANALYTICS
from tests.proof.crash_line import Line
from tests.sandbox_client import SandboxClient

ROLES = ("consumer", "jobs", "mail", "clock")
VISIBILITY_SECONDS = 5
"""A message that was received and not acknowledged comes again while there is somebody to see it."""
RECEIVES = 1_000
"""Nothing is to become a dead letter because it was in the wrong hands often."""
GROWN_UP_SECONDS = 2.0
"""A process this old has begun to work."""


class Stage:
    """One portal, its worker, and everything it stands on; to be used in an application context of ``app``."""

    def __init__(self, programs: Programs, place: Place, base: Postgres, app: Flask, queue: Ministack) -> None:
        self.place, self.app = place, app
        self.sandbox = SandboxClient(place.aws_url)
        self._programs, self._postgres = programs, base
        self._valkey_port = int(place.redis_url.rsplit(":", 1)[-1].split("/")[0])
        self._valkey = valkey.start(programs, place.folder / "valkey", self._valkey_port)
        (near,) = ports.any_free(1)
        self.line = Line(near, int(queue.url.rsplit(":", 1)[-1]))
        self.queue_url = queue.create_queue("crash", receives=RECEIVES, visibility_seconds=VISIBILITY_SECONDS)
        self._sqs = queue.sqs()
        self._environment = place.for_portal() | {
            "SMTP_URL": "",
            "NOTIFICATIONS_QUEUE_URL": self.queue_url,
            "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{near}",
        }
        self._worker: Program | None = None
        self._starts = 0
        self._born: set[psutil.Process] = set()

    # --- What is broken, and mended -------------------------------------------------------------------------------

    def start_worker(self) -> None:
        """``python worker.py``, unless it runs."""
        if self._worker and not self._worker.has_ended():
            return
        self._starts += 1
        self._worker = self._programs.start(f"worker-{self._starts}", python("worker.py"), self._environment)

    def kill_role(self, role: str) -> None:
        for process in self._family():
            if role in _command(process):
                _kill(process)

    def kill_supervisor(self) -> None:
        """Its children find out by themselves."""
        self._family()
        if self._worker:
            self._programs.running.remove(self._worker)
            self._worker.process.kill()
            self._worker.process.wait()
            self._worker = None

    def kill_all_of_the_worker(self) -> None:
        """What a power cut does."""
        family = self._family()
        self.kill_supervisor()
        for process in family:
            _kill(process)

    def flush_valkey(self) -> None:
        with suppress(RedisError), Redis.from_url(self.place.redis_url) as redis:
            redis.flushall()

    def kill_valkey(self) -> None:
        self._programs.running.remove(self._valkey)
        self._valkey.process.kill()
        self._valkey.process.wait()

    def start_valkey(self) -> None:
        self._valkey = valkey.start(self._programs, self.place.folder / "valkey", self._valkey_port)

    def crash_postgres(self) -> None:
        db.session.remove()
        self._postgres.crash()

    def start_postgres(self) -> None:
        self._postgres.start()

    # --- Between the rounds ---------------------------------------------------------------------------------------

    def be_ready(self) -> None:
        """See to it that every role has somebody who works, as whoever runs the portal would.

        A supervisor lets those who die young wait longer and longer, and here all do; so it is started again.
        """
        self.start_worker()
        if not wait_for(lambda: len(self._working()) >= len(ROLES), GROWN_UP_SECONDS * 2):
            self.end_worker()
            self.start_worker()
            if not wait_for(lambda: len(self._working()) >= len(ROLES), 60):
                raise AssertionError("the worker does not start")

    def end_worker(self) -> None:
        """Ask it to end, and wait until nobody of it is left, nor of those before it."""
        self._family()
        if self._worker:
            self._worker.stop(grace=90)
            self._programs.running.remove(self._worker)
            self._worker = None
        _gone, left = psutil.wait_procs(self._born, timeout=90)
        for process in left:
            _kill(process)
        self._born.clear()
        if left:
            raise AssertionError(f"{len(left)} processes of the worker outlived it")

    def forget_leases(self) -> None:
        """Let be due at once what a dead worker had in its hands, instead of after half a minute, and what AWS would
        not answer, instead of after some.

        Only while no worker is alive, because nobody's rows may be taken from him.
        """
        assert not self._worker, "somebody may be working on these rows"
        with transaction():
            due = db.update(Notification).where(Notification.fate == Fate.RECEIVED).values(due_at=utcnow())
            db.session.execute(due)
            put_off = db.update(Contract).where(Contract.check_due_at.is_not(None)).values(check_due_at=utcnow())
            db.session.execute(put_off)

    def is_known(self) -> bool:
        """Whether AWS was asked about every contract at least once: only then does the account begin."""
        db.session.rollback()
        return not db.session.scalar(db.select(Contract.id).where(Contract.confirmed_at.is_(None)).limit(1))

    def no_reconciliation(self) -> None:
        """Sweeps of a whole product are not to mend what messages should have done."""
        with transaction():
            db.session.execute(db.update(Sweep).values(due_at=utcnow().replace(year=utcnow().year + 1)))

    def is_quiet(self) -> bool:
        """Whether nothing is left to do: in the queue, seen or not; in the inbox; of checks that are due."""
        if self.waiting(self.queue_url):
            return False
        db.session.rollback()
        received = db.select(Notification.id).where(Notification.fate == Fate.RECEIVED)
        due = db.select(Contract.id).where(Contract.check_due_at <= utcnow())
        return not db.session.scalar(received.limit(1)) and not db.session.scalar(due.limit(1))

    def is_at_work(self) -> bool:
        """Whether a worker has messages in hand. When the database is away nobody can tell, and it says yes."""
        taken = db.select(Notification.id).where(Notification.fate == Fate.RECEIVED, Notification.due_at > utcnow())
        try:
            db.session.rollback()
            return bool(db.session.scalar(taken.limit(1)))
        except OperationalError:
            return True

    def waiting(self, queue_url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def send(self, bodies: list[str]) -> None:
        """As EventBridge does, whatever has become of our way to the queue."""
        for start in range(0, len(bodies), 10):
            batch = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + 10])]
            answer = self._sqs.send_message_batch(QueueUrl=self.queue_url, Entries=batch)
            assert not answer.get("Failed"), answer

    def stock(self, count: int) -> list[dict[str, Any]]:
        """So many purchases whose buyers have landed; the messages about the beginning were never sent."""
        sold = self.sandbox.buy_many(ANALYTICS, count, plan="team", dimensions={"seats": 1}, quietly=True)
        with transaction():
            for one in sold:
                purchase = Purchase(ANALYTICS, one["account_id"], one["license_arn"], one["agreement_id"])
                book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)
        return sold

    def _working(self) -> list[psutil.Process]:
        return [process for process in self._family() if time.time() - _born_at(process) > GROWN_UP_SECONDS]

    def _family(self) -> list[psutil.Process]:
        """The worker's roles, which are remembered: they live on for a while when the supervisor is killed."""
        if not self._worker:
            return []
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self._worker.process.pid).children()
            self._born.update(children)
            return [process for process in children if _command(process)]
        return []


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Everything started but the worker; logs are under ``folder``."""
    with ExitStack() as stack:
        base = stack.enter_context(postgres.to_be_crashed())
        portal, sandbox, mail, redis, sqs = ports.any_free(5)
        place = Place(folder, portal, sandbox, mail, base.url, f"redis://127.0.0.1:{redis}/0")
        programs = stack.enter_context(Programs(folder / "logs", ROOT))
        program = programs.start("sandbox", sandbox_command(place), place.for_sandbox())
        queue = ministack.start(programs, sqs)
        program.wait_until(lambda: answers(f"{place.aws_url}/healthz"))
        app = create_app(Settings.from_environment(place.for_portal()))
        with app.app_context():
            flask_migrate.upgrade()
            made = Stage(programs, place, base, app, queue)
            try:
                yield made
            finally:
                made.start_postgres()
                made.line.mend()
                made.end_worker()
                made.line.cut()
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()
                app.extensions["jobs"].connection.close()


def wait_for(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Ask until it is true, or so many seconds are over. Whether it became true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def _command(process: psutil.Process) -> list[str]:
    """Empty for one that is dead, whether somebody has noticed or not."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _born_at(process: psutil.Process) -> float:
    try:
        return process.create_time()
    except psutil.Error:
        return time.time()


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()
