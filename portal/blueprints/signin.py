"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from portal.accounts.people import authenticate
from portal.blueprints.signup import LONGEST_PASSWORD, PREFILL
from portal.database import transaction
from portal.extensions import csrf
from portal.language import gettext as _
from portal.language import lazily, ngettext
from portal.staff import sessions
from portal.web import console, entering, guarding, visitor
from portal.web.addresses import ours_or
from portal.web.claim_aside import claim_aside
from portal.web.fields import one_line

blueprint = Blueprint("signin", __name__)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """An address and a password."""

    email = EmailField(
        lazily("Email"),
        filters=[one_line],
        validators=[DataRequired(lazily("Please enter your email address.")), Length(max=320)],
    )
    password = PasswordField(
        lazily("Password"),
        validators=[DataRequired(lazily("Please enter your password.")), Length(max=LONGEST_PASSWORD)],
    )


@blueprint.get("/signin")
def show() -> ResponseReturnValue:
    """The form; somebody signed in already is sent on."""
    if current_user.is_authenticated:
        return redirect(entering.where_to(visitor.visitor().person_id))
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
    of = guarding.counters_of(form.email.data)
    wait = guarding.begin_try(of)
    if wait:
        return _held_up(form, wait)
    person = authenticate(form.email.data, form.password.data)
    if person is None:
        guarding.note_wrong(form.email.data, of)
        form.password.errors = [_("This address and password do not fit together. Please try again.")]
        return _page(form), 401
    guarding.note_right(of)
    return redirect(entering.enter(person, "password"), 303)


@blueprint.post("/signout")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    key = console.leave()
    if key:
        with transaction():
            sessions.end(key)
    visitor.sign_out()
    flash(_("You are signed out."), "notice")
    after = request.form.get("next", "")
    answer = make_response(redirect(ours_or(after, url_for("signin.show")), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'  # pages that the back button would bring up again
    return answer


def _held_up(form: SignInForm, wait: timedelta) -> ResponseReturnValue:
    """Too many wrong passwords: the same for every address, so that it tells nothing of any."""
    seconds = ceil(wait.total_seconds())
    minutes = ceil(seconds / 60)
    long = ngettext(
        "There were too many wrong passwords. Please wait a minute and try again, or choose a new one by mail.",
        "There were too many wrong passwords. Please wait %(num)d minutes and try again, or choose a new one by mail.",
        minutes,
    )
    short = ngettext(
        "There were too many wrong passwords. Please wait a second and try again, or choose a new one by mail.",
        "There were too many wrong passwords. Please wait %(num)d seconds and try again, or choose a new one by mail.",
        seconds,
    )
    form.password.errors = [long if seconds >= 60 else short]
    return _page(form), 429, {"Retry-After": str(seconds)}


def _page(form: SignInForm) -> str:
    return render_template("signin/signin.html", form=form, next=request.args.get("next", ""), **claim_aside())
