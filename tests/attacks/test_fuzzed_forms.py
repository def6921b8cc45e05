"""Every form and every address, with whatever anybody could send: a page in words, and never an error of ours."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

from tests.attacks.conftest import Address, House
from tests.cast import Somebody
from tests.portal_client import LANDING, PortalClient

pytestmark = pytest.mark.usefixtures("without_tokens")

NAMES = [
    *("accept_terms", "accounts", "all", "code", "confirm", "contract", "days", "email", "id", "language", "name"),
    *("new_email", "next", "only", "organization", "organization_name", "part", "password", "person", "product", "q"),
    *("reason", "recipient", "recovery_code", "role", "seen", "step", "time_zone", "to", "version", "why"),
    *("x-amzn-marketplace-token", "x-amzn-marketplace-agreement-id"),
]
NASTY = [
    *("", " ", "\x00", "a\x00b", "\r\nSet-Cookie: x=y", "\ud7ff", "\uffff", "\u202egnp", "x" * 3000, "Ünïcödé"),
    *("🏳️" * 40, "ﷺ" * 200, "ß" * 200, "İ", "%00", "%s%n%(x)s", "{{7*7}}", "${7*7}", "' OR 1=1 --", "../../etc/passwd"),
    *("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "-1", "0", "1e309", "NaN", "9" * 40, "2026-02-30", "owner"),
    *("00000000-0000-0000-0000-000000000000", "a@b", "a@" + "b" * 300, '"a b"@example.com', "a@xn--80ak6aa92e.com"),
    *("on", "None", "null", "[]", "{}", "//evil.example"),
]
KINDS = ["", "application/json", "multipart/form-data; boundary=x", "text/xml"]
COOKIES = ["session", "arrival", "language", "time_zone", "device"]
VALUES = st.one_of(st.sampled_from(NASTY), st.text(max_size=80))
FORMS = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), VALUES), max_size=12)
WHATEVER: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inside: st.one_of(st.lists(inside, max_size=3), st.dictionaries(st.text(max_size=12), inside, max_size=3)),
    max_leaves=6,
)
OWN_ERRORS = {502, 503}
"""AWS, an identity provider or a queue that is away: a page that says so, and when to come again."""
TIMES = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def posts(addresses: list[Address]) -> list[Address]:
    return [one for one in addresses if one.method == "POST" and one.endpoint != "signin.sign_out"]


@pytest.fixture
def looks(addresses: list[Address]) -> list[Address]:
    return [one for one in addresses if one.method == "GET"]


@pytest.fixture
def people(
    app: Flask, vermilion: House, mallory: Somebody, sam_client: PortalClient
) -> dict[str, Callable[[], PortalClient]]:
    """Browsers of those who could send something; each is who they were again, whatever they did before."""
    return {
        "stranger": lambda: PortalClient(app),
        "owner": lambda: PortalClient(app).sign_in_anew_as(vermilion.owner),
        "outsider": lambda: PortalClient(app).sign_in_anew_as(mallory),
        "staff": lambda: sam_client,
    }


@pytest.mark.parametrize("who", ["stranger", "owner", "outsider", "staff"])
def test_no_form_breaks_the_portal(people: dict[str, Callable[[], PortalClient]], posts: list[Address], who: str):
    @TIMES
    @given(st.sampled_from(posts), FORMS)
    def send(address: Address, fields: list[tuple[str, str]]) -> None:
        page = people[who]().post(address.path, MultiDict(fields))
        assert page.status < 500 or page.status in OWN_ERRORS, (address, fields, page.status)

    send()


@pytest.mark.parametrize("who", ["stranger", "owner", "staff"])
def test_no_query_breaks_a_page(people: dict[str, Callable[[], PortalClient]], looks: list[Address], who: str):
    @TIMES
    @given(st.sampled_from(looks), FORMS)
    def look(address: Address, fields: list[tuple[str, str]]) -> None:
        page = people[who]().get(address.path, query_string=MultiDict(fields))
        assert page.status < 500 or page.status in OWN_ERRORS, (address, fields, page.status)

    look()


@pytest.mark.parametrize("who", ["stranger", "owner", "staff"])
def test_no_json_breaks_what_takes_json(people: dict[str, Callable[[], PortalClient]], posts: list[Address], who: str):
    takers = [one for one in posts if "passkey" in one.path]

    @TIMES
    @given(st.sampled_from(takers), WHATEVER)
    def send(address: Address, body: Any) -> None:
        page = people[who]().post(address.path, json=body)
        assert page.status < 500, (address, body, page.status)

    send()


@TIMES
@given(
    st.binary(max_size=200),
    st.sampled_from(KINDS),
)
def test_no_bytes_break_the_landing(client: PortalClient, body: bytes, kind: str):
    headers = {"Content-Type": kind}
    assert client.http.post(LANDING, data=body, headers=headers, base_url=client.site).status_code < 500


@TIMES
@given(st.text(max_size=60))
def test_no_address_breaks_the_portal(client: PortalClient, path: str):
    assert client.http.get("/" + path.lstrip("/"), base_url=client.site).status_code < 500


@TIMES
@given(st.dictionaries(st.sampled_from(COOKIES), st.text(max_size=60)))
def test_no_cookie_breaks_the_portal(client: PortalClient, cookies: dict[str, str]):
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items() if value.isascii() and value.isprintable())
    answer = client.http.get("/signin", headers={"Cookie": sent}, base_url=client.site)
    assert answer.status_code < 500


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
@pytest.mark.parametrize("who", ["owner", "staff"])
def test_no_number_breaks_the_portal(
    people: dict[str, Callable[[], PortalClient]], migrated_app: Flask, who: str, number: int
):
    browser, broken = people[who](), []
    for rule in migrated_app.url_map.iter_rules():
        numbers = {name for name in rule.arguments if isinstance(rule._converters[name], IntegerConverter)}
        values = {name: number if name in numbers else UUID(int=1) for name in rule.arguments}
        built = rule.build(values) if numbers else None
        if built is None:
            continue
        methods = (rule.methods or set()) & {"GET", "POST"}
        answers = {method: getattr(browser, method.lower())(built[1]).status for method in methods}
        broken += [f"{method} {rule.rule}: {status}" for method, status in answers.items() if status >= 500]
    assert broken == []
