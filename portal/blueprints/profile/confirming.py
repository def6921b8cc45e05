"""Confirming that it is still the same person: by password, passkey, code, or by signing in again."""

from __future__ import annotations

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from portal import audit
from portal.accounts import confirming as verbs
from portal.accounts import factors, passkeys
from portal.accounts.confirming import PAUSE
from portal.accounts.factors import Answer
from portal.accounts.passkeys import PasskeyRefused
from portal.blueprints.profile.door import blueprint, myself
from portal.blueprints.second_factor.door import NO_PASSKEY, PROBLEMS, answer_of_browser, code_field, house, seal
from portal.blueprints.signup import LONGEST_PASSWORD
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.language import lazily
from portal.web import visitor
from portal.web.addresses import ours_or
from portal.web.confirming import confirm as note_confirmed


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The password, once more."""

    password = PasswordField(
        lazily("Password"),
        validators=[
            DataRequired(lazily("Please enter your password.")),
            Length(max=LONGEST_PASSWORD, message=lazily("This is not your password. Please try again.")),
        ],
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code of an app."""

    code = code_field()


@blueprint.get("/confirm")
@login_required
def confirm() -> ResponseReturnValue:
    """Ask for it."""
    return _page()


@blueprint.post("/confirm")
@login_required
def confirm_by_password() -> ResponseReturnValue:
    """Take the password."""
    form = PasswordForm()
    if not form.validate():
        return _page(password=form), 400
    answer = verbs.check_password(visitor.visitor().person_id, form.password.data, utcnow())
    if answer is not Answer.RIGHT:
        form.password.errors = [
            _("This is not your password. Please try again.")
            if answer is Answer.WRONG
            else _(
                "There were too many tries. Please try again in %(minutes)s minutes.",
                minutes=int(PAUSE.total_seconds() // 60),
            )
        ]
        return _page(password=form), 429 if answer is Answer.BLOCKED else 401
    return redirect(_confirmed(), 303)


@blueprint.post("/confirm/code")
@login_required
def confirm_by_code() -> ResponseReturnValue:
    """Take a code, of whoever has no password."""
    form, person = CodeForm(), myself()
    if not form.validate():
        return _page(code=form), 400
    with transaction():
        answer = factors.check_code(person.id, form.code.data, seal(), utcnow())
    if answer is Answer.RIGHT and person.password_hash is None:
        return redirect(_confirmed(), 303)
    form.code.errors = [PROBLEMS.get(answer, PROBLEMS[Answer.WRONG])]
    return _page(code=form), 429 if answer is Answer.BLOCKED else 401


@blueprint.post("/confirm/passkey/begin")
@login_required
def confirm_begin_passkey() -> ResponseReturnValue:
    """What the browser is to ask the person's passkey."""
    with transaction():
        return jsonify(passkeys.begin_asking(visitor.visitor().person_id, house(), utcnow()))


@blueprint.post("/confirm/passkey")
@login_required
def confirm_by_passkey() -> ResponseReturnValue:
    """Take a passkey's signature; the answer says where to go."""
    person_id, refused = visitor.visitor().person_id, False
    with transaction():
        try:
            passkeys.check(person_id, answer_of_browser(), house(), utcnow())
        except PasskeyRefused:  # what was asked is used up all the same
            refused = True
            audit.record(f"person:{person_id}", "second factor refused", f"person:{person_id}", answer="passkey")
    return (jsonify(problem=_(NO_PASSKEY)), 401) if refused else jsonify(go=_confirmed())


@blueprint.post("/confirm/again")
@login_required
def confirm_by_signing_in() -> ResponseReturnValue:
    """Sign out, to sign in again: for whoever has neither password nor passkey nor app here."""
    where = _wanted()
    visitor.sign_out()
    return redirect(url_for("signin.show", next=where), 303)


def _wanted() -> str:
    return ours_or(request.args.get("next", ""), url_for("profile.show"))


def _confirmed() -> str:
    note_confirmed(utcnow())
    return _wanted()


def _page(password: PasswordForm | None = None, code: CodeForm | None = None) -> str:
    person = myself()
    factor = factors.factor_of(person.id)
    return render_template(
        "profile/confirm.html",
        password=(password or PasswordForm(formdata=None)) if person.password_hash else None,
        code=(code or CodeForm(formdata=None)) if factor and factor.sealed_key and not person.password_hash else None,
        has_passkey=bool(passkeys.passkeys_of(person.id)),
        house=house(),
        next=_wanted(),
    )
