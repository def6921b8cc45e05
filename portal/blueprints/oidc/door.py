"""What the pages share: the providers, and who has come from one and is not joined to an account yet.

Browsers keep both in their session, which is signed: what a round trip was begun with, for ten minutes and one answer,
and who came back from it. Nothing of a provider's tokens is kept.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, session, url_for

from portal.database import utcnow
from portal.services import settings
from portal.web.bearers import Bearer
from portal.web.identity_providers import Begun, Provider
from portal.web.visitor import BEARER

blueprint = Blueprint("oidc", __name__)

TRIPS = "oidc_trips"
MOST_TRIPS = 3
"""As many tabs may be on their way."""
TRIP_FOR = timedelta(minutes=10)
BEARER_FOR = timedelta(minutes=30)


def provider(key: str) -> Provider:
    """The provider of this key; 404 when there is none."""
    found: Provider | None = current_app.extensions["identity_providers"].get(key)
    return found or abort(404)


def come_back_url(key: str) -> str:
    """Where the provider sends the browser, as it is told beforehand."""
    return settings().portal_url + url_for("oidc.come_back", key=key)


def set_out(key: str, begun: Begun, onward: dict[str, Any]) -> None:
    """Remember what a round trip was begun with."""
    trip = {"provider": key, "nonce": begun.nonce, "verifier": begun.verifier, "until": _until(TRIP_FOR), **onward}
    trips = {state: one for state, one in session.get(TRIPS, {}).items() if one["until"] > utcnow().timestamp()}
    session[TRIPS] = dict([*trips.items(), (begun.state, trip)][-MOST_TRIPS:])


def trip_of(key: str, state: str) -> tuple[Begun, dict[str, Any]] | None:
    """What the round trip with this state was begun with, here and to this provider; it is good for one answer."""
    trips = session.get(TRIPS, {})
    trip = trips.get(state)
    if trip is None or trip["provider"] != key or trip["until"] <= utcnow().timestamp():
        return None
    session[TRIPS] = {other: one for other, one in trips.items() if other != state}
    return Begun("", state, trip["nonce"], trip["verifier"]), trip


def keep_bearer(key: str, bearer: Bearer, person_id: int | None) -> None:
    """Remember who came from a provider; `person_id` is who was signed in here and wanted to join the two."""
    session[BEARER] = {**asdict(bearer), "provider": key, "person": person_id, "until": _until(BEARER_FOR)}


def bearer_at_hand() -> dict[str, Any] | None:
    """Who came from a provider with this browser, and is not joined to an account yet."""
    kept = session.get(BEARER)
    return kept if isinstance(kept, dict) and kept["until"] > utcnow().timestamp() else None


def forget_bearer() -> None:
    """They are joined, or do not want to be."""
    session.pop(BEARER, None)


def _until(time: timedelta) -> int:
    return int((utcnow() + time).timestamp())
