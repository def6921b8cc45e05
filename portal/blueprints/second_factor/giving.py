"""Giving the second factor: a code, or a passkey."""

from __future__ import annotations

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf import FlaskForm

from portal import audit
from portal.accounts import factors, passkeys
from portal.accounts.factors import Answer
from portal.accounts.passkeys import PasskeyRefused
from portal.blueprints.second_factor.door import (
    NO_PASSKEY,
    PROBLEMS,
    answer_of_browser,
    blueprint,
    code_field,
    enter_console,
    house,
    seal,
)
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.staff import members
from portal.web.visitor import visitor


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code of an app."""

    code = code_field()


@blueprint.get("")
@login_required
def show() -> ResponseReturnValue:
    """Ask for it."""
    _only_staff()
    return _page(CodeForm(formdata=None))


@blueprint.post("")
@login_required
def give_code() -> ResponseReturnValue:
    """Take a code."""
    person_id = _only_staff()
    form = CodeForm()
    if not form.validate():
        return _page(form), 400
    with transaction():
        answer = factors.check_code(person_id, form.code.data, seal(), utcnow())
        if answer is not Answer.RIGHT:
            audit.record(f"person:{person_id}", "second factor refused", f"person:{person_id}", answer=str(answer))
    if answer is not Answer.RIGHT:
        form.code.errors = [PROBLEMS[answer]]
        return _page(form), 429 if answer is Answer.BLOCKED else 401
    return redirect(enter_console(person_id, "app") or url_for("site.index"), 303)


@blueprint.post("/passkey/begin")
@login_required
def begin_passkey() -> ResponseReturnValue:
    """What the browser is to ask the person's passkey."""
    person_id = _only_staff()
    with transaction():
        return jsonify(passkeys.begin_asking(person_id, house(), utcnow()))


@blueprint.post("/passkey")
@login_required
def give_passkey() -> ResponseReturnValue:
    """Take a passkey's signature; the answer says where to go."""
    person_id = _only_staff()
    refused = False
    with transaction():
        try:
            passkeys.check(person_id, answer_of_browser(), house(), utcnow())
        except PasskeyRefused:  # what was asked is used up all the same
            refused = True
            audit.record(f"person:{person_id}", "second factor refused", f"person:{person_id}", answer="passkey")
    if refused:
        return jsonify(problem=_(NO_PASSKEY)), 401
    return jsonify(go=enter_console(person_id, "passkey") or url_for("site.index"))


def _only_staff() -> int:
    person_id = visitor().person_id
    if not members.is_staff(person_id):
        abort(403)
    return person_id


def _page(form: CodeForm) -> str:
    person_id = visitor().person_id
    factor = factors.factor_of(person_id)
    return render_template(
        "second_factor/show.html",
        form=form,
        next=request.args.get("next", ""),
        house=house(),
        has_app=bool(factor and factor.sealed_key),
        has_passkey=bool(passkeys.passkeys_of(person_id)),
    )
