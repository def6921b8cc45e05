"""The whole way with a provider that a package brings: discovery, its own sign-in form, code, token, keys."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import oidc_provider_mock
import pytest
from flask import Flask

from tests.portal_client import Page, PortalClient

SUBJECT = "carol"


@pytest.fixture
def issuer() -> Iterator[str]:
    claims = {"email": "carol@customer.example", "email_verified": True, "name": "Carol"}
    user = oidc_provider_mock.User(sub=SUBJECT, claims=claims)
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=[user]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def buyer(make_app: Callable[..., Flask], issuer: str, app: Flask) -> PortalClient:
    settings = {"ISSUER": issuer, "CLIENT_ID": "portal", "CLIENT_SECRET": "secret", "NAME": "Customer Login"}
    variables = {f"OIDC_CORP_{name}": value for name, value in settings.items()}
    return PortalClient(make_app(OIDC_PROVIDERS="corp", **variables))


def sign_in_there(buyer: PortalClient, **answer: str) -> Page:
    """Out of the portal, through the provider's own form, and back."""
    there = buyer.get("/signin/with/corp").headers["Location"]
    back = httpx.post(there, data=answer or {"sub": SUBJECT})
    assert back.status_code == 302, back.text
    where = urlsplit(back.headers["Location"])
    return buyer.get(f"{where.path}?{where.query}")


def test_whoever_signs_in_there_is_known_here(buyer: PortalClient):
    page = buyer.follow(sign_in_there(buyer))
    assert (page.heading, "carol@customer.example" in page.text) == ("One more step", True)


def test_and_is_in_when_they_come_again(buyer: PortalClient):
    form = buyer.follow(sign_in_there(buyer)).form("/signin/joining/new")
    buyer.send(form, organization="Initech", accept_terms="y")
    buyer.press("/profile", "/signout")
    assert sign_in_there(buyer).location == "/contracts"


def test_whoever_says_no_there_is_told_that_nothing_changed(buyer: PortalClient):
    page = buyer.follow(sign_in_there(buyer, action="deny"))
    assert "You did not sign in with Customer Login" in page.text
