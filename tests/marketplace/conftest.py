"""An AWS that answers whatever a test wants: for what the sandbox would not say on request."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from portal.marketplace.agreements import Agreements
from portal.marketplace.client import Marketplace


@dataclass
class Aws:
    """What it will answer, in order (the last answer again and again), and what it was asked."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, body: dict[str, Any] | bytes, status: int = 200) -> None:
        self.answers.append((status, body if isinstance(body, bytes) else json.dumps(body).encode()))

    def refuse(self, code: str, status: int = 400, message: str = "no") -> None:
        self.answer({"__type": code, "message": message}, status)

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(scope="session")
def odd_aws() -> Iterator[Aws]:
    aws = Aws()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            aws.questions.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = aws.next_answer()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        aws.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield aws
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def client_at(aws_environment: dict[str, str]) -> Callable[[str], Marketplace]:
    """Makes a client for the AWS at some address."""

    def make(url: str) -> Marketplace:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", url)
            return Marketplace()

    return make


@pytest.fixture(scope="session")
def _odd_client(odd_aws: Aws, client_at: Callable[[str], Marketplace]) -> Marketplace:
    return client_at(odd_aws.url)


@pytest.fixture
def aws(odd_aws: Aws) -> Aws:
    """The AWS that says whatever it is told to."""
    odd_aws.answers.clear()
    odd_aws.questions.clear()
    return odd_aws


@pytest.fixture
def marketplace(aws: Aws, _odd_client: Marketplace) -> Marketplace:
    """The portal's client, asking that AWS."""
    return _odd_client


@pytest.fixture(scope="session")
def _sandbox_client(aws_environment: dict[str, str]) -> Marketplace:
    return Marketplace()


@pytest.fixture
def at_sandbox(sandbox: object, _sandbox_client: Marketplace) -> Marketplace:
    """The portal's client, asking the sandbox."""
    return _sandbox_client


@pytest.fixture(scope="session")
def _odd_agreements(odd_aws: Aws, aws_environment: dict[str, str]) -> Agreements:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", odd_aws.url)
        agreements = Agreements()
        assert agreements._api  # made now, while the address is that one
        return agreements


@pytest.fixture
def agreements(aws: Aws, _odd_agreements: Agreements) -> Agreements:
    """The portal's way to the Agreement API of that AWS."""
    return _odd_agreements


@pytest.fixture(scope="session")
def _sandbox_agreements(aws_environment: dict[str, str]) -> Agreements:
    return Agreements()


@pytest.fixture
def agreements_at_sandbox(sandbox: object, _sandbox_agreements: Agreements) -> Agreements:
    """The portal's way to the sandbox's Agreement API."""
    return _sandbox_agreements
