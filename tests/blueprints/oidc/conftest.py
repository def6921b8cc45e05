"""A portal that knows an identity provider, and ways to come back from there."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from tests.portal_client import Page, PortalClient


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running() as one:
        yield one


@pytest.fixture
def settings(provider: IdentityProvider) -> dict[str, str]:
    """The variables that name it."""
    return {
        "OIDC_PROVIDERS": "corp",
        "OIDC_CORP_NAME": "Customer Login",
        "OIDC_CORP_ISSUER": provider.url,
        "OIDC_CORP_CLIENT_ID": CLIENT_ID,
        "OIDC_CORP_CLIENT_SECRET": CLIENT_SECRET,
    }


@pytest.fixture
def portal(make_app: Callable[..., Flask], settings: dict[str, str], app: Flask) -> Flask:
    """The portal, with the provider among its settings."""
    return make_app(**settings)


@pytest.fixture
def buyer(portal: Flask) -> PortalClient:
    return PortalClient(portal)


@pytest.fixture
def go(provider: IdentityProvider) -> Callable[..., dict[str, str]]:
    """To the provider: what the browser asks it for."""

    def set_out(buyer: PortalClient, path: str = "/signin/with/corp") -> dict[str, str]:
        there = buyer.get(path)
        assert there.status == 302, there.text
        return dict(parse_qsl(urlsplit(there.headers["Location"]).query))

    return set_out


@pytest.fixture
def come_back(provider: IdentityProvider, go: Callable[..., dict[str, str]]) -> Callable[..., Page]:
    """There and back again; `asked` are the parameters of a trip that was begun already."""

    def return_(buyer: PortalClient, path: str = "/signin/with/corp", **changes: str) -> Page:
        asked = go(buyer, path)
        answer = {"state": asked["state"], "code": provider.code_for(asked)} | changes
        return buyer.get("/signin/with/corp/callback", query_string=answer)

    return return_
