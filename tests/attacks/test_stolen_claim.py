"""A purchase belongs to the browser that brought it. Whoever knows its number, or was quick to copy, has nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update

from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.registration.models import Claim
from tests.cast import Somebody
from tests.portal_client import LANDING, TOKEN_FIELD, Page, PortalClient


@pytest.fixture
def claim(client: PortalClient, arrive: Callable[..., Page], the_claim: Callable[[], Claim]) -> str:
    """The path of a purchase that has arrived in Alice's browser; Mallory has read it over her shoulder."""
    arrive(client)
    return f"/marketplace/purchases/{the_claim().id}"


@pytest.fixture
def thief(another_client: PortalClient, mallory: Somebody) -> PortalClient:
    return another_client.sign_in_as(mallory)


@pytest.mark.parametrize(
    "page", ["", "/organization", "/organization?choose=1", "/link?organization=new", "/hand-over"]
)
def test_its_number_shows_nothing(thief: PortalClient, claim: str, page: str):
    answer = thief.get(claim + page)
    assert (answer.status, "Analytics" in answer.text, "6666" in answer.text) == (410, False, False)


@pytest.mark.parametrize(
    "deed", ["link", "again", "hand-over/copy", "hand-over/mail", "hand-over/later", "hand-over/1/revoke", "take-back"]
)
def test_its_number_does_nothing(
    thief: PortalClient, claim: str, mallory: Somebody, stored: Callable[..., list[Any]], deed: str
):
    fields = {
        "csrf_token": thief.get("/contracts").forms[0].fields["csrf_token"],
        "organization": str(mallory.organisation_id),
        "email": mallory.email,
        "name": mallory.name,
    }
    answer = thief.post(f"{claim}/{deed}", fields)
    assert (answer.status, [one.organisation_id for one in stored(Contract)]) == (410, [None])


@pytest.mark.parametrize("page", ["/signup", "/signin", "/password/forgot"])
def test_a_number_in_the_address_of_another_page_brings_nothing(
    client: PortalClient, another_client: PortalClient, claim: str, page: str
):
    address = f"{page}?claim={claim.rsplit('/', 1)[1]}"
    shown = ["Analytics" in browser.get(address).text for browser in (client, another_client)]
    assert shown == [True, False]


def test_a_copied_arrival_cookie_comes_too_late(
    client: PortalClient, thief: PortalClient, buy: Callable[..., Any], token_for: Callable[..., str]
):
    client.post_from_aws({TOKEN_FIELD: token_for(buy())})
    secret = client.http.get_cookie("arrival", domain="127.0.0.1", path="/")
    assert secret is not None
    client.get(LANDING)  # it is exchanged here
    thief.http.set_cookie("arrival", secret.value, domain="127.0.0.1")
    assert thief.follow(thief.get(LANDING)).heading == "Welcome"


def test_an_arrival_cookie_that_was_never_exchanged_is_worth_nothing_later(
    app: Flask, client: PortalClient, buy: Callable[..., Any], token_for: Callable[..., str]
):
    client.post_from_aws({TOKEN_FIELD: token_for(buy())})
    with app.app_context(), transaction():
        db.session.execute(update(Claim).values(created_at=utcnow() - timedelta(minutes=11)))
    assert client.follow(client.get(LANDING)).heading == "Welcome"


def test_a_session_that_names_it_is_worth_nothing_without_our_signature(app: Flask, thief: PortalClient, claim: str):
    number = claim.rsplit("/", 1)[1]
    forged = URLSafeTimedSerializer("a key of Mallory's", salt="cookie-session").dumps({"claims": [number]})
    thief.http.set_cookie("session", str(forged), domain="127.0.0.1")
    assert thief.get(claim).status == 410
