"""The portal's key can be changed, and nobody is signed out for it."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.sealing import Seal
from tests.cast import PASSWORD, Somebody
from tests.portal_client import PortalClient

NEW = "a-new-key-that-is-long-enough-to-be-one-000"


@pytest.fixture
def rotated(make_app: Callable[..., Flask], app: Flask) -> Flask:
    return make_app(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=app.config["SECRET_KEY"])


def moved(client: PortalClient, to: Flask) -> PortalClient:
    """The same browser, with all its cookies, before a portal with another key."""
    other = PortalClient(to)
    other.http._cookies = client.http._cookies
    return other


def test_who_is_signed_in_stays_so(client: PortalClient, alice: Somebody, rotated: Flask):
    assert moved(client.sign_in_as(alice), rotated).get("/contracts").status == 200


def test_without_the_earlier_key_they_do_not(client: PortalClient, alice: Somebody, make_app: Callable[..., Flask]):
    assert moved(client.sign_in_as(alice), make_app(SECRET_KEY=NEW)).get("/contracts").location.startswith("/signin")


def test_a_form_drawn_before_may_be_sent_after(client: PortalClient, alice: Somebody, rotated: Flask):
    form = client.get("/signin").form("/signin")
    typed = form.fields | {"email": alice.email, "password": PASSWORD}
    assert moved(client, rotated).post("/signin", typed).location == "/contracts"


def test_what_was_sealed_before_opens_after():
    assert Seal(NEW, fallbacks=["an earlier key"]).open(Seal("an earlier key").close("kept")) == "kept"


def test_what_is_sealed_after_needs_the_new_key():
    assert Seal("an earlier key").open(Seal(NEW, fallbacks=["an earlier key"]).close("kept")) is None
