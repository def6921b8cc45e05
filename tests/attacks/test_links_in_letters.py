"""Links that open something: a program that looks at mail opens them first, and somebody tries each a second time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal.accounts import addresses, resetting, verifying
from portal.accounts.models import Person
from portal.database import db, transaction, utcnow
from tests.attacks.conftest import House
from tests.cast import Somebody
from tests.portal_client import PortalClient

Read = Callable[[], dict[str, dict[Any, Any]]]
KINDS = ["invitation", "hand-over", "offer", "verification", "new password", "address, new", "address, old"]


@pytest.fixture
def links(app: Flask, vermilion: House) -> dict[str, str]:
    """One of each kind."""
    with app.app_context(), transaction():
        owner, now = db.session.get_one(Person, vermilion.owner.id), utcnow()
        asked, change = resetting.ask(owner.email, now), addresses.ask(owner, "other@vermilion.example", now)
        assert asked
        return {
            "invitation": "/invitations/an invitation",
            "hand-over": "/marketplace/hand-over/a hand-over",
            "offer": "/moves/offers/an offer",
            "verification": f"/verify/{verifying.link_for(owner, now)}",
            "new password": f"/password/reset/{asked.token}",
            "address, new": f"/profile/address/link/{change.new}",
            "address, old": f"/profile/address/link/{change.old}",
        }


@pytest.mark.parametrize("kind", KINDS)
def test_looking_changes_nothing(client: PortalClient, links: dict[str, str], everything: Read, kind: str):
    before = everything()
    for _again in range(3):
        client.get(links[kind])
        client.http.head(links[kind], base_url=client.site)
    assert everything() == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_address_is_passed_on_to_nobody_and_kept_by_nothing(client: PortalClient, links: dict[str, str], kind: str):
    headers = client.get(links[kind]).headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "invitation"])
def test_pressing_a_button_elsewhere_does_nothing(
    client: PortalClient, links: dict[str, str], everything: Read, kind: str
):
    before = everything()
    deeds = ["/accept", "/refuse"] if kind == "offer" else [""]
    answers = [client.post(links[kind] + deed, {"password": "mauve lantern cabbage"}).status for deed in deeds]
    assert (set(answers), everything() == before) == ({400}, True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_the_database_opens_nothing(
    app: Flask, client: PortalClient, links: dict[str, str], everything: Read, kind: str
):
    secret = links[kind].rsplit("/", 1)[1]
    assert secret not in str(everything())


@pytest.mark.parametrize("kind", KINDS)
def test_too_late_is_too_late(
    client: PortalClient, mallory: Somebody, links: dict[str, str], kind: str, monkeypatch: pytest.MonkeyPatch
):
    later = utcnow() + timedelta(days=8)
    for module in ("organisation.accepting", "landing.taking", "moving.answering", "verifying", "password"):
        monkeypatch.setattr(f"portal.blueprints.{module}.utcnow", lambda: later)
    monkeypatch.setattr("portal.blueprints.profile.address.utcnow", lambda: later)
    monkeypatch.setattr("portal.web.invited.utcnow", lambda: later)
    page = client.follow(client.get(links[kind]))
    if page.response.request.path == "/signin":  # asked who they are first, and told then
        page = client.sign_in_anew_as(mallory).get(links[kind])
    assert page.status == 410
