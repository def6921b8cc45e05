"""Whoever a benchmark signs in is somebody to the portal: otherwise it would measure the way to the sign-in page."""

import pytest
from flask import Flask

from benchmarks.people import cookie, open_session
from portal.database import db, transaction
from tests.cast import Somebody
from tests.portal_client import PortalClient


@pytest.mark.parametrize(("key", "status"), [("the key", 200), ("another key", 302)])
def test_who_is_signed_in_for_measuring_sees_pages(app: Flask, alice: Somebody, key: str, status: int):
    with app.app_context(), transaction():
        db.session.add(open_session(alice.id, "the key"))
    name, _, value = cookie(app.config["SECRET_KEY"], key).partition("=")
    client = PortalClient(app)
    client.http.set_cookie(name, value, domain="127.0.0.1")
    assert client.get("/contracts").status == status
