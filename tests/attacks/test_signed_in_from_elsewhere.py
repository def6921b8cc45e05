"""A page of Mallory's signs its reader in to the portal: as Mallory, or as themselves without having asked for it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.blueprints.oidc.conftest import buyer, come_back, go, portal, provider, settings
from tests.cast import PASSWORD, Somebody
from tests.identity_provider import IdentityProvider
from tests.portal_client import PortalClient

__all__ = ["buyer", "come_back", "go", "portal", "provider", "settings"]
BEGIN = "/signin/with/corp"


def test_a_form_of_hers_with_her_own_password_signs_nobody_in(
    client: PortalClient, another_client: PortalClient, mallory: Somebody
):
    hers = another_client.get("/signin").form("/signin").fields["csrf_token"]
    fields = {"email": mallory.email, "password": PASSWORD, "csrf_token": hers}
    client.get("/signin")
    answer = client.post("/signin", fields, headers={"Referer": "https://evil.example/"})
    assert (answer.status, client.get("/profile").status) == (400, 302)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_of_hers_sends_nobody_to_their_provider(buyer: PortalClient, provider: IdentityProvider, site: str):
    page = buyer.get(f"{BEGIN}?next=/profile", headers={"Sec-Fetch-Site": site})
    assert (page.location, provider.asked) == ("/signin?next=/profile", [])


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_a_link_of_ours_does(buyer: PortalClient, provider: IdentityProvider, site: str | None):
    page = buyer.get(BEGIN, headers={"Sec-Fetch-Site": site} if site else {})
    assert page.headers["Location"].startswith(provider.url)


def test_her_own_answer_of_a_provider_signs_nobody_in(
    buyer: PortalClient, portal: Flask, provider: IdentityProvider, go: Callable[..., dict[str, str]]
):
    asked, victim = go(buyer), PortalClient(portal)
    victim.get("/signin")
    victim.get(f"{BEGIN}/callback", query_string={"state": asked["state"], "code": provider.code_for(asked)})
    assert (victim.get("/signin/joining").location, victim.get("/profile").status) == ("/signin", 302)


def test_a_link_signs_nobody_out(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert (client.get("/signout").status, client.get("/profile").status) == (405, 200)


def test_signing_out_clears_what_the_back_button_would_show(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert client.press("/contracts", "/signout").headers["Clear-Site-Data"] == '"cache"'
