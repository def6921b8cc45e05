"""A sandbox as its users have it: a process on a port, that can be started, ended and killed."""

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from laptop import ports
from tests.sandbox_client import SandboxClient

ROOT = Path(__file__).parents[2]
ACME, GLOBEX, INITECH = "444455556666", "777788889999", "012345678901"
ANALYTICS = "4tidemarkanalytics0000001"
ARCHIVE = "4tidemarkarchive000000002"
STREAMS = "4tidemarkstreams000000003"
ALERTS = "4tidemarkalerts0000000004"
RELAY = "4tidemarkrelay00000000006"


class Server:
    """One sandbox that can be started, ended and killed, and finds its state again."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        folder.mkdir(exist_ok=True)
        free, self.smtp_port = ports.any_free(2)
        self.port = port or free
        self.url = f"http://127.0.0.1:{self.port}"
        self.queue_url = f"{self.url}/123456789012/marketplace-notifications"
        self.client = SandboxClient(self.url)
        self.state = folder / "sandbox.db"
        self._log = folder / "sandbox.log"
        self._command = [
            *(sys.executable, "-m", "sandbox", "--port", str(self.port), "--smtp-port", str(self.smtp_port)),
            *("--state", str(self.state), *options),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=log, stderr=log)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(300):
            if self._process.poll() is not None:
                break
            try:
                opener.open(f"{self.url}/healthz", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the sandbox did not start:\n{self._log.read_text()}")

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        assert self._process
        self._process.send_signal(with_signal)
        return self._process.wait(timeout=10)

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self.end()

    def kill(self) -> None:
        self.end(signal.SIGKILL)


def clients_of(server: Server) -> Callable[[str], Any]:
    """boto3 clients that were told of the sandbox by AWS's own environment variables, and nothing else."""
    services = ("meteringmarketplace", "marketplace-entitlement", "marketplace-agreement", "sqs", "sns", "events")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", server.url)
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_ACCESS_KEY_ID", "sandbox")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
        environment.delenv("AWS_PROFILE", raising=False)
        session = boto3.session.Session()
        return {service: session.client(service) for service in services}.__getitem__


def take_all(aws: Callable[[str], Any], queue_url: str) -> list[str]:
    sqs = aws("sqs")
    bodies = []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies
