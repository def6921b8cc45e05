"""Mallory posts her own token into Alice's browser: nothing of it comes about before Alice has read it and agreed."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from portal.contracts.models import Contract
from portal.registration.models import Claim
from tests.cast import GLOBEX_AWS, Somebody
from tests.portal_client import LANDING, TOKEN_FIELD, PortalClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def planted(
    client: PortalClient,
    alice: Somebody,
    buy: Callable[..., Any],
    token_for: Callable[..., str],
    the_claim: Callable[[], Claim],
) -> str:
    """The path of Mallory's purchase, which a page of hers has posted from Alice's browser."""
    client.sign_in_as(alice)
    client.arrive(token_for(buy(account_id=GLOBEX_AWS)))
    return f"/marketplace/purchases/{the_claim().id}"


def whose(stored: Stored) -> list[int | None]:
    return [contract.organisation_id for contract in stored(Contract)]


def test_looking_at_it_links_nothing(client: PortalClient, planted: str, alice: Somebody, stored: Stored):
    for page in ("", "/organization", f"/link?organization={alice.organisation_id}", "/hand-over"):
        client.follow(client.get(planted + page))
    assert whose(stored) == [None]


def test_nobody_is_signed_in_or_out_by_it(client: PortalClient, planted: str, alice: Somebody):
    assert alice.email in client.get("/profile").text


@pytest.mark.parametrize("kind", ["good", "made up"])
def test_the_answer_to_the_post_touches_no_session(
    client: PortalClient, planted: str, buy: Callable[..., Any], token_for: Callable[..., str], kind: str
):
    token = token_for(buy(account_id=GLOBEX_AWS)) if kind == "good" else "whatever"
    answer = client.post_from_aws({TOKEN_FIELD: token})
    assert answer.status == (303 if kind == "good" else 400)
    assert [line for line in answer.headers.getlist("Set-Cookie") if "session" in line] == []


def test_the_confirmation_says_from_which_account_it_was_bought(client: PortalClient, planted: str, alice: Somebody):
    page = client.get(f"{planted}/link?organization={alice.organisation_id}")
    said = re.search(r"bought on AWS Marketplace by the AWS account (.+?), will belong to (\w+)", page.text)
    assert said
    assert ("ending in 9999" in said[1], said[2]) == (True, "Acme")


@pytest.mark.parametrize("token", ["none", "Mallory's"])
def test_a_page_of_hers_cannot_agree(
    client: PortalClient,
    another_client: PortalClient,
    planted: str,
    alice: Somebody,
    mallory: Somebody,
    stored: Stored,
    token: str,
):
    hers = another_client.sign_in_as(mallory).get("/contracts").forms[0].fields["csrf_token"]
    fields = {"organization": str(alice.organisation_id)} | ({"csrf_token": hers} if token != "none" else {})
    answer = client.post(f"{planted}/link", fields, headers={"Origin": "https://evil.example", "Referer": ""})
    assert (answer.status, whose(stored)) == (400, [None])


def test_her_own_organisation_is_none_that_alice_can_choose(
    client: PortalClient, planted: str, mallory: Somebody, alice: Somebody, stored: Stored
):
    page = client.get(f"{planted}/link?organization={alice.organisation_id}")
    answer = client.send(page.form(f"{planted}/link"), organization=str(mallory.organisation_id))
    assert (answer.status, whose(stored)) == (400, [None])


def test_it_takes_no_purchase_away_that_alice_brought_herself(
    client: PortalClient, alice: Somebody, buy: Callable[..., Any], token_for: Callable[..., str], stored: Stored
):
    client.sign_in_as(alice)
    client.arrive(token_for(buy()))
    (hers,) = [f"/marketplace/purchases/{claim.id}" for claim in stored(Claim)]
    client.arrive(token_for(buy(account_id=GLOBEX_AWS)))
    page = client.get(f"{hers}/link?organization={alice.organisation_id}")
    assert ("ending in 6666" in page.text, "9999" in page.text) == (True, False)


def test_it_can_be_left_alone(client: PortalClient, planted: str, alice: Somebody, stored: Stored):
    client.press(f"{planted}/link?organization={alice.organisation_id}", f"{planted}/leave")
    assert (client.get(planted).status, client.get(LANDING).heading, whose(stored)) == (410, "Welcome", [None])
