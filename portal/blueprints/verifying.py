"""Showing that one reads mail at one's address: the link in the welcome letter, and asking for another one.

The link is for whoever is signed in to the account: a stranger who signed up with somebody else's address does not have
it, and that somebody, who opens the stranger's letter, does not have the password.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from portal.accounts import verifying
from portal.accounts.models import Person
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.services import sender, settings
from portal.web.addresses import ours_or
from portal.web.visitor import unknown, visitor

blueprint = Blueprint("verifying", __name__, url_prefix="/verify")


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Ask. Opening the link changes nothing: programs that look at mail open links, too."""
    person = verifying.person_with(token, utcnow())
    if person is None:
        return _gone()
    if not current_user.is_authenticated:
        return unknown()
    if visitor().person_id != person.id:
        return render_template("verifying/other.html"), 403
    return render_template("verifying/show.html", whose=person, token=token)


@blueprint.post("/<token>")
@login_required
def verify(token: str) -> ResponseReturnValue:
    """It is theirs."""
    person = verifying.person_with(token, utcnow())
    if person is not None and person.id != visitor().person_id:
        return render_template("verifying/other.html"), 403
    with transaction():
        done = verifying.verify(token, utcnow())
    if done is None:
        return _gone()
    flash(_("Thank you, your address is confirmed."), "success")
    return redirect(url_for("contracts.index"), 303)


@blueprint.post("/again")
@login_required
def again() -> ResponseReturnValue:
    """Send another letter."""
    person = db.session.get_one(Person, visitor().person_id, populate_existing=True)
    with transaction():
        token = verifying.again(person, utcnow())
        if token:
            outbox.post(person, letters.verify_address(sender(), person.name, link(token)))
            after_commit(later.send_mail)
    if person.email_verified_at is not None:
        flash(_("Your address is confirmed already."), "success")
    else:
        flash(_("We have written to %(address)s. Open the link in the letter.", address=person.email), "success")
    back = request.form.get("next", "")
    return redirect(ours_or(back, url_for("profile.show")), 303)


def link(token: str) -> str:
    """The address that stands in a letter."""
    return settings().portal_url + url_for("verifying.show", token=token)


def _gone() -> ResponseReturnValue:
    known = db.session.get(Person, visitor().person_id) if current_user.is_authenticated else None
    return render_template("verifying/gone.html", whose=known), 410
