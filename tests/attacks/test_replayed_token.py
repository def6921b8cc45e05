"""Somebody has got hold of a token, and posts it after the buyer has."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.contracts.models import Contract
from portal.registration.models import Claim
from tests.cast import Somebody
from tests.portal_client import TOKEN_FIELD, Page, PortalClient
from tests.sandbox_client import SandboxClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def token(buy: Callable[..., Any], token_for: Callable[..., str]) -> str:
    return token_for(buy())


@pytest.fixture
def linked(client: PortalClient, alice: Somebody, token: str, the_claim: Callable[[], Claim]) -> str:
    """The path of Alice's claim, which she has linked; the token is still good at AWS."""
    client.sign_in_as(alice)
    client.arrive(token)
    claim = f"/marketplace/purchases/{the_claim().id}"
    client.press(f"{claim}/link?organization={alice.organisation_id}", f"{claim}/link")
    return claim


@pytest.fixture
def replayed(another_client: PortalClient, mallory: Somebody, token: str, linked: str) -> Page:
    return another_client.sign_in_as(mallory).arrive(token)


def test_it_opens_nothing(replayed: Page):
    assert replayed.status == 409


def test_and_says_nothing_of_whose_it_is(replayed: Page, alice: Somebody):
    assert [word for word in (alice.name, alice.email, "Acme", "444455556666") if word in replayed.html] == []


def test_nor_can_it_be_linked_by_hand(
    another_client: PortalClient, replayed: Page, mallory: Somebody, alice: Somebody, stored: Stored
):
    (newest,) = [claim.id for claim in stored(Claim) if str(claim.id) in replayed.response.request.path]
    fields = {
        "csrf_token": another_client.get("/contracts").forms[0].fields["csrf_token"],
        "organization": str(mallory.organisation_id),
    }
    answer = another_client.post(f"/marketplace/purchases/{newest}/link", fields)
    (contract,) = stored(Contract)
    assert (answer.status, contract.organisation_id) == (410, alice.organisation_id)


def test_an_old_one_opens_nothing_at_all(
    sandbox: SandboxClient, another_client: PortalClient, token: str, stored: Stored
):
    sandbox.settings(token_lifetime_seconds=0)
    assert (another_client.post_from_aws({TOKEN_FIELD: token}).status, stored(Claim)) == (410, [])


def test_one_that_was_made_up_opens_nothing(sandbox: SandboxClient, another_client: PortalClient, stored: Stored):
    assert (another_client.post_from_aws({TOKEN_FIELD: "x" * 200}).status, stored(Claim)) == (400, [])
