"""Every page: what none of them may do, and what each of them has."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.registration.models import Claim
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient


@pytest.fixture
def pages(
    client: PortalClient, arrive: Callable[..., Page], stored: Callable[..., list[Any]], contract_page: str
) -> list[str]:
    """The address of every page there is to GET, for a browser that has a purchase and a contract."""
    before = {claim.id for claim in stored(Claim)}
    arrive(client)
    (claim,) = [claim.id for claim in stored(Claim) if claim.id not in before]
    purchase = f"/marketplace/purchases/{claim}"
    return [
        "/",
        "/terms",
        "/privacy",
        "/signup",
        "/signin",
        "/contracts",
        contract_page,
        "/marketplace/landing",
        purchase,
        f"{purchase}/organization?choose=1",
        f"{purchase}/link?organization=new&organization_name=New",
        "/healthz",
        "/readyz",
        "/nothing-here",
    ]


@pytest.mark.parametrize("signed_in", [True, False])
def test_no_get_asks_aws(
    app: Flask,
    client: PortalClient,
    pages: list[str],
    alice: Somebody,
    signed_in: bool,
    monkeypatch: pytest.MonkeyPatch,
):
    marketplace = app.extensions["marketplace"]
    for aws in (marketplace._metering, marketplace._entitlement):
        monkeypatch.setattr(aws._endpoint, "make_request", lambda *_: pytest.fail("A GET asked AWS"))
    if signed_in:
        client.sign_in_as(alice)
    statuses = {path: client.get(path).status for path in pages}
    assert [path for path, status in statuses.items() if status >= 500] == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_page_has_one_heading_and_a_title_that_starts_with_it(
    client: PortalClient, pages: list[str], alice: Somebody, signed_in: bool
):
    if signed_in:
        client.sign_in_as(alice)
    seen = [client.follow(client.get(path)) for path in pages if not path.endswith("z")]
    wrong = [page.title for page in seen if len(page.headings) != 1 or not page.title.startswith(page.heading)]
    assert wrong == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_no_page_uses_an_id_twice(client: PortalClient, pages: list[str], alice: Somebody, signed_in: bool):
    if signed_in:
        client.sign_in_as(alice)
    seen = [client.follow(client.get(path)) for path in pages]
    assert [page.title for page in seen if len(page.ids) != len(set(page.ids))] == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_link_of_ours_leads_somewhere(client: PortalClient, pages: list[str], alice: Somebody, signed_in: bool):
    if signed_in:
        client.sign_in_as(alice)
    targets = {
        target.split("#")[0]
        for path in pages
        for target in client.follow(client.get(path)).links.values()
        if target.startswith("/") and not target.startswith("/language/")  # which lead back
    }
    assert [target for target in sorted(targets) if client.follow(client.get(target)).status >= 400] == []


def test_customers_go_from_the_first_page_to_their_contracts(client: PortalClient, alice: Somebody):
    assert client.sign_in_as(alice).get("/").location == "/contracts"


def test_the_seller_s_own_terms_take_the_place_of_ours(make_app: Callable[..., Flask], app: Flask):
    browser = PortalClient(make_app(TERMS_URL="https://tidemark.example/terms"))
    assert browser.get("/signup").links["Terms"] == "https://tidemark.example/terms"


def test_without_a_support_contact_the_product_s_page_is_named(make_app: Callable[..., Flask], app: Flask):
    browser = PortalClient(make_app(SUPPORT_EMAIL=None))
    assert "the support contact on the product’s page on AWS Marketplace" in browser.get("/signup").text
