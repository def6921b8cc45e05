"""The sandbox under test, over HTTP, and boto3 as anybody has it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.server import Server, clients_of, take_all
from tests.sandbox_client import SandboxClient


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sandbox most tests share."""
    with Server(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A sandbox for one test alone, for those that kill it."""
    with Server(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def aws(server: Server) -> Callable[[str], Any]:
    """boto3 clients of the shared sandbox, by service name."""
    return clients_of(server)


@pytest.fixture
def shop(server: Server, aws: Callable[[str], Any]) -> SandboxClient:
    """The sandbox's buttons, with an empty queue, nothing sold and nothing broken."""
    tidy(server, aws)
    return server.client


def tidy(server: Server, aws: Callable[[str], Any]) -> None:
    shop = server.client
    shop.back_to_normal()
    for purchase in shop.call("GET", "/api/purchases"):
        if purchase["status"] == "ACTIVE":
            shop.cancel(purchase["agreement_id"])
    shop.call("DELETE", "/api/mail")
    take_all(aws, server.queue_url)  # AWS, and the sandbox with it, allows only one purge a minute


@pytest.fixture
def received(server: Server, aws: Callable[[str], Any]) -> Callable[[], list[str]]:
    """Takes everything out of the queue: the bodies, in order."""
    return lambda: take_all(aws, server.queue_url)
