"""Whether an answer gives the token away, however it is wrapped."""

import base64
import json
import zlib
from urllib.parse import quote

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from portal.confirmation.leaks import LOCATION, cookies_set, leaks

TOKEN = "a+token/of:AWS==" + "x" * 40


def in_a_flask_session(more: str = "") -> str:
    app = Flask(__name__)
    app.secret_key = "k"
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps({"token": TOKEN, "more": more}))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(TOKEN, id="plainly"),
        pytest.param(quote(TOKEN, safe=""), id="quoted"),
        pytest.param(f'"{TOKEN}"', id="in quotes"),
        pytest.param(base64.urlsafe_b64encode(json.dumps({"t": TOKEN}).encode()).decode(), id="in base64"),
        pytest.param(base64.b64encode(zlib.compress(TOKEN.encode())).decode(), id="compressed"),
        pytest.param(in_a_flask_session(), id="in a session"),
        pytest.param(in_a_flask_session("long " * 200), id="in a session that is compressed"),
    ],
)
def test_a_token_in_a_cookie_is_found(value: str):
    assert leaks(TOKEN, {"harmless": "1", "kept": value}, "/marketplace/landing") == ["kept"]


def test_a_token_in_the_address_is_found():
    assert leaks(TOKEN, {}, f"/welcome?token={quote(TOKEN, safe='')}") == [LOCATION]


@pytest.mark.parametrize("value", ["", "arrival-secret", "%%%", "....", base64.b64encode(b"something else").decode()])
def test_anything_else_is_none(value: str):
    assert leaks(TOKEN, {"arrival": value}, "/marketplace/landing") == []


def test_cookies_are_read_from_their_headers():
    headers = ["arrival=abc; HttpOnly; Path=/; SameSite=Lax", "odd name=x; Path=/"]
    assert cookies_set(headers)["arrival"] == "abc"
