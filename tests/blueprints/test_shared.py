"""A contract, redacted, for whoever has the link to it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from portal.accounts.models import Organisation
from portal.audit import AuditEntry
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.staff.contract import sharing
from portal.staff.contract.sharing import Part, SharedLink, Wish
from tests.cast import Somebody
from tests.console import Staff
from tests.portal_client import PortalClient

REASON = "Case 4711 for Alice"


@pytest.fixture
def share(app: Flask, contract_page: str, olga: Staff, alice: Somebody) -> Callable[..., str]:
    """Makes a link to Alice's contract; gives its path."""

    def do(part: Part = Part.PAGE, *, names_shown: bool = False, days: int = 7) -> str:
        with app.app_context(), transaction():
            contract = db.session.get_one(Contract, UUID(contract_page.rpartition("/")[2]))
            write_change(contract, Cause.LINK, "organisation", after={"value": "Acme"}, detail="Alice")
            wish = Wish(part, names_shown, timedelta(days=days), REASON)
            return f"/shared/{sharing.share(contract, wish, olga.id, utcnow())}"

    return do


def test_it_is_shown_without_signing_in(another_client: PortalClient, share: Callable[..., str]):
    page = another_client.get(share())
    assert (page.status, page.heading, "10 users" in page.text) == (200, "Tidemark Analytics", True)


@pytest.mark.parametrize("part", list(Part))
def test_nobody_is_on_it(another_client: PortalClient, share: Callable[..., str], part: Part):
    html = another_client.get(share(part)).html
    told = [word for word in ("Alice", "Acme", "Olga", "acme.example", "6666", "4711", "44445555") if word in html]
    assert told == []


@pytest.mark.parametrize("part", list(Part))
def test_a_line_of_a_kind_that_is_not_known_to_be_public_is_left_out(
    another_client: PortalClient, share: Callable[..., str], app: Flask, part: Part
):
    path = share(part)
    with app.app_context(), transaction():
        contract = db.session.scalars(db.select(Contract)).one()
        write_change(contract, Cause.LINK, "note of support", after={"value": "Alice called"}, detail="Olga")
        write_change(contract, Cause.LINK, "organisation", before={"value": "Acme"}, after={"value": "Acme Labs"})
    html = another_client.get(path).html
    told = [word for word in ("called", "Olga", "note of support", "Acme") if word in html]
    assert (told, "Its organisation has changed." in html) == ([], True)


def test_organisation_and_account_are_where_its_maker_said_so(another_client: PortalClient, share: Callable[..., str]):
    page = another_client.get(share(names_shown=True))
    assert ("Acme" in page.text, "ending in 6666" in page.text, "Alice" in page.html) == (True, True, False)


@pytest.mark.parametrize(
    ("part", "timeline", "explanation"),
    [(Part.PAGE, False, False), (Part.TIMELINE, True, False), (Part.EXPLANATION, True, True)],
)
def test_it_shows_what_was_chosen(
    another_client: PortalClient, share: Callable[..., str], part: Part, timeline: bool, explanation: bool
):
    html = another_client.get(share(part)).html
    assert ('<svg class="lanes' in html, "so the contract is active" in html) == (timeline, explanation)


def test_it_has_no_lane_of_people(another_client: PortalClient, share: Callable[..., str]):
    assert "lanes-people" not in another_client.get(share(Part.EXPLANATION)).html


def test_nothing_on_it_can_be_pressed(another_client: PortalClient, share: Callable[..., str]):
    assert another_client.get(share(Part.EXPLANATION)).forms == []


def test_nobody_keeps_it_finds_it_or_is_told_its_address(another_client: PortalClient, share: Callable[..., str]):
    page = another_client.get(share())
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert page.headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert '<meta name="referrer" content="no-referrer">' in page.html


def test_other_pages_tell_theirs_to_our_own(another_client: PortalClient):
    page = another_client.get("/signin")
    assert page.headers.getlist("Referrer-Policy") == ["same-origin"]
    assert '<meta name="referrer" content="same-origin">' in page.html


def test_it_leads_nowhere_inside(another_client: PortalClient, share: Callable[..., str]):
    html = another_client.get(share(Part.EXPLANATION)).html
    assert [link for link in re.findall(r'href="(/[^"]*)"', html) if link.startswith(("/contracts", "/staff"))] == []


def test_a_token_that_is_nobody_s_is_404(another_client: PortalClient):
    assert another_client.get(f"/shared/{'x' * 43}").status == 404


def test_one_whose_time_is_over_says_so(
    another_client: PortalClient, share: Callable[..., str], app: Flask, stored: Callable[..., list[Any]]
):
    path = share()
    with app.app_context(), transaction():
        db.session.execute(db.update(SharedLink).values(expires_at=utcnow()))
    page = another_client.get(path)
    assert (page.status, "This link has ended" in page.text, "Tidemark Analytics" in page.html) == (410, True, False)
    assert page.headers.getlist("Referrer-Policy") == ["no-referrer"]


def test_one_whose_contract_changed_hands_shows_nothing(
    another_client: PortalClient, share: Callable[..., str], app: Flask
):
    path = share()
    with app.app_context(), transaction():
        db.session.scalars(db.select(Contract)).one().organisation = Organisation(name="Globex")
    assert another_client.get(path).status == 410


def test_looks_are_counted_and_written_down(
    another_client: PortalClient, share: Callable[..., str], stored: Callable[..., list[Any]]
):
    path = share()
    for _ in range(2):
        another_client.get(path)
    (link,) = stored(SharedLink)
    noted = [entry for entry in stored(AuditEntry) if entry.action == "opened a shared link"]
    assert (link.views, len(noted), noted[0].actor) == (2, 1, "visitor")


def test_a_head_request_is_answered_alike(another_client: PortalClient, share: Callable[..., str]):
    assert another_client.http.head(share(), base_url=another_client.site).status_code == 200
