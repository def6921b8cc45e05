"""To the provider and back."""

from __future__ import annotations

import logging
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.identities import person_of
from portal.blueprints.oidc.door import blueprint, come_back_url, keep_bearer, provider, set_out, trip_of
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.web import entering, visitor
from portal.web.addresses import is_ours
from portal.web.bearers import ProviderRefused
from portal.web.claim_aside import claim_to_go_on_with
from portal.web.identity_providers import ProviderAway

logger = logging.getLogger(__name__)

LONGEST_NEXT = 500
"""Browsers keep no cookie of more than 4 KB, and three trips are to fit."""
FROM_ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What browsers say in `Sec-Fetch-Site` of a link on a page that is not ours."""


@blueprint.get("/signin/with/<key>")
def begin(key: str) -> ResponseReturnValue:
    """On to the provider. A link and no form: by our Content-Security-Policy no form leads to another site.

    A page of somebody else's cannot sign its reader in here by leading there: its reader has to press the link first.
    """
    asked, wanted = provider(key), request.args.get("next", "")
    claim_id = claim_to_go_on_with() if "claim" in request.args else None
    trip = {
        "next": wanted if is_ours(wanted) and len(wanted) <= LONGEST_NEXT else "",
        "claim": str(claim_id) if claim_id else None,
        "person": visitor.visitor().person_id if current_user.is_authenticated else None,
    }
    if request.headers.get("Sec-Fetch-Site") in FROM_ELSEWHERE:
        return redirect(url_for("signin.show", **_onward(trip)), 303)
    try:
        begun = asked.begin(come_back_url(key))
    except ProviderAway as error:
        logger.warning("Identity provider %s is away: %s", key, error)
        return _away(key, trip), 503
    except ProviderRefused as error:
        logger.error("Identity provider %s: %s", key, error)
        return _away(key, trip), 502
    set_out(key, begun, trip)
    return redirect(begun.url)


@blueprint.get("/signin/with/<key>/callback")
def come_back(key: str) -> ResponseReturnValue:
    """Back from the provider: in, or on to being joined to an account."""
    asked = provider(key)
    found = trip_of(key, request.args.get("state", ""))
    if found is None and request.args.get("error") == "access_denied":  # some say so without the state
        return _declined(key)
    if found is None:
        flash(_("That took too long, or was begun in another browser. Please sign in again."), "notice")
        return redirect(url_for("signin.show"), 303)
    begun, trip = found
    try:
        bearer = asked.finish(come_back_url(key), begun, request.args.to_dict())
    except ProviderAway as error:
        logger.warning("Identity provider %s is away: %s", key, error)
        return _away(key, trip), 503
    except ProviderRefused as error:
        logger.warning("Nobody came in by %s: %s", key, error)
        if request.args.get("error") == "access_denied":
            return _declined(key, **_onward(trip))
        name = asked.settings.name
        flash(_("%(provider)s did not let you in. Please try again, or use another way.", provider=name), "warning")
        return redirect(url_for("signin.show", **_onward(trip)), 303)
    with transaction():
        person = person_of(bearer.issuer, bearer.subject, utcnow())
    if person is None:
        here = visitor.visitor().person_id if current_user.is_authenticated else None
        keep_bearer(key, bearer, here if here == trip["person"] else None)
        return redirect(url_for("oidc.settle", **_onward(trip)), 303)
    wanted = url_for("landing.organisation", claim_id=trip["claim"]) if trip["claim"] else trip["next"]
    where = entering.enter(person, key, second_factor_given=bearer.second_factor_given, wanted=wanted)
    return redirect(where, 303)


def _onward(trip: dict[str, Any]) -> dict[str, Any]:
    """What the next page is told, as the sign-in page was: where to, and with which purchase."""
    return {"next": trip["next"] or None, "claim": trip["claim"]}


def _declined(key: str, **onward: Any) -> ResponseReturnValue:
    name = provider(key).settings.name
    flash(_("You did not sign in with %(provider)s. Nothing was changed.", provider=name), "warning")
    return redirect(url_for("signin.show", **onward), 303)


def _away(key: str, trip: dict[str, Any]) -> str:
    return render_template("oidc/away.html", provider=provider(key).settings, onward=_onward(trip))
