"""What every answer carries, with and without HTTPS."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from laptop.environment import ROOT
from tests.cast import PASSWORD, Somebody
from tests.portal_client import TOKEN_FIELD, Page, PortalClient

TEMPLATES = ROOT / "portal" / "templates"

PUBLIC = {"HTTPS": "true", "PORTAL_URL": "https://portal.example", "AWS_ENDPOINT_URL": None}


@pytest.fixture(scope="session")
def https_app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(**PUBLIC)


@pytest.fixture
def https(https_app: Flask, app: Flask) -> PortalClient:
    return PortalClient(https_app, https=True)


PATHS = ["/", "/signin", "/signup", "/healthz", "/nothing", "/marketplace/landing", "/static/app.js"]


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_may_be_framed_sniffed_or_fed_scripts(client: PortalClient, path: str):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    said = (headers["X-Content-Type-Options"], headers["X-Frame-Options"], "frame-ancestors 'none'" in policy)
    assert (*said, "default-src 'none'" in policy, "unsafe" in policy) == ("nosniff", "DENY", True, True, False)


@pytest.mark.parametrize("path", PATHS)
def test_addresses_of_ours_are_told_to_nobody_else(client: PortalClient, path: str):
    assert client.get(path).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", [path for path in PATHS if "static" not in path])
def test_pages_are_kept_by_no_cache(client: PortalClient, path: str):
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept(client: PortalClient):
    assert "no-store" not in client.get("/static/app.js").headers["Cache-Control"]


def test_with_https_browsers_are_told_to_stay_there(https: PortalClient):
    assert https.get("/").headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_on_a_laptop_they_are_not(client: PortalClient):
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_with_https_the_session_is_bound_to_it_and_to_this_host(https: PortalClient):
    (cookie,) = https.get("/signin").headers.getlist("Set-Cookie")
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    assert (cookie.startswith("__Host-session="), {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= flags) == (
        True,
        True,
    )


def test_on_a_laptop_the_session_is_for_the_server_alone_as_well(client: PortalClient):
    (cookie,) = client.get("/signin").headers.getlist("Set-Cookie")
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    assert (cookie.startswith("session="), {"HttpOnly", "SameSite=Lax"} <= flags, "Secure" in flags) == (
        True,
        True,
        False,
    )


def test_with_https_the_arrival_cookie_is_bound_as_well(
    https: PortalClient, buy: Callable[..., object], token_for: Callable[..., str]
):
    (cookie,) = https.post_from_aws({TOKEN_FIELD: token_for(buy())}).headers.getlist("Set-Cookie")
    assert [flag for flag in ("__Host-arrival=", "Secure", "HttpOnly", "SameSite=Lax") if flag not in cookie] == []


def test_with_https_every_other_cookie_is_as_well(https: PortalClient, alice: Somebody):
    page = https.get("/signin")
    set_by = [https.get("/language/ja"), https.send(page.form("/signin"), email=alice.email, password=PASSWORD)]
    cookies = [cookie for answer in set_by for cookie in answer.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"__Host-language", "__Host-device"}
    assert [one for one in cookies if not one.startswith("__Host-") or "Secure" not in one or "Path=/" not in one] == []


def test_with_https_a_buyer_gets_through(
    https: PortalClient, buy: Callable[..., object], token_for: Callable[..., str], alice: Somebody
):
    choice = https.arrive(token_for(buy()))
    page = https.press(choice.links["I already have an account"], "/signin", email=alice.email, password=PASSWORD)
    assert https.follow(page).heading == "Link Tidemark Analytics to Acme"


def test_with_https_a_form_must_come_from_a_page_of_ours(https: PortalClient, alice: Somebody):
    https.sign_in_as(alice)
    form = https.get("/contracts").form("/signout")
    answer = https.post(form.action, form.fields, headers={"Referer": "https://evil.example/"})
    assert answer.status == 400


def test_nothing_in_the_session_cookie_is_secret(client: PortalClient, alice: Somebody):
    client.press("/signin", "/signin", email=alice.email, password=PASSWORD)
    with client.http.session_transaction(base_url=client.site) as session:
        assert (alice.email in str(dict(session)), PASSWORD in str(dict(session))) == (False, False)


def test_behind_a_proxy_the_visitor_s_own_scheme_counts(make_app: Callable[..., Flask], app: Flask):
    behind = make_app(**PUBLIC, TRUSTED_PROXIES="1").test_client()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "portal.example"}
    assert behind.get("/contracts", headers=headers).status_code == 302


def test_without_a_proxy_nobody_is_believed_about_it(app: Flask):
    location = app.test_client().get("/contracts", headers={"X-Forwarded-Host": "evil.example"}).headers["Location"]
    assert "evil" not in location


# --- Scripts ----------------------------------------------------------------------------------------------------

NONCE = re.compile(r"'nonce-([^']+)'")


def told_nonce(page: Page) -> str:
    found = NONCE.search(page.headers["Content-Security-Policy"])
    assert found
    return found[1]


def test_only_a_script_that_carries_the_nonce_of_this_answer_runs(client: PortalClient):
    policy = client.get("/").headers["Content-Security-Policy"]
    (scripts,) = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert re.fullmatch(r"script-src 'nonce-[\w-]{22}'", scripts)


@pytest.mark.parametrize("path", ["/", "/signin", "/nothing"])
def test_each_script_of_a_page_carries_it(client: PortalClient, path: str):
    page = client.get(path)
    scripts = re.findall(r"<script[^>]*>", page.html)
    assert scripts
    assert [script for script in scripts if f'nonce="{told_nonce(page)}"' not in script] == []


def test_no_two_answers_have_the_same(client: PortalClient):
    assert told_nonce(client.get("/")) != told_nonce(client.get("/"))


@pytest.fixture
def kept(client: PortalClient, alice: Somebody, contract_page: str) -> str:
    client.sign_in_as(alice).get(contract_page)
    return contract_page


def test_not_even_of_a_page_that_was_drawn_before(client: PortalClient, kept: str):
    first, second = client.get(kept), client.get(kept)
    assert told_nonce(first) != told_nonce(second)
    assert f'nonce="{told_nonce(second)}"' in second.html


def test_an_answer_that_nothing_is_new_leaves_the_page_its_own(client: PortalClient, kept: str):
    page = client.get(kept)
    answer = client.get(kept, headers={"If-None-Match": page.headers["ETag"]})
    assert (answer.status, "Content-Security-Policy" in answer.headers) == (304, False)


def test_no_page_has_script_or_style_in_it():
    words = [
        (file.name, found)
        for file in TEMPLATES.rglob("*.html")
        for found in re.findall(
            r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", file.read_text("utf-8")
        )
    ]
    assert words == []


def test_every_script_in_a_template_asks_for_the_nonce():
    scripts = [
        one for file in TEMPLATES.rglob("*.html") for one in re.findall("<script[^>]*>", file.read_text("utf-8"))
    ]
    assert scripts
    assert [script for script in scripts if 'nonce="{{ nonce() }}"' not in script] == []


def test_a_form_of_very_many_fields_is_refused(client: PortalClient):
    fields = {f"field{number}": "x" for number in range(300)}
    assert client.post("/marketplace/landing", fields, content_type="multipart/form-data").status == 413


def test_a_very_large_form_is_refused(client: PortalClient):
    assert client.post("/marketplace/landing", {"x": "y" * 70_000}).status == 413


def test_every_field_of_text_has_a_longest_length(app: Flask):
    forms: list[type[FlaskForm]] = [
        form for form in every_form() if form.__module__.startswith("portal.") and not form.__subclasses__()
    ]
    assert forms
    with app.test_request_context():
        fields = [(form.__name__, field) for form in forms for field in form(formdata=None, meta={"csrf": False})]
    endless = [
        f"{form}.{field.name}"
        for form, field in fields
        if isinstance(field, StringField) and not any(isinstance(one, Length) for one in field.validators)
    ]
    assert endless == []


def every_form(of: type[FlaskForm] = FlaskForm) -> list[type[FlaskForm]]:
    return [form for child in of.__subclasses__() for form in (child, *every_form(child))]
