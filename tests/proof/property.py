"""Running the property test: a number of examples, in the suite or for as long as one likes."""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import hypothesis
from flask import Flask
from hypothesis.stateful import run_state_machine_as_test

from laptop import ports
from laptop.environment import ROOT, Place
from laptop.processes import Programs, answers
from laptop.stack import sandbox_command
from portal import create_app
from portal.config import Settings
from portal.database import db
from portal.marketplace.queue import NotificationQueue
from tests.proof.house import House
from tests.proof.machine import Life
from tests.sandbox_client import SandboxClient


def live(app: Flask, sandbox: SandboxClient, queue_url: str, *, examples: int, steps: int, seed: int | None) -> int:
    """Try so many examples of at most so many steps; the same ones each time unless there is a seed.

    Returns:
        How many purchases that somebody arrived for were judged.

    Raises:
        Wrong, or whatever went wrong: its notes tell the steps that lead there.
    """

    class Lived(Life):
        house = House(app, sandbox)
        take = staticmethod(_everything_in(NotificationQueue(queue_url)))
        judged = 0

    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=seed is None,
        database=None,
        # Without shrinking: an example takes a second, and a failing one is short enough to read.
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(Lived if seed is None else hypothesis.seed(seed)(Lived), settings=settings)
    return Lived.judged


def _everything_in(queue: NotificationQueue) -> Callable[[], list[str]]:
    def take() -> list[str]:
        bodies: list[str] = []
        while deliveries := queue.receive(wait_seconds=0):
            assert queue.delete(deliveries) == []
            bodies += [delivery.body for delivery in deliveries]
        return bodies

    return take


@contextmanager
def ground(folder: Path, database_url: str) -> Iterator[tuple[Flask, SandboxClient, str]]:
    """A portal in this process with a sandbox beside it, and the URL of the queue between them."""
    portal, sandbox, mail = ports.any_free(3)
    place = Place(folder, portal, sandbox, mail, database_url, "redis://127.0.0.1:1/0")  # no job is left for anybody
    environment = place.for_portal()
    os.environ.update({name: value for name, value in environment.items() if name.startswith("AWS_")})
    with Programs(folder / "logs", ROOT) as programs:
        program = programs.start("sandbox", sandbox_command(place), place.for_sandbox())
        program.wait_until(lambda: answers(f"{place.aws_url}/healthz"))
        app = create_app(Settings.from_environment(environment))
        with app.app_context():
            flask_migrate.upgrade()
            yield app, SandboxClient(place.aws_url), environment["NOTIFICATIONS_QUEUE_URL"]
            db.session.remove()
            db.engine.dispose()


def in_words(error: Exception) -> str:
    """What was wrong, and the steps that lead there."""
    return "".join(traceback.format_exception_only(error))
