"""A portal in this process whose inbox, queue and jobs are empty, and a worker of its own beside it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from redis import Redis

from laptop.environment import ROOT, Place
from portal.contracts import book
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.jobs import workers
from portal.jobs.connections import patient
from portal.marketplace.client import Marketplace
from portal.marketplace.queue import Delivery, NotificationQueue
from portal.marketplace.values import Purchase
from portal.notifications import apply, intake
from portal.notifications.models import Notification
from portal.products import Products
from tests.sandbox_client import SandboxClient


@dataclass
class Bench:
    """What a test of the worker has at hand."""

    app: Flask
    sandbox: SandboxClient
    place: Place
    redis: Redis
    sqs: Any
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def queue_url(self) -> str:
        return self.place.for_portal()["NOTIFICATIONS_QUEUE_URL"]

    def send(self, *bodies: str) -> None:
        """Put messages into the queue."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)

    def waiting(self) -> int:
        """How many messages are in the queue, seen or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def receive(self, *bodies: str) -> int:
        """Take messages into the inbox, without a queue; how many were new."""
        deliveries = [Delivery(f"sqs-{uuid4()}", "", body, utcnow()) for body in bodies]
        return intake.receive(deliveries, utcnow())[1]

    def hear(self) -> int:
        """Take everything that is in the queue into the inbox; how many were new."""
        queue, new = NotificationQueue(self.queue_url), 0
        while deliveries := queue.receive(wait_seconds=0):
            stored, fresh = intake.receive(deliveries, utcnow())
            assert queue.delete(stored) == []
            new += fresh
        return new

    def take_bodies(self) -> list[str]:
        """Take everything out of the queue without anybody hearing of it; the bodies, as they were sent."""
        queue, bodies = NotificationQueue(self.queue_url), []
        while deliveries := queue.receive(wait_seconds=0):
            bodies += [delivery.body for delivery in deliveries]
            queue.delete(deliveries)
        return bodies

    @staticmethod
    def pause(seconds: float) -> None:
        """Let real time pass: the sandbox has a clock of its own."""
        time.sleep(seconds)

    def work(self, later: timedelta = timedelta(0)) -> int:
        """Work on what is due in the inbox, now or some time later."""
        agreements = self.app.extensions["sources"].agreements
        return apply.work_on_inbox(self.marketplace, self.products, utcnow() + later, agreements=agreements)

    @property
    def marketplace(self) -> Marketplace:
        found: Marketplace = self.app.extensions["marketplace"]
        return found

    @property
    def products(self) -> Products:
        found: Products = self.app.extensions["products"]
        return found

    def land(self, agreement_id: str) -> Contract:
        """What happens to the records when a buyer of the sandbox lands, without a browser; nothing is read yet."""
        purchase = self.marketplace.resolve_customer(self.sandbox.token(agreement_id)["token"])
        return self.open(purchase)

    def open(self, purchase: Purchase) -> Contract:
        with transaction():
            return book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)

    def notifications(self) -> list[Notification]:
        db.session.rollback()
        statement = db.select(Notification).order_by(Notification.id).execution_options(populate_existing=True)
        return list(db.session.scalars(statement))

    def fates(self) -> list[str]:
        return [row.fate for row in self.notifications()]

    @staticmethod
    def now() -> datetime:
        return utcnow()

    def fresh(self, contract: Contract) -> Contract:
        """The contract as the database has it now."""
        db.session.rollback()
        return db.session.get_one(Contract, contract.id, populate_existing=True)

    def entitlements(self, contract: Contract) -> dict[str, str]:
        """Value by dimension, as the page would show them."""
        fresh = self.fresh(contract)
        db.session.refresh(fresh, ["entitlements"])
        return {row.dimension: row.value for row in fresh.entitlements}

    def worker(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start `worker.py`; it is killed after the test if it still runs."""
        process = subprocess.Popen(
            [sys.executable, "worker.py", *arguments], cwd=ROOT, env=self.place.for_portal() | environment
        )
        self.started.append(process)
        return process


@pytest.fixture
def bench(app: Flask, database: SQLAlchemy, sandbox: SandboxClient, place: Place, redis_url: str) -> Iterator[Bench]:
    """An empty inbox, an empty queue, no jobs."""
    sqs = boto3.client("sqs", region_name="us-east-1")
    with Redis.from_url(redis_url) as redis:
        bench = Bench(app, sandbox, place, redis, sqs)
        bench.marketplace.budget.patience = 10.0  # a worker's; a page has less
        # What a worker of an earlier test was just being handed comes back soon, and must not come into this one.
        sqs.set_queue_attributes(QueueUrl=bench.queue_url, Attributes={"VisibilityTimeout": "5"})
        if bench.waiting() > 100:
            # What the purchases of all other tests sent: taken out one by one it would last half a minute.
            with suppress(sqs.exceptions.PurgeQueueInProgress):  # once a minute
                sqs.purge_queue(QueueUrl=bench.queue_url)
        queue = NotificationQueue(bench.queue_url)
        while bench.waiting():
            queue.delete(queue.receive(wait_seconds=1))
        yield bench
        for process in bench.started:
            process.terminate()
        for process in bench.started:
            process.wait(60)
        database.session.rollback()
    sqs.close()


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits until something is true, and says so when it never is."""

    def wait(true: Callable[[], object], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait


__all__ = ["Bench", "bench", "until"]


@pytest.fixture
def run(bench: Bench, redis_url: str) -> Callable[[], None]:
    """Runs all jobs there are, as the worker does."""

    def work() -> None:
        with patient(redis_url) as connection:
            workers.work(bench.app, connection, burst=True)
            connection.connection_pool.disconnect()

    return work
