"""For load balancers."""

from collections.abc import Callable

from flask import Flask

from portal.database import db
from tests.portal_client import PortalClient


def test_a_living_process_says_so(client: PortalClient):
    assert client.get("/healthz").status == 200


def test_being_alive_needs_no_database(make_app: Callable[..., Flask]):
    app = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")
    assert PortalClient(app).get("/healthz").status == 200


def test_a_portal_with_database_and_redis_is_ready(client: PortalClient):
    page = client.get("/readyz")
    assert (page.status, page.response.json) == (200, {"status": "ready", "database": True, "redis": True})


def test_without_redis_it_is_ready_all_the_same(make_app: Callable[..., Flask]):
    page = PortalClient(make_app(REDIS_URL="redis://127.0.0.1:9/0")).get("/readyz")
    assert (page.status, page.response.json["redis"]) == (200, False)


def test_without_its_database_it_is_not_ready(make_app: Callable[..., Flask]):
    page = PortalClient(make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")).get("/readyz")
    assert (page.status, page.response.json["database"]) == (503, False)


def test_an_aws_that_does_not_answer_is_told(client: PortalClient, app: Flask):
    app.extensions["marketplace"].budget.refused("GetEntitlements: ThrottlingException")
    page = client.get("/readyz")
    assert (page.status, set(page.response.json["aws"])) == (200, {"away_since", "asked_again_at"})


def test_and_no_more_once_it_answers(client: PortalClient, app: Flask):
    app.extensions["marketplace"].budget.refused("GetEntitlements: ThrottlingException")
    app.extensions["marketplace"].budget.answered()
    assert "aws" not in client.get("/readyz").response.json


def test_asking_leaves_no_connection_behind(client: PortalClient, app: Flask):
    client.get("/readyz")
    with app.app_context():
        assert db.engine.pool.checkedout() == 0
