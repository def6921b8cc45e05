"""Where one is signed in, and signing out there."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal import audit
from portal.accounts import sessions
from portal.accounts.agents import said
from portal.blueprints.profile.door import blueprint
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.sealing import hash_secret
from portal.web import visitor
from portal.web.confirming import confirmed_first


@blueprint.get("/browsers")
@login_required
def browsers() -> ResponseReturnValue:
    """All of them; this one is marked."""
    here = hash_secret(visitor.session_key() or "")
    mine = sessions.sessions_of(visitor.visitor().person_id, utcnow())
    return render_template(
        "profile/browsers.html",
        browsers=[(one, said(one.agent) or _("Unknown browser"), one.key_hash == here) for one in mine],
    )


@blueprint.post("/browsers/<int:session_id>/end")
@confirmed_first("profile.browsers")
def end_browser(session_id: int) -> ResponseReturnValue:
    """Sign out one of them."""
    person_id = visitor.visitor().person_id
    with transaction():
        ended = sessions.end_one(person_id, session_id)
        if ended:
            audit.record(f"person:{person_id}", "signed out a browser", f"person:{person_id}")
    if ended:
        flash(_("That browser is signed out."), "success")
    return redirect(url_for("profile.browsers"), 303)


@blueprint.post("/browsers/end-others")
@confirmed_first("profile.browsers")
def end_other_browsers() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    person_id = visitor.visitor().person_id
    with transaction():
        sessions.end_all(person_id, but=visitor.session_key())
        audit.record(f"person:{person_id}", "signed out everywhere else", f"person:{person_id}")
    flash(_("All other browsers are signed out."), "success")
    return redirect(url_for("profile.browsers"), 303)
