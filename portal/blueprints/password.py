"""Whoever has forgotten their password: asking for a letter, and choosing a new one with the link in it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from portal.accounts import resetting
from portal.accounts.models import Person
from portal.accounts.people import memberships_of
from portal.blueprints.signup import PREFILL
from portal.database import after_commit, transaction, utcnow
from portal.extensions import csrf
from portal.jobs import later
from portal.language import gettext as _
from portal.language import lazily
from portal.mail import letters, outbox
from portal.services import sender, settings
from portal.web import console, known_device, visitor
from portal.web.claim_aside import claim_aside
from portal.web.fields import one_line
from portal.web.new_password import complain, new_password_field
from portal.web.unhurried import unhurried

blueprint = Blueprint("password", __name__, url_prefix="/password")


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """Whose password it is."""

    email = EmailField(
        lazily("Email"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter your email address.")),
            Length(max=320, message=lazily("Please enter a shorter email address.")),
        ],
    )


class ResetForm(FlaskForm):  # type: ignore[misc]
    """The new one."""

    password = new_password_field()


@blueprint.get("/forgot")
def forgot() -> ResponseReturnValue:
    """Ask for the address."""
    form = ForgottenForm(formdata=None)
    form.email.data = session.get(PREFILL, "")
    return render_template("password/forgot.html", form=form, **claim_aside())


@blueprint.post("/forgot")
@csrf.exempt  # the form checks its own token, and keeps what was typed when that is stale
def ask() -> ResponseReturnValue:
    """Write to whoever has the address; known and unknown ones get the same answer after the same time."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("password/forgot.html", form=form, **claim_aside()), 400
    with unhurried(), transaction():
        asked = resetting.ask(form.email.data, utcnow())
        if asked:
            link = settings().portal_url + url_for("password.choose", token=asked.token)
            outbox.post(asked.person, letters.reset_password(sender(), asked.person.name, link))
            after_commit(later.send_mail)
    session[PREFILL] = form.email.data
    return redirect(url_for("password.sent", claim=visitor.claim_at_hand()), 303)


@blueprint.get("/forgot/sent")
def sent() -> ResponseReturnValue:
    """What happens now, whether there is an account or not."""
    return render_template("password/sent.html", email=session.get(PREFILL, ""), **claim_aside())


@blueprint.get("/reset/<token>")
def choose(token: str) -> ResponseReturnValue:
    """The form for a new password. Opening the link changes nothing: programs that look at mail open links, too."""
    person = resetting.person_with(token, utcnow())
    return _page(ResetForm(formdata=None), person, token) if person else _gone()


@blueprint.post("/reset/<token>")
def reset(token: str) -> ResponseReturnValue:
    """Take the new password, and let them sign in with it."""
    person = resetting.person_with(token, utcnow())
    if person is None:
        return _gone()
    form = ResetForm()
    organisations = [membership.organisation.name for membership in memberships_of(person.id)]
    if not form.validate() or complain(form.password, person.name, person.email, *organisations):
        return _page(form, person, token), 400
    with transaction():
        changed = resetting.reset(token, form.password.data, utcnow())
        if changed is not None:
            outbox.post(changed, letters.password_changed(sender(), changed.name, utcnow()))
            after_commit(later.send_mail)
    if changed is None:
        return _gone()
    console.leave()
    visitor.sign_out()
    known_device.remember(changed.id)  # whatever strangers have tried, this browser need not wait for them
    session[PREFILL] = changed.email
    flash(_("Your password is changed. Sign in with the new one."), "success")
    return redirect(url_for("signin.show", claim=visitor.claim_at_hand()), 303)


def _page(form: ResetForm, person: Person, token: str) -> str:
    return render_template("password/reset.html", form=form, whose=person, token=token, **claim_aside())


def _gone() -> ResponseReturnValue:
    return render_template("password/gone.html", **claim_aside()), 410
