"""Error pages, in plain words."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert, literal, select

from portal.accounts.models import Person
from portal.blueprints import signin
from portal.database import db, utcnow
from tests.cast import PASSWORD, Somebody
from tests.portal_client import PortalClient

NOWHERE = "postgresql://nobody:hunter2@127.0.0.1:9/nothing"


def test_a_page_that_is_not_there(client: PortalClient):
    page = client.get("/nothing")
    assert (page.status, page.heading) == (404, "There is no such page")


def test_a_verb_that_a_page_does_not_know(client: PortalClient):
    page = client.get("/signout")
    assert (page.status, page.heading, "POST" in page.headers["Allow"]) == (405, "That does not work here", True)


def test_a_form_without_its_token(client: PortalClient, alice: Somebody):
    page = client.sign_in_as(alice).post("/signout")
    assert (page.status, page.heading) == (400, "This form is no longer valid")


@pytest.mark.parametrize("path", ["/signin", "/signup", "/marketplace/landing"])
def test_more_than_a_form_can_be(client: PortalClient, path: str):
    page = client.post(path, {"x": "x" * 100_000})
    assert (page.status, page.heading) == (413, "That was too much")


def test_a_thousand_fields_more_than_a_form_can_have(client: PortalClient):
    fields = {f"field{number}": "x" for number in range(1001)}
    assert client.post("/signin", fields, content_type="multipart/form-data").status == 413


def test_a_fault_of_ours(client: PortalClient, alice: Somebody, monkeypatch: pytest.MonkeyPatch):
    form = client.get("/signin").form("/signin")
    monkeypatch.setattr(signin, "authenticate", lambda *_: 1 // 0)
    page = client.send(form, email=alice.email, password=PASSWORD)
    assert (page.status, page.heading) == (500, "Something went wrong on our side")


def test_a_fault_of_ours_shows_nothing_of_our_insides(
    client: PortalClient, alice: Somebody, monkeypatch: pytest.MonkeyPatch
):
    form = client.get("/signin").form("/signin")
    monkeypatch.setattr(signin, "authenticate", lambda *_: 1 // 0)
    html = client.send(form, email=alice.email, password=PASSWORD).html
    assert [word for word in ("ZeroDivision", "Traceback", PASSWORD) if word in html] == []


@pytest.mark.parametrize("path", ["/contracts", "/signin", "/"])
def test_a_database_that_is_away(make_app: Callable[..., Flask], alice: Somebody, path: str):
    page = PortalClient(make_app(DATABASE_URL=NOWHERE)).sign_in_as(alice).get(path)
    assert (page.status, page.heading, page.headers["Retry-After"]) == (503, "We will be right back", "10")


def test_without_a_database_nobody_s_password_is_lost(make_app: Callable[..., Flask], app: Flask):
    browser = PortalClient(make_app(DATABASE_URL=NOWHERE))
    page = browser.press("/signin", "/signin", email="alice@acme.example", password=PASSWORD)
    assert (page.status, PASSWORD in page.html) == (503, False)


def test_pages_that_need_no_database_work_without_it(make_app: Callable[..., Flask], app: Flask):
    assert PortalClient(make_app(DATABASE_URL=NOWHERE)).get("/signup").status == 200


def test_a_database_that_is_away_is_logged_without_its_secrets(
    make_app: Callable[..., Flask], alice: Somebody, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    PortalClient(make_app(DATABASE_URL=NOWHERE)).sign_in_as(alice).get("/contracts")
    assert ("did not answer" in caplog.text, "hunter2" in caplog.text, alice.session_key in caplog.text) == (
        True,
        False,
        False,
    )


def test_a_portal_whose_tables_are_not_made_yet_still_draws_an_error_page(
    make_app: Callable[..., Flask], new_database: Callable[[], str], app: Flask, alice: Somebody
):
    page = PortalClient(make_app(DATABASE_URL=new_database())).sign_in_as(alice).get("/contracts")
    assert (page.status >= 500, len(page.headings)) == (True, 1)


@pytest.mark.parametrize("path", ["/nothing", "/signout"])
def test_every_error_page_shows_a_way_on_and_who_can_help(client: PortalClient, path: str):
    links = client.get(path).links
    assert ("Go to the start page" in links, "help@tidemark.example" in links) == (True, True)


def test_a_password_is_in_no_log(client: PortalClient, alice: Somebody, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    client.press("/signin", "/signin", email=alice.email, password="wrong words in a row")
    assert "wrong words" not in caplog.text


def test_what_the_database_refuses_is_logged_without_the_values_it_quotes(
    client: PortalClient, alice: Somebody, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    columns = ["name", "email", "email_key", "password_hash", "terms_accepted_at"]

    def twice(*_: object) -> None:
        known = select(Person.name, Person.email, Person.email_key, literal("x"), literal(utcnow()))
        db.session.execute(insert(Person).from_select(columns, known))

    monkeypatch.setattr("portal.blueprints.signup.sign_up", twice)
    fields = {"name": "A", "email": alice.email, "password": "words in a row", "organization": "A", "accept_terms": "y"}
    assert client.press("/signup", "/signup", **fields).status == 500
    seen = ("IntegrityError" in caplog.text, "in twice" in caplog.text, alice.email in caplog.text)
    assert seen == (True, True, False)


def test_a_sign_up_that_fails_half_way_leaves_nobody(client: PortalClient, app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("portal.blueprints.signup.outbox.post", lambda *_: 1 // 0)
    form = client.get("/signup").form("/signup")
    fields = {"name": "C", "email": "c@d.example", "organization": "D", "accept_terms": "y"}
    client.send(form, **fields, password="a long enough password")
    with app.app_context():
        assert db.session.scalars(select(Person)).all() == []


def test_asking_for_what_is_not_one_s_own_is_a_line_in_the_log(
    client: PortalClient, mallory: Somebody, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    client.sign_in_as(mallory).get("/organisations/999999")
    assert "Refused with 404: organisation.show" in caplog.text


def test_an_address_that_there_is_not_is_none(client: PortalClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    client.get("/nothing")
    assert "Refused" not in caplog.text


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_answered(client: PortalClient, method: str):
    assert client.http.open("/signin", method=method, base_url=client.site).status_code == 405
