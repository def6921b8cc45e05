"""The bench: the servers all parts share, and fresh installations of the portal on them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from rich.progress import Progress, TaskID

from benchmarks.stage import Stage
from laptop import ministack, ports, valkey
from laptop.environment import ROOT, Place
from laptop.ministack import Ministack
from laptop.processes import Programs
from laptop.stack import python

TEMPLATE = "portal_template"


@dataclass
class Bench:
    """What a part measures on.

    ``postgres`` is the URL of a database on the server where databases may be made; ``progress`` shows a person how
    far things are.
    """

    quick: bool
    folder: Path
    programs: Programs
    postgres: str
    progress: Progress
    _made: set[str] = field(default_factory=set)

    def sized(self, full: int, quick: int) -> int:
        """How many of something: ``quick`` only shows that everything works."""
        return quick if self.quick else full

    @contextmanager
    def step(self, what: str, total: int | None = None) -> Iterator[Step]:
        """Show that something is being done, with a bar when it is known how much of it there is."""
        task = self.progress.add_task(what, total=total)
        try:
            yield Step(self.progress, task)
        finally:
            self.progress.remove_task(task)

    @cached_property
    def redis_url(self) -> str:
        """A Valkey of our own, started when the first part needs it."""
        (port,) = ports.any_free(1)
        valkey.start(self.programs, self.folder / "valkey", port)
        return f"redis://127.0.0.1:{port}/0"

    @cached_property
    def ministack(self) -> Ministack:
        """An SQS of our own, started when the first part needs it."""
        with self.step("Starting ministack (the first time it is installed)"):
            (port,) = ports.any_free(1)
            return ministack.start(self.programs, port)

    @contextmanager
    def stage(self, *, aws: bool = True) -> Iterator[Stage]:
        """A fresh installation: an empty database, an empty job queue and, with ``aws``, a sandbox and a queue.

        Nothing of the portal runs yet. What is started on it ends with it.
        """
        name = secrets.token_hex(4)
        folder = self.folder / name
        portal, sandbox, mail = ports.any_free(3)
        place = Place(folder, portal, sandbox, mail, self._database(name), self.redis_url)
        folder.mkdir()
        with Programs(folder / "logs", ROOT) as programs:
            yield Stage(place, programs, self.ministack if aws else None, name)

    def _database(self, name: str) -> str:
        """The URL of a new database with the portal's tables, a copy of one that the migrations made."""
        if TEMPLATE not in self._made:
            self._create(TEMPLATE)
            with self.step("Making the tables"):
                place = Place(self.folder, 0, 0, 0, self._url(TEMPLATE), self.redis_url)
                upgrade = python("-m", "flask", "--app", "wsgi", "db", "upgrade")
                self.programs.run("migration", upgrade, place.for_portal())
        return self._create(f"portal_{name}", TEMPLATE)

    def _create(self, name: str, template: str = "template1") -> str:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(statement)
        self._made.add(name)
        return self._url(name)

    def _url(self, name: str) -> str:
        return urlsplit(self.postgres)._replace(path=f"/{name}").geturl()


@dataclass(frozen=True)
class Step:
    """One line of the progress that a person sees."""

    progress: Progress
    task: TaskID

    def advance(self, by: int = 1) -> None:
        self.progress.advance(self.task, by)

    def tell(self, what: str, total: int) -> None:
        """Go on with something else on the same line."""
        self.progress.reset(self.task, description=what, total=total)

    def to(self, completed: int) -> None:
        self.progress.update(self.task, completed=completed)
