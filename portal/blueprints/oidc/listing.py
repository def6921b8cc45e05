"""With which providers one signs in: a page of one's own account."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts.identities import LastWayIn, identities_of, remove
from portal.accounts.models import Person
from portal.blueprints.oidc.door import blueprint
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.services import sender
from portal.web.confirming import confirmed_first
from portal.web.visitor import visitor


@blueprint.get("/profile/identities")
@login_required
def identities() -> ResponseReturnValue:
    """What there is, and what could be."""
    mine, providers = identities_of(visitor().person_id), current_app.extensions["identity_providers"]
    issuers = {one.issuer for one in mine}
    return render_template(
        "oidc/identities.html",
        mine=[(one, name_of(one.provider)) for one in mine],
        others=[one.settings for one in providers.values() if one.settings.issuer not in issuers],
    )


@blueprint.post("/profile/identities/<int:identity_id>/remove")
@confirmed_first("oidc.identities")
def remove_identity(identity_id: int) -> ResponseReturnValue:
    """Sign in with it no more."""
    me, providers = db.session.get_one(Person, visitor().person_id), current_app.extensions["identity_providers"]
    issuers = {one.settings.issuer for one in providers.values()}
    try:
        with transaction():
            removed = remove(me.id, identity_id, issuers)
            if removed:
                outbox.post(me, letters.identity_removed(sender(), me.name, name_of(removed), utcnow()))
                after_commit(later.send_mail)
    except LastWayIn:
        flash(_("This is your only way to sign in. Set a password first, then it can be removed."), "warning")
    return redirect(url_for("oidc.identities"), 303)


def name_of(key: str) -> str:
    """A provider as people know it; its key, where the seller has it no more."""
    found = current_app.extensions["identity_providers"].get(key)
    return found.settings.name if found else key
