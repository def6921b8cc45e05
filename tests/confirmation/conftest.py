"""Stages: sandbox, portal and worker, each with something broken on purpose or not; and evidence to be judged."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from laptop import ports
from laptop.environment import ROOT, Place
from laptop.processes import Programs, answers
from laptop.stack import portal_command, python, sandbox_command
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after the run began."""
    return NOON + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Confirmed:
    """What ``flask confirm --json`` came to."""

    status: int
    reports: list[dict[str, Any]]
    said: str

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        """Each step of the first report by its id."""
        return {step["id"]: step for one in self.reports[0]["checklists"] for step in one["steps"]}

    def mark(self, step: str) -> str:
        return str(self.steps[step]["mark"])

    def suspects(self, step: str) -> str:
        return " ".join(self.steps[step]["suspects"])


@dataclass(frozen=True)
class Stage:
    """A place where everything that was asked for runs."""

    place: Place
    environment: dict[str, str]

    @property
    def sandbox(self) -> SandboxClient:
        return SandboxClient(self.place.aws_url)

    def confirm(self, *words: str) -> Confirmed:
        """Run ``flask confirm --sandbox --json`` as somebody at a terminal does."""
        done = self.flask("confirm", "--sandbox", "--json", *words)
        answer = json.loads(done.stdout) if done.stdout.strip() else {"reports": []}
        return Confirmed(done.returncode, answer["reports"], done.stderr)

    def flask(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = python("-m", "flask", "--app", "wsgi", *words)
        return subprocess.run(
            command, env=self.environment, cwd=ROOT, text=True, capture_output=True, timeout=240, check=False
        )


@pytest.fixture(scope="session")
def new_stage(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str], redis_server: str
) -> Callable[..., Any]:
    """Starts a stage; ``portal`` is the application to serve, ``products`` rewrites the products file."""

    @contextmanager
    def start(
        *, portal: str = "wsgi:app", worker: bool = True, products: Callable[[str], str] = str
    ) -> Iterator[Stage]:
        portal_port, sandbox_port, mail_port = ports.any_free(3)
        folder: Path = tmp_path_factory.mktemp("stage")
        redis_url = f"{redis_server}/13"
        with Redis.from_url(redis_url) as redis:
            redis.flushdb()
        place = Place(folder, portal_port, sandbox_port, mail_port, new_database(), redis_url)
        environment = place.for_portal()
        file = folder / "products-here.toml"
        file.write_text(products(Path(environment["PRODUCTS_FILE"]).read_text(encoding="utf-8")), encoding="utf-8")
        environment |= {"PRODUCTS_FILE": str(file)}
        with Programs(folder / "logs", ROOT) as programs:
            programs.run("migration", python("-m", "flask", "--app", "wsgi", "db", "upgrade"), environment)
            sandbox = programs.start("sandbox", sandbox_command(place), place.for_sandbox())
            serving = [portal if word == "wsgi:app" else word for word in portal_command(place)]
            web = programs.start("portal", serving, environment)
            if worker:
                programs.start("worker", python("worker.py"), environment)
            sandbox.wait_until(lambda: answers(f"{place.aws_url}/healthz"))
            web.wait_until(lambda: answers(f"{place.portal_url}/readyz"))
            yield Stage(place, environment)

    return start


@pytest.fixture(scope="module")
def whole_stage(new_stage: Callable[..., Any]) -> Iterator[Stage]:
    """A stage where nothing is broken."""
    with new_stage() as stage:
        yield stage
