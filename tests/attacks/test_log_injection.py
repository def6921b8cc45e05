"""What somebody sends comes into the log as a word in a line of ours, and no secret comes there at all."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal import logs
from portal.web.security import SECRET_ADDRESSES
from tests.blueprints.oidc.conftest import buyer, come_back, go, portal, provider, settings
from tests.portal_client import LANDING, TOKEN_FIELD, Page, PortalClient
from tests.sandbox_client import SandboxClient

__all__ = ["buyer", "come_back", "go", "portal", "provider", "settings"]
FORGED = "2026-01-01T00:00:00Z ERROR portal: forged"
SIGNS = ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b"]
SECRET = "s3cret-S3CRET_s3cret-S3CRET_s3cret-S3CRET_0"


@pytest.fixture(params=[logs.TEXT, logs.JSON])
def log(request: pytest.FixtureRequest, app: Flask) -> Iterator[Callable[[], list[str]]]:
    """The lines that the portal's own log would have by now, however chatty it is."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(request.param))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: stream.getvalue().splitlines()
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def breaks(migrated_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours, whose text quotes what was sent."""

    def broken() -> str:
        from flask import request  # noqa: PLC0415

        raise ValueError(f"cannot read {request.args['q']}")

    monkeypatch.setitem(migrated_app.view_functions, "site.terms", broken)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_fault_that_quotes_it_begins_no_line(
    client: PortalClient, breaks: None, log: Callable[[], list[str]], sign: str
):
    assert client.get("/terms", query_string={"q": f"x{sign}{FORGED}"}).status == 500
    assert any("forged" in line for line in log())
    assert [line for line in log() if line.startswith((FORGED[:20], "ERROR"))] == []


@pytest.mark.parametrize("sign", SIGNS)
def test_nor_does_what_is_said_to_come_from_a_provider(
    buyer: PortalClient, come_back: Callable[..., Page], log: Callable[[], list[str]], sign: str
):
    come_back(buyer, error=f"x{sign}{FORGED}", code="")
    assert any("Nobody came in" in line for line in log())
    assert [line for line in log() if line.startswith(FORGED[:20])] == []


def test_a_fault_that_quotes_a_secret_address_hides_it(
    client: PortalClient, breaks: None, log: Callable[[], list[str]], app: Flask
):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in SECRET_ADDRESSES | {"shared.show"} and rule.arguments:
                built = rule.build(dict.fromkeys(rule.arguments, SECRET))
                assert built is not None
                client.get("/terms", query_string={"q": built[1]})
    assert ([line for line in log() if SECRET in line], any("cannot read" in line for line in log())) == ([], True)


def test_a_refused_token_is_in_no_line(sandbox: SandboxClient, client: PortalClient, log: Callable[[], list[str]]):
    client.post_from_aws({TOKEN_FIELD: SECRET})
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    client.post_from_aws({TOKEN_FIELD: SECRET})
    client.get(LANDING, query_string={TOKEN_FIELD: SECRET})
    assert [line for line in log() if SECRET in line] == []
