"""Asking for one thing after the other: what is somebody else's looks like what does not exist."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from portal.contracts.models import Contract
from portal.registration.models import Claim
from tests.attacks.conftest import House
from tests.cast import PASSWORD, Somebody
from tests.portal_client import Page, PortalClient

NUMBER = re.compile(r"[0-9a-f-]{36}|\d+")
Where = Callable[[House], tuple[str, str]]
"""The address of what is Vermilion's, and that of nothing."""

PLACES: dict[str, Where] = {
    "organisation": lambda house: (f"/organisations/{house.owner.organisation_id}", "/organisations/999999"),
    "contract": lambda house: (f"/contracts/{house.contract_id}", f"/contracts/{uuid4()}"),
    "moving a contract": lambda house: (f"/contracts/{house.contract_id}/move", f"/contracts/{uuid4()}/move"),
    "purchase": lambda house: (f"/marketplace/purchases/{house.claim_id}", f"/marketplace/purchases/{uuid4()}"),
    "move": lambda house: ("/moves/1", "/moves/999999"),
    "product in a purchase": lambda house: (f"/signup?claim={house.claim_id}", f"/signup?claim={uuid4()}"),
}
DEEDS: dict[str, Where] = {
    "check": lambda house: (f"/contracts/{house.contract_id}/check", f"/contracts/{uuid4()}/check"),
    "move": lambda house: (f"/contracts/{house.contract_id}/move", f"/contracts/{uuid4()}/move"),
    "rename": lambda house: (f"/organisations/{house.owner.organisation_id}/name", "/organisations/999999/name"),
    "invite": lambda house: (
        f"/organisations/{house.owner.organisation_id}/invitations",
        "/organisations/999999/invitations",
    ),
    "remove somebody": lambda house: (
        f"/organisations/{house.owner.organisation_id}/members/{house.member.id}/remove",
        f"/organisations/999999/members/{house.member.id}/remove",
    ),
    "withdraw an invitation": lambda house: (
        f"/organisations/{house.owner.organisation_id}/invitations/{house.invitation_id}/withdraw",
        "/organisations/999999/invitations/999999/withdraw",
    ),
    "remove an identity": lambda house: (
        f"/profile/identities/{house.identity_id}/remove",
        "/profile/identities/999999/remove",
    ),
    "hand a purchase over": lambda house: (
        f"/marketplace/purchases/{house.claim_id}/hand-over/copy",
        f"/marketplace/purchases/{uuid4()}/hand-over/copy",
    ),
}


def shown(page: Page) -> tuple[int, str, str]:
    """What can be told apart: the status, where it leads, and the words."""
    words = page.text.replace(page.headers.get("X-Request-Id", "-"), "…")
    status, where, said = page.status, *(NUMBER.sub("…", text) for text in (page.location, words))
    return status, where, said


@pytest.mark.parametrize("thing", PLACES)
def test_what_is_somebody_else_s_looks_like_nothing(
    client: PortalClient, mallory: Somebody, vermilion: House, thing: str
):
    client.sign_in_as(mallory)
    theirs, nothing = PLACES[thing](vermilion)
    assert shown(client.get(theirs)) == shown(client.get(nothing))


@pytest.mark.parametrize("thing", PLACES)
def test_a_stranger_is_told_no_more(client: PortalClient, vermilion: House, thing: str):
    theirs, nothing = PLACES[thing](vermilion)
    assert shown(client.get(theirs)) == shown(client.get(nothing))


@pytest.mark.parametrize("deed", DEEDS)
def test_doing_something_to_it_is_answered_alike(client: PortalClient, mallory: Somebody, vermilion: House, deed: str):
    client.sign_in_as(mallory)
    token = client.get("/contracts").forms[0].fields["csrf_token"]
    fields = {"csrf_token": token, "email": "m@globex.example", "role": "member", "name": "x", "to": "1", "seen": "1"}
    theirs, nothing = DEEDS[deed](vermilion)
    assert shown(client.post(theirs, fields)) == shown(client.post(nothing, fields))


def test_no_number_follows_from_another(
    client: PortalClient, arrive: Callable[..., Page], stored: Callable[..., list[Any]]
):
    arrive(client)
    numbers = [one.id for kind in (Contract, Claim) for one in stored(kind)]
    assert [number.version for number in numbers] == [4, 4]  # by chance


FORMS = {
    "/signup": {"name": "M", "organization": "M", "accept_terms": "y", "password": "mauve lantern cabbage"},
    "/password/forgot": {},
    "/signin": {"password": f"not {PASSWORD}"},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_known_address_is_told_apart_by_no_form(
    client: PortalClient, another_client: PortalClient, alice: Somebody, form: str
):
    answers = []
    for browser, email in ((client, alice.email), (another_client, "nobody@acme.example")):
        first = browser.press(form, form, email=email, **FORMS[form])
        after = browser.follow(first)
        answers.append((*shown(first), *(text.replace(email, "…") for text in shown(after)[1:])))
    assert answers[0][0] == {"/signup": 303, "/password/forgot": 303, "/signin": 401}[form]
    assert answers[0] == answers[1]
