"""The browser without a screen: what it reads, which cookies it sends, and where it refuses to shop."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from flask import Flask

from portal.config import Settings
from portal.confirmation.unattended import place as places
from portal.confirmation.unattended.browser import Browser, NoAnswer
from portal.confirmation.unattended.place import NotASandbox, listings, sandbox_address
from portal.confirmation.unattended.reading import NotOnThePage, Page
from portal.products import Product, Products
from tests.cast import ALERTS, ANALYTICS, ARCHIVE
from tests.sandbox_client import SandboxClient

HTML = """<h1>Your <em>order</em></h1><a href="/next?x=1">Go <b>on</b></a>
<form method="post" action="/buy"><input type="hidden" name="token" value="t">
<input type="radio" name="plan" value="team" checked><input type="radio" name="plan" value="business">
<input type="checkbox" name="renew" checked><input type="checkbox" name="trial">
<input type="number" name="seats" value="3">
<select name="pay"><option value="now">Now</option><option value="later" selected>Later</option></select>
<button type="submit">Buy</button><button formaction="/replace">Replace it</button></form>
<script>let hidden;</script>"""


@pytest.fixture
def shop() -> Page:
    return Page("http://localhost:1/shop", 200, HTML)


def test_a_page_is_read_as_a_person_reads_it(shop: Page):
    assert (shop.heading, shop.link("Go on")) == ("Your order", "http://localhost:1/next?x=1")
    assert "hidden" not in shop.text


def test_a_form_holds_what_its_fields_hold(shop: Page):
    assert shop.form("/buy").fields == {"token": "t", "plan": "team", "renew": "on", "seats": "3", "pay": "later"}


def test_a_form_knows_its_choices_numbers_and_buttons(shop: Page):
    form = shop.form("/buy")
    assert (form.choices, form.numbers) == ({"plan": ["team", "business"]}, ["seats"])
    assert [(one.text, one.action) for one in form.buttons] == [("Buy", None), ("Replace it", "/replace")]


def test_what_is_not_on_the_page_is_said(shop: Page):
    with pytest.raises(NotOnThePage, match=r"/shop \(answered 200"):
        shop.form("/elsewhere")


# --- Cookies ---------------------------------------------------------------------------------------------------------


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[tuple[int, list[tuple[str, str, str]]]]:
    """A server that sets cookies of every kind on /set, sends from /hop on, and notes which come back."""
    asked: list[tuple[str, str, str]] = []

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        asked.append((method, path, environ.get("HTTP_COOKIE", "")))
        headers = [("Content-Type", "text/html")]
        if path == "/set":
            headers += [
                ("Set-Cookie", "lax=1; SameSite=Lax; Path=/"),
                ("Set-Cookie", "strict=1; SameSite=Strict; Path=/"),
                ("Set-Cookie", "silent=1; Path=/"),
                ("Set-Cookie", "secure=1; Secure; Path=/"),
            ]
        if path == "/hop":
            start("303 See Other", [("Location", "/end"), ("Set-Cookie", "arrival=1; SameSite=Lax; Path=/")])
            return [b""]
        start("200 OK", headers)
        host = "localhost" if environ["HTTP_HOST"].startswith("127.") else "127.0.0.1"
        there = f"http://{host}:{environ['SERVER_PORT']}/hop"
        return [f'<form method="post" action="{there}"></form><form method="post" action="/hop"></form>'.encode()]

    with make_server("127.0.0.1", 0, answer, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port, asked
        server.shutdown()
        thread.join()


def test_a_post_from_another_site_carries_no_lax_cookie_and_the_get_after_it_does(site: Any):
    port, asked = site
    with Browser() as browser:
        browser.open(f"http://127.0.0.1:{port}/set")
        shop = browser.open(f"http://localhost:{port}/shop")
        browser.send(shop, shop.forms[0])
    assert asked[-2:] == [("POST", "/hop", ""), ("GET", "/end", "lax=1; silent=1; arrival=1")]


def test_within_a_site_all_cookies_travel_but_those_for_https(site: Any):
    port, asked = site
    with Browser() as browser:
        page = browser.open(f"http://127.0.0.1:{port}/set")
        browser.send(page, page.forms[1])
    assert asked[-2] == ("POST", "/hop", "lax=1; strict=1; silent=1")


def test_a_server_that_is_not_there_is_said():
    with Browser() as browser, pytest.raises(NoAnswer, match="did not answer"):
        browser.open("http://127.0.0.1:9/")


# --- Where it may shop -----------------------------------------------------------------------------------------------


HERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:8100/"}


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return replace(found, smtp_url="smtp://localhost:25")


def test_a_sandbox_on_this_machine_is_one(settings: Settings):
    assert sandbox_address(HERE, settings) == "http://127.0.0.1:8100"


@pytest.mark.parametrize(
    ("endpoints", "named"),
    [
        ({}, "AWS_ENDPOINT_URL is not set"),
        ({"AWS_ENDPOINT_URL": "https://sandbox.example"}, "AWS_ENDPOINT_URL is not on this machine"),
        (HERE | {"AWS_ENDPOINT_URL_SQS": "https://sqs.example"}, "AWS_ENDPOINT_URL_SQS"),
        ({"AWS_ENDPOINT_URL": "http://[::1"}, "AWS_ENDPOINT_URL is not on this machine"),
        (HERE | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    ],
)
def test_an_aws_elsewhere_is_none(settings: Settings, endpoints: dict[str, str], named: str):
    with pytest.raises(NotASandbox, match=named):
        sandbox_address(endpoints, settings)


@pytest.mark.parametrize(
    ("setting", "value"), [("portal_url", "https://portal.example"), ("smtp_url", "smtp://mail.example:587")]
)
def test_neither_portal_nor_mail_may_be_elsewhere(settings: Settings, setting: str, value: str):
    with pytest.raises(NotASandbox, match=setting.upper()):
        sandbox_address(HERE, replace(settings, **{setting: value}))


def test_the_first_contract_product_of_each_dialect_is_confirmed(app: Flask, sandbox: SandboxClient):
    found = listings(sandbox.url, app.extensions["products"], ())
    assert [(one.code, one.dialect) for one in found] == [(ANALYTICS, "concurrent"), (ARCHIVE, "legacy")]


def test_a_product_that_is_named_is_confirmed_whatever_its_pricing(app: Flask, sandbox: SandboxClient):
    assert [one.code for one in listings(sandbox.url, app.extensions["products"], (ALERTS,))] == [ALERTS]


def test_a_product_with_a_wrong_code_is_found_by_its_page(sandbox: SandboxClient):
    wrong = Product("4wrong", "Wrong", page_url=f"{sandbox.url}/products/{ANALYTICS}")
    assert [one.code for one in listings(sandbox.url, Products([wrong]), ("4wrong",))] == [ANALYTICS]


def test_where_nothing_answers_nothing_is_bought():
    with pytest.raises(NotASandbox, match="Is it running"):
        listings("http://127.0.0.1:9", Products([]), ())


def test_endpoints_of_a_vpc_are_not_a_sandbox():
    vpc = {"AWS_ENDPOINT_URL_SQS": "https://vpce-1.sqs.us-east-1.vpce.amazonaws.com"}
    assert (places.is_sandbox(HERE), places.is_sandbox(vpc)) == (True, False)
