"""The portal answers by its own names only."""

from collections.abc import Callable

import pytest
from flask import Flask


@pytest.fixture
def public(make_app: Callable[..., Flask], app: Flask) -> Flask:
    public_names = {"PORTAL_URL": "https://portal.example", "TRUSTED_HOSTS": "old.example, other.example"}
    return make_app(HTTPS="true", AWS_ENDPOINT_URL=None, **public_names)


def status(app: Flask, host: str, path: str = "/") -> int:
    return app.test_client().get(path, base_url="https://portal.example", headers={"Host": host}).status_code


@pytest.mark.parametrize("host", ["portal.example", "portal.example:443", "PORTAL.example", "old.example"])
def test_its_own_names_are_answered(public: Flask, host: str):
    assert status(public, host.lower()) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "portal.example.evil.example",
        "x.portal.example",
        "127.0.0.1",
        "localhost",
        "",
        "a b",
        "portal.example@evil.example",
    ],
)
def test_another_name_is_not(public: Flask, host: str):
    assert status(public, host) == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_may_ask_by_number_whether_it_is_well(public: Flask, path: str):
    assert status(public, "10.0.0.7:8000", path) == 200


def test_a_forwarded_name_without_a_trusted_proxy_changes_nothing(public: Flask):
    headers = {"X-Forwarded-Host": "evil.example", "Host": "portal.example"}
    answer = public.test_client().get("/contracts", base_url="https://portal.example", headers=headers)
    assert answer.headers["Location"].startswith("/signin")


def test_a_forwarded_name_by_a_trusted_proxy_is_looked_at(make_app: Callable[..., Flask], app: Flask):
    behind = make_app(TRUSTED_PROXIES="1")
    assert behind.test_client().get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost"])
def test_on_a_laptop_both_names_of_the_machine_are_its_own(app: Flask, host: str):
    assert app.test_client().get("/", headers={"Host": host}).status_code == 200
