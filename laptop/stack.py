"""Sandbox, database, portal and worker, started in the order they need each other."""

import sys
from collections.abc import Callable
from pathlib import Path

from laptop.environment import Place
from laptop.processes import Programs, answers


def silence(step: str) -> None:
    """Tell nobody what is being started."""


def start(programs: Programs, place: Place, tell: Callable[[str], None] = silence) -> None:
    """Start everything at ``place`` but Valkey, and wait until a browser can be let in.

    Raises:
        DidNotStart: with the end of the log of the program that did not.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    portal_settings = place.for_portal()

    tell("Bringing the database up to date")
    programs.run("migration", python("-m", "flask", "--app", "wsgi", "db", "upgrade"), portal_settings)

    tell("Starting the sandbox")
    sandbox = programs.start("sandbox", sandbox_command(place), place.for_sandbox())
    sandbox.wait_until(lambda: answers(f"{place.aws_url}/healthz"))

    tell("Starting the portal")
    portal = programs.start("portal", portal_command(place), portal_settings)
    portal.wait_until(lambda: answers(f"{place.portal_url}/readyz"))

    tell("Starting the worker")
    programs.start("worker", python("worker.py"), portal_settings)


def sandbox_command(place: Place) -> list[str]:
    """The sandbox, posting its buyers to this place's portal."""
    return python(
        *("-m", "sandbox"),
        *("--port", str(place.sandbox_port)),
        *("--smtp-port", str(place.mail_port)),
        *("--state", str(place.folder / "sandbox.db")),
        *("--fulfillment-url", place.landing_url),
    )


def portal_command(place: Place) -> list[str]:
    """The portal under granian, as in production but for the number of processes."""
    return python(
        *("-m", "granian", "wsgi:app", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(place.portal_port)),
        *("--workers", "2", "--blocking-threads", "4"),
        "--access-log",
    )


def python(*arguments: str | Path) -> list[str]:
    """A command for the interpreter we run under, which has the packages."""
    return [sys.executable, *map(str, arguments)]
