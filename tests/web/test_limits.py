"""One address may ask only so often, also while Redis is away."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.web import limits
from tests.portal_client import LANDING, PortalClient

ARRIVALS = 60


@pytest.fixture
def limited(make_app: Callable[..., Flask], app: Flask) -> Flask:
    return make_app(RATE_LIMITS="true")


@pytest.fixture
def without_redis(make_app: Callable[..., Flask], app: Flask) -> Flask:
    return make_app(RATE_LIMITS="true", REDIS_URL="redis://127.0.0.1:1/0")


def arrive(app: Flask, times: int, address: str = "198.51.100.7") -> list[TestResponse]:
    client = app.test_client()
    return [client.post(LANDING, environ_base={"REMOTE_ADDR": address}) for _ in range(times)]


def test_more_than_that_is_refused_with_when_to_come_back(limited: Flask):
    *before, last = arrive(limited, ARRIVALS + 1)
    assert {answer.status_code for answer in before} == {400}  # there was no token
    assert (last.status_code, int(last.headers.get("Retry-After", 99)) <= 60) == (429, True)
    assert "too many tries" in last.text


def test_another_address_is_not_refused_for_it(limited: Flask):
    arrive(limited, ARRIVALS + 1)
    (other,) = arrive(limited, 1, "198.51.100.8")
    assert other.status_code == 400


def test_addresses_of_one_network_count_together(limited: Flask):
    for host in range(ARRIVALS):
        arrive(limited, 1, f"2001:db8:1:1::{host:x}")
    (last,) = arrive(limited, 1, "2001:db8:1:1:ffff::1")
    assert last.status_code == 429


def test_without_redis_nobody_is_shut_out(without_redis: Flask):
    assert {answer.status_code for answer in arrive(without_redis, 3)} == {400}


def test_without_redis_it_is_counted_all_the_same(without_redis: Flask):
    assert arrive(without_redis, ARRIVALS + 1)[-1].status_code == 429


def test_looking_is_not_counted(limited: Flask):
    client = limited.test_client()
    assert {client.get("/signin").status_code for _ in range(250)} == {200}


def test_whatever_changes_something_is_counted(limited: Flask):
    client = limited.test_client()
    assert [client.post("/signout").status_code for _ in range(241)][-1] == 429


def test_on_a_laptop_nothing_is_counted(client: PortalClient):
    assert {client.post(LANDING).status for _ in range(ARRIVALS + 5)} == {400}


def test_each_limit_is_for_a_view_that_there_is(app: Flask):
    assert set(limits.LIMITS) - set(app.view_functions) == set()
