"""Signing in and out."""

from collections.abc import Callable

import pytest

from portal.audit import AuditEntry
from portal.mail.models import Letter
from tests.cast import PASSWORD, Somebody
from tests.portal_client import Page, PortalClient


def sign_in(client: PortalClient, person: Somebody, path: str = "/signin", **fields: str) -> Page:
    return client.press(path, "/signin", **({"email": person.email, "password": PASSWORD} | fields))


def cookie(client: PortalClient) -> str:
    found = client.http.get_cookie("session", domain="127.0.0.1")
    return found.value if found else ""


def test_address_and_password_let_in(client: PortalClient, alice: Somebody):
    page = client.follow(sign_in(client, alice))
    assert (page.heading, "Alice" in page.text) == ("Your contracts", True)


def test_however_the_address_is_spelled(client: PortalClient, alice: Somebody):
    assert sign_in(client, alice, email=f"  {alice.email.upper()} ").status == 303


def test_a_wrong_password_and_an_unknown_address_get_one_answer(
    client: PortalClient, another_client: PortalClient, alice: Somebody
):
    wrong = sign_in(client, alice, password="wrong")
    unknown = sign_in(another_client, alice, email="nobody@acme.example")
    assert (wrong.status, wrong.text) == (unknown.status, unknown.text)


def test_and_it_is_401_and_says_what_to_do(client: PortalClient, alice: Somebody):
    page = sign_in(client, alice, password="wrong")
    assert (page.status, "do not fit together" in page.text) == (401, True)


def test_the_address_stays_in_the_form_and_the_password_does_not(client: PortalClient, alice: Somebody):
    page = sign_in(client, alice, password="wrong password")
    assert (page.form("/signin").fields["email"], "wrong password" in page.html) == (alice.email, False)


@pytest.mark.parametrize("fields", [{"email": ""}, {"password": ""}, {"password": "x" * 257}, {"email": "x" * 321}])
def test_a_form_that_is_not_filled_in_is_400(client: PortalClient, alice: Somebody, fields: dict[str, str]):
    assert sign_in(client, alice, **fields).status == 400


def test_without_the_page_s_own_token_nobody_is_let_in(client: PortalClient, alice: Somebody):
    client.post("/signin", {"email": alice.email, "password": PASSWORD})
    assert client.get("/contracts").status == 302


def test_a_new_session_begins_with_the_sign_in(client: PortalClient, alice: Somebody):
    before = client.get("/signin").form("/signin").fields["csrf_token"]
    sign_in(client, alice)
    page = client.post("/signout", {"csrf_token": before})
    assert page.status == 400


def test_a_session_that_somebody_planted_is_worth_nothing(
    client: PortalClient, another_client: PortalClient, alice: Somebody
):
    another_client.get("/signin")
    client.http.set_cookie("session", cookie(another_client), domain="127.0.0.1")
    sign_in(client, alice)
    assert another_client.get("/contracts").status == 302


@pytest.mark.parametrize("forged", ["", "e30.YQ.YQ", "x" * 100])
def test_a_forged_session_is_nobody_s(client: PortalClient, forged: str):
    client.http.set_cookie("session", forged, domain="127.0.0.1")
    assert client.get("/contracts").status == 302


def test_a_session_of_somebody_who_is_gone_is_nobody_s(client: PortalClient, alice: Somebody):
    client.sign_in_as(Somebody(alice.id, "", "", "another key", 0, ""))
    assert client.get("/contracts").status == 302


def test_a_sign_in_is_audited(client: PortalClient, alice: Somebody, stored: Callable[..., list[AuditEntry]]):
    sign_in(client, alice)
    assert [(entry.actor, entry.action) for entry in stored(AuditEntry)] == [(f"person:{alice.id}", "signed in")]


def test_a_browser_that_was_not_used_before_is_told_of_by_mail(
    client: PortalClient, another_client: PortalClient, alice: Somebody, stored: Callable[..., list[Letter]]
):
    counts = []
    for browser in (client, client, another_client, another_client):  # the very first needs no letter
        sign_in(browser, alice)
        counts.append(len(stored(Letter)))
        browser.press("/contracts", "/signout")
    assert counts == [0, 0, 1, 1]
    assert stored(Letter)[0].subject == "New sign-in to your Tidemark account"


# --- Where to, afterwards ----------------------------------------------------------------------------------------


def test_a_page_that_needs_a_sign_in_is_come_back_to(client: PortalClient, alice: Somebody, contract_page: str):
    asked = client.get(contract_page)
    assert sign_in(client, alice, asked.location).location == contract_page


@pytest.mark.parametrize("path", ["/contracts?x=1", "/terms", "/contracts#history"])
def test_next_may_be_a_page_of_ours(client: PortalClient, alice: Somebody, path: str):
    client.sign_in_as(alice)
    answer = client.get("/signin", query_string={"next": path})
    assert answer.headers["Location"] == path


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        " //evil.example",
        "http:evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "/%0d%0aLocation:evil".replace("%0d%0a", "\r\n"),
        "/\u2028/evil.example",
        "//evil.example\\@127.0.0.1",
        "",
    ],
)
def test_next_may_be_nothing_else(client: PortalClient, alice: Somebody, address: str):
    client.sign_in_as(alice)
    answer = client.get("/signin", query_string={"next": address})
    assert answer.headers.get("Location") == "/contracts"


def test_the_form_does_not_forget_it_nor_trust_it(client: PortalClient, alice: Somebody):
    assert sign_in(client, alice, "/signin?next=//evil.example").headers["Location"] == "/contracts"


def test_a_purchase_that_was_brought_comes_first(client: PortalClient, alice: Somebody, arrive: Callable[..., Page]):
    choice = arrive(client)
    answer = sign_in(client, alice, choice.links["I already have an account"])
    assert client.follow(answer).heading == "Link Tidemark Analytics to Acme"


def test_it_survives_a_wrong_password(client: PortalClient, alice: Somebody, arrive: Callable[..., Page]):
    choice = arrive(client)
    wrong = sign_in(client, alice, choice.links["I already have an account"], password="wrong")
    answer = client.send(wrong.form("/signin"), email=alice.email, password=PASSWORD)
    assert client.follow(answer).heading == "Link Tidemark Analytics to Acme"


def test_somebody_signed_in_is_sent_on(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert client.get("/signin").location == "/contracts"


# --- Out ---------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    client.press("/contracts", "/signout")
    assert client.get("/contracts").status == 302


def test_a_link_cannot_sign_anybody_out(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert (client.get("/signout").status, client.get("/contracts").status) == (405, 200)


def test_another_site_cannot_either(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert (client.post("/signout").status, client.get("/contracts").status) == (400, 200)


def test_a_purchase_stays_when_its_bringer_changes(client: PortalClient, alice: Somebody, arrive: Callable[..., Page]):
    client.sign_in_as(alice)
    choice = arrive(client)
    client.send(choice.form("/signout"))
    assert client.get(choice.response.request.path).status == 200
