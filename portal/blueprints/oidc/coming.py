"""To the provider and back."""

from __future__ import annotations

import logging

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.identities import person_of
from portal.blueprints.oidc.door import blueprint, come_back_url, keep_bearer, provider, set_out, trip_of
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.web import entering, visitor
from portal.web.addresses import is_ours
from portal.web.identity_providers import ProviderAway, ProviderRefused

logger = logging.getLogger(__name__)

FROM_ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What browsers say in `Sec-Fetch-Site` of a link on a page that is not ours."""


@blueprint.get("/signin/with/<key>")
def begin(key: str) -> ResponseReturnValue:
    """On to the provider. A link and no form: by our Content-Security-Policy no form leads to another site.

    A page of somebody else's cannot sign its reader in here by leading there: its reader has to press the link first.
    """
    asked, wanted = provider(key), request.args.get("next", "")
    if request.headers.get("Sec-Fetch-Site") in FROM_ELSEWHERE:
        return redirect(url_for("signin.show", next=wanted if is_ours(wanted) else None), 303)
    try:
        begun = asked.begin(come_back_url(key))
    except ProviderAway as error:
        logger.warning("Identity provider %s is away: %s", key, error)
        return _away(key), 503
    except ProviderRefused as error:
        logger.error("Identity provider %s: %s", key, error)
        return _away(key), 502
    person_id = visitor.visitor().person_id if current_user.is_authenticated else None
    set_out(key, begun, next=wanted if is_ours(wanted) else "", person=person_id)
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
        return _away(key), 503
    except ProviderRefused as error:
        logger.warning("Nobody came in by %s: %s", key, error)
        if request.args.get("error") == "access_denied":
            return _declined(key, trip["next"])
        name = asked.settings.name
        flash(_("%(provider)s did not let you in. Please try again, or use another way.", provider=name), "warning")
        return redirect(url_for("signin.show", next=trip["next"] or None), 303)
    with transaction():
        person = person_of(bearer.issuer, bearer.subject, utcnow())
    if person is None:
        here = visitor.visitor().person_id if current_user.is_authenticated else None
        keep_bearer(key, bearer, here if here == trip["person"] else None)
        return redirect(url_for("oidc.settle", next=trip["next"] or None), 303)
    where = entering.enter(person, key, second_factor_given=bearer.second_factor_given, wanted=trip["next"])
    return redirect(where, 303)


def _declined(key: str, wanted: str = "") -> ResponseReturnValue:
    name = provider(key).settings.name
    flash(_("You did not sign in with %(provider)s. Nothing was changed.", provider=name), "warning")
    return redirect(url_for("signin.show", next=wanted or None), 303)


def _away(key: str) -> str:
    return render_template("oidc/away.html", provider=provider(key).settings, next=request.args.get("next", ""))
