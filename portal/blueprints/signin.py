"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from portal import audit
from portal.accounts.people import authenticate
from portal.blueprints.signup import LONGEST_PASSWORD, PREFILL
from portal.database import transaction, utcnow
from portal.extensions import csrf
from portal.registration import claims
from portal.staff import members, sessions
from portal.web import console, visitor
from portal.web.addresses import is_ours
from portal.web.claim_aside import claim_aside, claim_to_go_on_with
from portal.web.fields import one_line

blueprint = Blueprint("signin", __name__)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """An address and a password."""

    email = EmailField(
        "Email", filters=[one_line], validators=[DataRequired("Please enter your email address."), Length(max=320)]
    )
    password = PasswordField(
        "Password", validators=[DataRequired("Please enter your password."), Length(max=LONGEST_PASSWORD)]
    )


@blueprint.get("/signin")
def show() -> ResponseReturnValue:
    """The form; somebody signed in already is sent on."""
    if current_user.is_authenticated:
        return redirect(_where_to(visitor.visitor().person_id))
    form = SignInForm(formdata=None)
    form.email.data = session.get(PREFILL, "")
    return _page(form)


@blueprint.post("/signin")
@csrf.exempt  # the form checks its own token, and keeps what was typed when that is stale
def enter() -> ResponseReturnValue:
    """Sign in; a wrong address and a wrong password get the same answer."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 400
    person = authenticate(form.email.data, form.password.data)
    if person is None:
        form.password.errors = ["This address and password do not fit together. Please try again."]
        return _page(form), 401
    where = _where_to(person.id)
    visitor.sign_in(person)
    with transaction():
        audit.record(f"person:{person.id}", "signed in", f"person:{person.id}")
        claims.note_known(visitor.claim_at_hand(), utcnow(), person.id)
    return redirect(where, 303)


@blueprint.post("/signout")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    key = console.leave()
    if key:
        with transaction():
            sessions.end(key)
    visitor.sign_out()
    flash("You are signed out.", "notice")
    after = request.form.get("next", "")
    return redirect(after if is_ours(after) else url_for("signin.show"), 303)


def _where_to(person_id: int) -> str:
    """On to the purchase that was brought, else to the page that asked for the sign-in, else to the contracts, or the
    console."""
    claim_id = claim_to_go_on_with()
    wanted = request.args.get("next", "")
    if wanted == url_for("organisation.invitation"):
        return wanted  # accepting it leads on to the purchase
    if claim_id and not (wanted and "claim" not in request.args):
        return url_for("landing.organisation", claim_id=claim_id)
    if is_ours(wanted):
        return wanted
    return url_for("staff.home" if members.is_staff(person_id) else "contracts.index")


def _page(form: SignInForm) -> str:
    return render_template("signin/signin.html", form=form, next=request.args.get("next", ""), **claim_aside())
