"""An SQS that does not slow down as its queue deepens: ministack, from a wheel, for benchmarks and crash tests.

moto's SQS, which the sandbox brings, takes longer for each message the more of them wait. ministack is also a second
opinion on how we use SQS. It pins an older botocore than ours, so it lives in a virtual environment of its own.
"""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from laptop.environment import INHERITED, ROOT
from laptop.processes import Program, Programs, answers

REQUIREMENT = "ministack==1.5.33"
FOLDER = ROOT / ".venv-ministack"
CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}


@dataclass(frozen=True)
class Ministack:
    """A running ministack. The portal is pointed at it by ``AWS_ENDPOINT_URL_SQS``, which is ``url``."""

    program: Program
    url: str

    def sqs(self) -> Any:
        """A boto3 client of its SQS, whatever AWS settings this process has."""
        # Proxies are for the outside world, and a benchmark must not count what botocore tried again in silence.
        config = Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=30, max_pool_connections=20)
        return boto3.client("sqs", endpoint_url=self.url, config=config, **CREDENTIALS)

    def create_queue(self, name: str, *, receives: int = 5, visibility_seconds: int = 30) -> str:
        """A queue whose messages go to the queue ``<name>-dead`` after so many receipts in vain. Gives its URL.

        The defaults are those of the sandbox, and of SQS.
        """
        sqs = self.sqs()
        dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
        redrive = {"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": receives}
        created = sqs.create_queue(
            QueueName=name,
            Attributes={"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": str(visibility_seconds)},
        )
        return str(created["QueueUrl"])


def start(programs: Programs, port: int, state: Path | None = None) -> Ministack:
    """Start ministack on 127.0.0.1 and wait until it answers. Its environment is made first, where it is missing.

    With a folder ``state`` it keeps its queues there when it is asked to end, and has them again the next time;
    killed, or without such a folder, it forgets everything.

    Raises:
        DidNotStart: with what it said.
        subprocess.CalledProcessError: pip could not install it.
    """
    settings = {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",  # what it puts into the URLs of queues
        "GATEWAY_PORT": str(port),
        "SERVICES": "sqs,sns,events",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }
    if state:
        settings |= {"PERSIST_STATE": "1", "STATE_DIR": str(state)}
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    program = programs.start("ministack", [str(interpreter()), "-m", "ministack"], inherited | settings)
    url = f"http://127.0.0.1:{port}"
    program.wait_until(lambda: answers(f"{url}/_ministack/health"))
    return Ministack(program, url)


def interpreter() -> Path:
    """The Python that has ministack. Made and filled on the first call, which takes some seconds and the network."""
    python = FOLDER / "bin" / "python"
    installed = FOLDER / "installed"
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may begin at the same moment
        if not installed.exists() or installed.read_text() != REQUIREMENT:
            subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
            install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", REQUIREMENT]
            subprocess.run([python, *install], check=True)
            installed.write_text(REQUIREMENT)
    return python
