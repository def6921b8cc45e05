"""Fixtures that are real programs: databases, Valkey, the sandbox, and the whole stack of the browser stories.

Each starts once per run, when the first test asks for it, and is told apart from the others by what it keeps:
every database is a new one, so a server that is in use elsewhere may be named in ``DATABASE_URL``. Of a server named in
``REDIS_URL`` the databases 14 and 15 are emptied.

Where tests run side by side (``make test``), each of pytest's processes has its own of everything, but for PostgreSQL:
there it has its own databases. A Redis that is given is then nobody's: it could not be emptied for one of them alone.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from laptop import ports, postgres, valkey
from laptop.environment import ROOT, Place
from laptop.processes import Program, Programs, answers
from laptop.stack import sandbox_command, start
from tests.sandbox_client import SandboxClient


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """One private PostgreSQL for all processes, which find it in their environment as if it had been given."""
    if _wants_a_private_server():
        until_the_end = ExitStack()
        os.environ["DATABASE_URL"] = until_the_end.enter_context(postgres.running())
        config.add_cleanup(until_the_end.close)


def _given_server() -> str | None:
    given = os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else None


def _wants_a_private_server() -> bool:
    return os.environ.get("TEST_DATABASE") == "postgresql" and not _given_server()


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes an empty database and gives its URL: SQLite, unless ``DATABASE_URL`` names a PostgreSQL server to make
    it on, or ``TEST_DATABASE=postgresql`` asks for a private one."""
    if server := _given_server():
        with _databases_on(server) as create:
            yield create
    elif _wants_a_private_server():
        with postgres.running() as private, _databases_on(private) as create:
            yield create
    else:
        yield lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'portal.db'}"


@contextmanager
def _databases_on(server: str) -> Iterator[Callable[[], str]]:
    """Databases on a PostgreSQL server, dropped at the end. ``server`` is the URL of one where we may create them."""
    address = "postgresql://" + server.partition("://")[2]
    created: list[str] = []

    def create() -> str:
        name = f"portal_test_{secrets.token_hex(6)}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        created.append(name)
        return urlsplit(address)._replace(path=f"/{name}").geturl()

    yield create
    with psycopg.connect(address, autocommit=True) as connection:
        for name in created:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def database_url(new_database: Callable[[], str]) -> str:
    """The database of the portal in this process. It is empty: whoever asks first makes the tables."""
    return new_database()


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """The programs of this run; all have ended when the run has."""
    with Programs(tmp_path_factory.mktemp("logs"), ROOT) as programs:
        yield programs


@pytest.fixture(scope="session")
def redis_server(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a Valkey, without a database number; ``REDIS_URL`` names another server."""
    given = os.environ.get("REDIS_URL")
    if given and "PYTEST_XDIST_WORKER" not in os.environ:
        return urlsplit(given)._replace(path="").geturl()
    (port,) = ports.any_free(1)
    valkey.start(programs, tmp_path_factory.mktemp("valkey"), port)
    return f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def redis_url(redis_server: str) -> str:
    """The Redis database of the portal in this process. The stack's worker looks at another."""
    return f"{redis_server}/14"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Place:
    """Where the portal in this process and its sandbox live; ``place.for_portal()`` is the portal's environment."""
    return _place(tmp_path_factory.mktemp("place"), database_url, redis_url)


def _place(folder: Path, database_url: str, redis_url: str) -> Place:
    portal, sandbox, mail = ports.any_free(3)
    return Place(folder, portal, sandbox, mail, database_url, redis_url)


@pytest.fixture(scope="session")
def sandbox_program(programs: Programs, place: Place) -> Program:
    program = programs.start("sandbox", sandbox_command(place), place.for_sandbox())
    program.wait_until(lambda: answers(f"{place.aws_url}/healthz"))
    return program


@pytest.fixture
def sandbox(sandbox_program: Program, place: Place) -> Iterator[SandboxClient]:
    """A real sandbox for the portal in this process. What a test breaks in it is mended afterwards."""
    client = SandboxClient(place.aws_url)
    with _mended_afterwards(client):
        yield client


@dataclass(frozen=True)
class Stack:
    """Sandbox, portal, worker, Valkey and database, all running."""

    place: Place
    programs: Programs
    sandbox: SandboxClient

    @property
    def portal_url(self) -> str:
        return self.place.portal_url

    @property
    def sandbox_url(self) -> str:
        return self.place.sandbox_url


@pytest.fixture(scope="session")
def running_stack(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str], redis_server: str
) -> Iterator[Stack]:
    place = _place(tmp_path_factory.mktemp("stack"), new_database(), f"{redis_server}/15")
    with Programs(place.folder / "logs", ROOT) as programs:
        start(programs, place)
        yield Stack(place, programs, SandboxClient(place.aws_url))


@pytest.fixture
def stack(running_stack: Stack) -> Iterator[Stack]:
    """Everything a story needs, running. What a story breaks in the sandbox is mended afterwards."""
    with _mended_afterwards(running_stack.sandbox):
        yield running_stack


@contextmanager
def _mended_afterwards(client: SandboxClient) -> Iterator[None]:
    usual = client.call("GET", "/api/settings")
    yield
    client.work_again()
    client.settings(**usual)
