"""``flask doctor`` on everything that ``make demo`` starts: all green, and red where something is broken."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from redis import Redis

from laptop import ports
from laptop.environment import ROOT, Place
from laptop.processes import Programs
from laptop.stack import python, start

Doctor = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str], redis_server: str
) -> Iterator[tuple[Place, Programs]]:
    """Sandbox, portal and worker, for this file alone."""
    folder: Path = tmp_path_factory.mktemp("demo")
    portal, sandbox, mail = ports.any_free(3)
    place = Place(folder, portal, sandbox, mail, new_database(), f"{redis_server}/13")
    with Programs(folder / "logs", ROOT) as programs:
        start(programs, place)
        yield place, programs


@pytest.fixture
def doctor(demo: tuple[Place, Programs]) -> Doctor:
    """Runs the command beside the demo; what it ended with, and the lines that are not right by their keys."""

    def run(*words: str, **changes: str) -> tuple[int, dict[str, Any]]:
        command = python("-m", "flask", "--app", "wsgi", "doctor", "--json", *words)
        result = subprocess.run(
            command, env=demo[0].for_portal() | changes, cwd=ROOT, capture_output=True, text=True, check=False
        )
        lines = json.loads(result.stdout)["lines"]
        assert len(lines) > 40
        return result.returncode, {line["key"]: line for line in lines if line["state"] != "ok"}

    return run


def test_everything_is_right(doctor: Doctor, until: Callable[..., None]):
    until(lambda: doctor("--strict") == (0, {}), 20)  # a consumer that has just begun has not heard from SQS yet


def test_each_part_that_is_broken_is_found(doctor: Doctor, demo: tuple[Place, Programs], tmp_path: Path):
    place, programs = demo
    addresses = {"endpoint_url": place.aws_url, "region_name": "us-east-1"}
    keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
    sqs, events = boto3.client("sqs", **addresses, **keys), boto3.client("events", **addresses, **keys)
    sqs.set_queue_attributes(QueueUrl=place.for_portal()["NOTIFICATIONS_QUEUE_URL"], Attributes={"Policy": ""})
    events.disable_rule(Name="marketplace-agreements")
    sqs.close()
    events.close()
    products = tmp_path / "products.toml"
    products.write_text('[[product]]\ncode = "5wrong"\ntitle = "Wrong"\nid = "prod-1"\n', encoding="utf-8")
    (worker,) = [program for program in programs.running if program.name == "worker"]
    worker.stop()
    programs.running.remove(worker)
    with Redis.from_url(place.redis_url) as redis:  # a sign of life lasts for a minute and a half
        redis.delete(*redis.scan_iter("portal:alive:*"))
    (mail,) = ports.any_free(1)

    code, lines = doctor(PRODUCTS_FILE=str(products), SMTP_URL=f"smtp://127.0.0.1:{mail}")
    wrong = {key for key, line in lines.items() if line["state"] == "wrong"}
    assert code == 1
    assert wrong == {
        *("notifications.senders", "notifications.rule", "products.5wrong", "mail.server"),
        *("worker.consumer", "worker.jobs", "worker.mail", "worker.clock"),
    }
    assert lines["products.5wrong"]["fix"].startswith("Copy the product code")
