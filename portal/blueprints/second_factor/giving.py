"""Giving the second factor: a code of an app, a passkey, or a recovery code."""

from __future__ import annotations

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal import audit
from portal.accounts import factors, passkeys, recovery
from portal.accounts.factors import Answer
from portal.accounts.models import Person
from portal.accounts.passkeys import PasskeyRefused
from portal.blueprints.second_factor.door import (
    NO_PASSKEY,
    PROBLEMS,
    TOO_LATE,
    answer_of_browser,
    asked,
    blueprint,
    code_field,
    house,
    let_in,
    seal,
)
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.language import lazily, ngettext
from portal.staff import members
from portal.web import entering

NO_CODE = lazily("This recovery code is not known, or was used already.")


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code of an app."""

    code = code_field()


class RecoveryForm(FlaskForm):  # type: ignore[misc]
    """One of the codes on paper."""

    recovery_code = StringField(
        lazily("Recovery code"),
        validators=[DataRequired(lazily("Please enter one of your recovery codes.")), Length(max=60, message=NO_CODE)],
    )


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Ask for it."""
    person = asked()
    if person is None:
        return _nobody()
    if not entering.has_second_factor(person.id):
        return redirect(url_for("second_factor.start", next=request.args.get("next")))
    return _page(person, CodeForm(formdata=None))


@blueprint.post("")
def give_code() -> ResponseReturnValue:
    """Take a code of the app."""
    person = asked()
    if person is None:
        return _nobody()
    form = CodeForm()
    if not form.validate():
        return _page(person, form), 400
    with transaction():
        answer = factors.check_code(person.id, form.code.data, seal(), utcnow())
        _note(person, answer, "app")
    if answer is not Answer.RIGHT:
        form.code.errors = [_(PROBLEMS[answer])]
        return _page(person, form), 429 if answer is Answer.BLOCKED else 401
    return redirect(let_in(person, "app"), 303)


@blueprint.post("/recovery")
def give_recovery_code() -> ResponseReturnValue:
    """Take a code on paper."""
    person = asked()
    if person is None:
        return _nobody()
    form = RecoveryForm()
    if not form.validate():
        return _page(person, recovery_form=form), 400
    with transaction():
        answer = recovery.use(person.id, form.recovery_code.data, utcnow())
        _note(person, answer, "recovery code")
    if answer is not Answer.RIGHT:
        form.recovery_code.errors = [_(PROBLEMS[answer]) if answer is Answer.BLOCKED else NO_CODE]
        return _page(person, recovery_form=form), 429 if answer is Answer.BLOCKED else 401
    where = let_in(person, "recovery")
    left = recovery.left(person.id)
    flash(
        ngettext(
            "You have used a recovery code. %(num)d is left: make new ones in your profile.",
            "You have used a recovery code. %(num)d are left.",
            left,
        ),
        "warning",
    )
    return redirect(where, 303)


@blueprint.post("/passkey/begin")
def begin_passkey() -> ResponseReturnValue:
    """What the browser is to ask the person's passkey."""
    person = asked()
    if person is None:
        return jsonify(problem=str(TOO_LATE)), 401
    with transaction():
        return jsonify(passkeys.begin_asking(person.id, house(), utcnow()))


@blueprint.post("/passkey")
def give_passkey() -> ResponseReturnValue:
    """Take a passkey's signature; the answer says where to go."""
    person = asked()
    if person is None:
        return jsonify(problem=str(TOO_LATE)), 401
    refused = False
    with transaction():
        try:
            passkeys.check(person.id, answer_of_browser(), house(), utcnow())
        except PasskeyRefused:  # what was asked is used up all the same
            refused = True
            _note(person, Answer.WRONG, "passkey")
    return (jsonify(problem=_(NO_PASSKEY)), 401) if refused else jsonify(go=let_in(person, "passkey"))


def _note(person: Person, answer: Answer, which: str) -> None:
    if answer is not Answer.RIGHT:
        actor = f"person:{person.id}"
        audit.record(actor, "second factor refused", actor, answer=str(answer), factor=which)


def _nobody() -> ResponseReturnValue:
    """Nobody is asked: a customer who is in already, or somebody who has to begin again."""
    if current_user.is_authenticated:
        abort(403)
    if request.method == "POST":
        flash(TOO_LATE, "notice")
    return redirect(url_for("signin.show", next=request.args.get("next")), 303)


def _page(person: Person, form: CodeForm | None = None, recovery_form: RecoveryForm | None = None) -> str:
    return render_template(
        "second_factor/show.html",
        form=form or CodeForm(formdata=None),
        recovery_form=recovery_form or RecoveryForm(formdata=None),
        next=request.args.get("next", ""),
        house=house(),
        is_staff=members.is_staff(person.id),
        **entering.ways(person.id),
    )
