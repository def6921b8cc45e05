"""Asking for a letter by another name of the host, so that the link in it leads elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import PortalClient

Stored = Callable[..., list[Any]]
EVIL = "evil.example"


def ask(client: PortalClient, email: str, **headers: str) -> int:
    form = client.get("/password/forgot").form("/password/forgot")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(form.action, {**form.fields, "email": email}, headers=named).status


def test_another_host_is_not_answered(client: PortalClient, without_tokens: None, alice: Somebody, stored: Stored):
    assert (ask(client, alice.email, Host=EVIL), stored(Letter)) == (400, [])


@pytest.mark.parametrize("name", ["X_Forwarded_Host", "X_Host", "X_Forwarded_Server", "Forwarded", "X_Original_URL"])
def test_what_a_browser_says_of_forwarding_is_in_no_link(
    client: PortalClient, alice: Somebody, stored: Stored, name: str
):
    ask(client, alice.email, **{name: f"host={EVIL}" if name == "Forwarded" else EVIL})
    (letter,) = stored(Letter)
    assert EVIL not in letter.text + (letter.html or "")


def test_the_link_leads_to_the_portal_as_the_settings_name_it(
    app: Flask, client: PortalClient, alice: Somebody, stored: Stored
):
    ask(client, alice.email)
    assert f"{app.extensions['settings'].portal_url}/password/reset/" in stored(Letter)[0].text


def test_no_redirect_follows_it(client: PortalClient):
    answer = client.get("/contracts", headers={"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https"})
    assert (answer.status, answer.headers.get("Location")) == (302, "/signin?next=%2Fcontracts")


def test_behind_a_proxy_it_is_looked_at_all_the_same(make_app: Callable[..., Flask], app: Flask):
    behind = PortalClient(make_app(TRUSTED_PROXIES="1"))
    assert behind.get("/password/forgot", headers={"X-Forwarded-Host": EVIL}).status == 400
