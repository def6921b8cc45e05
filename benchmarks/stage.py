"""One installation of the portal, with what its programs need around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from time import monotonic, sleep

import psutil
import psycopg
from flask import Flask
from redis import Redis

from benchmarks.market import VAULT, Market
from laptop.environment import Place
from laptop.ministack import Ministack
from laptop.processes import Program, Programs, answers
from laptop.stack import portal_command, python, sandbox_command
from portal import create_app
from portal.config import Settings

VAULT_AS_A_PRODUCT = f"""
[[product]]
code = "{VAULT}"
title = "Tidemark Vault"
pricing = "contract"

[product.dimensions.secrets]
name = "Secrets"
unit = "secrets"
"""
ROLES = {"consumer", "jobs", "mail", "clock"}


class Stage:
    """A place for the portal on this machine. Programs are started as parts ask for them."""

    def __init__(self, place: Place, programs: Programs, ministack: Ministack | None, name: str) -> None:
        """``ministack`` is None for parts in which AWS has no say."""
        self.place, self.programs, self._ministack, self.name = place, programs, ministack, name
        self.environment = self._environment()
        if ministack:
            self.queue_url = self.new_queue(name)
            self.environment |= {"AWS_ENDPOINT_URL_SQS": ministack.url, "NOTIFICATIONS_QUEUE_URL": self.queue_url}
        with Redis.from_url(place.redis_url) as redis:
            redis.flushdb()

    def _environment(self) -> dict[str, str]:
        """The portal's, with the one product that the benchmarks sell among its products."""
        environment = self.place.for_portal()
        products = self.place.folder / "products-of-the-benchmarks.toml"
        products.write_text((self.place.folder / "products.toml").read_text() + VAULT_AS_A_PRODUCT)
        # Mail is not measured, and nobody is there to receive any.
        return environment | {"PRODUCTS_FILE": str(products), "SMTP_URL": ""}

    @property
    def ministack(self) -> Ministack:
        assert self._ministack, "this stage was made without AWS"  # noqa: S101 - a mistake of a part's author
        return self._ministack

    def new_queue(self, name: str) -> str:
        """The URL of a new queue with a dead-letter queue behind it.

        Nobody who measures deliberately lets a message come twice, so messages stay with their receiver for long.
        """
        return self.ministack.create_queue(f"bench-{name}", visibility_seconds=300)

    @cached_property
    def database(self) -> psycopg.Connection:
        """A connection of our own, for looking and for filling; every statement is its own transaction."""
        return psycopg.connect(self.place.database_url, autocommit=True)

    @cached_property
    def app(self) -> Flask:
        """The portal in this process: for its models, and for the key that signs sessions."""
        return create_app(Settings.from_environment(self.environment | {"LOG_LEVEL": "WARNING"}))

    @cached_property
    def market(self) -> Market:
        """The sandbox, started the first time: it answers for AWS Marketplace."""
        command = sandbox_command(self.place)
        program = self.programs.start("sandbox", command, self.place.for_sandbox())
        program.wait_until(lambda: answers(f"{self.place.aws_url}/healthz"))
        return Market(self.place.aws_url)

    def worker(self) -> Program:
        """``python worker.py``: every role in a process of its own, and all of them ready."""
        _ = self.market  # whoever asks AWS needs somebody to answer
        program = self.programs.start("worker", python("worker.py"), self.environment)
        program.wait_until(lambda: self._roles_alive() >= ROLES)
        return program

    def _roles_alive(self) -> set[str]:
        with Redis.from_url(self.place.redis_url) as redis:
            return {key.decode().split(":")[2] for key in redis.scan_iter("portal:alive:*")}

    def web(self) -> Program:
        """The portal's pages under its WSGI server, ready."""
        program = self.programs.start("portal", portal_command(self.place), self.environment)
        program.wait_until(lambda: answers(f"{self.place.portal_url}/readyz"))
        return program


def family(program: Program) -> list[psutil.Process]:
    """A program and everything it started."""
    first = psutil.Process(program.process.pid)
    return [first, *first.children(recursive=True)]


@contextmanager
def held(program: Program) -> Iterator[None]:
    """Hold a program that is up and warm still, as by SIGSTOP, while its queue is being filled."""
    processes = family(program)
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(processes):
            process.resume()


def wait_for(condition: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Call ``condition`` until it is true, or until so many seconds have passed. Whether it became true."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        sleep(pause)
    return True
