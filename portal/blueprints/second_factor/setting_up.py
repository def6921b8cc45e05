"""Setting up a member of staff: the code they were given, a password, and the second factor."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from portal.accounts import factors, passkeys
from portal.accounts.factors import Answer
from portal.accounts.passkeys import PasskeyRefused
from portal.blueprints.second_factor.door import (
    NO_PASSKEY,
    PROBLEMS,
    FirstCodeForm,
    answer_of_browser,
    app_to_scan,
    blueprint,
    enter_console,
    house,
    seal,
)
from portal.blueprints.signup import LONGEST_PASSWORD, SHORTEST_PASSWORD
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.language import lazily, marked
from portal.staff import members
from portal.web import visitor
from portal.web.fields import one_line
from portal.web.new_password import complain

CODE_GONE = marked("This set-up code is not known, was used, or is too old. Ask for a new one.")
GONE = marked("The time for setting up is over. Ask for a new set-up code.")


class SetUpForm(FlaskForm):  # type: ignore[misc]
    """The set-up code, and who its bearer is."""

    code = StringField(
        lazily("Set-up code"),
        filters=[one_line],
        validators=[DataRequired(lazily("Please enter your set-up code.")), Length(max=100)],
    )
    name = StringField(
        lazily("Your name"),
        filters=[one_line],
        validators=[DataRequired(lazily("Please enter your name.")), Length(max=200)],
    )
    password = PasswordField(
        lazily("New password"),
        validators=[
            DataRequired(lazily("Please choose a password.")),
            Length(
                min=SHORTEST_PASSWORD,
                max=LONGEST_PASSWORD,
                message=lazily(
                    "Please use %(least)s to %(most)s characters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD
                ),
            ),
        ],
    )


@blueprint.get("/set-up")
def set_up() -> ResponseReturnValue:
    """Ask for the set-up code and a password."""
    return render_template("second_factor/set_up.html", form=SetUpForm(formdata=None))


@blueprint.post("/set-up")
def begin_set_up() -> ResponseReturnValue:
    """Make the account; the second factor comes next."""
    form = SetUpForm()
    if not form.validate() or complain(form.password, form.name.data):
        return render_template("second_factor/set_up.html", form=form), 400
    with transaction():
        member = members.member_with_code(form.code.data, utcnow())
        person = members.begin_set_up(member, form.name.data, form.password.data, utcnow()) if member else None
        if person is not None:
            factors.new_key(person.id, seal())
    if person is None:
        form.code.errors = [_(CODE_GONE)]
        return render_template("second_factor/set_up.html", form=form), 410
    visitor.sign_in(person, "password")
    return redirect(url_for("second_factor.choose"), 303)


@blueprint.get("/choose")
@login_required
def choose() -> ResponseReturnValue:
    """Show the key for an app, and the button for a passkey."""
    return _page(FirstCodeForm(formdata=None))


@blueprint.post("/choose")
@login_required
def confirm_app() -> ResponseReturnValue:
    """Take the app's first code."""
    person_id = visitor.visitor().person_id
    form = FirstCodeForm()
    if not form.validate():
        return _page(form, 400)
    with transaction():
        member = members.being_set_up(person_id, utcnow())
        answer = factors.confirm_key(person_id, form.code.data, seal(), utcnow()) if member else None
        done = bool(member and answer is Answer.RIGHT and members.finish_set_up(member, utcnow()))
    if answer in PROBLEMS:
        form.code.errors = [PROBLEMS[answer]]
        return _page(form, 429 if answer is Answer.BLOCKED else 401)
    return redirect((enter_console(person_id, "app") if done else None) or _over(), 303)


@blueprint.post("/choose/passkey/begin")
@login_required
def begin_new_passkey() -> ResponseReturnValue:
    """What the browser is to ask for a new passkey."""
    person = visitor.visitor()
    if members.being_set_up(person.person_id, utcnow()) is None:
        return jsonify(problem=_(GONE)), 410
    with transaction():
        return jsonify(passkeys.begin_adding(person.person_id, person.email, person.name, house(), utcnow()))


@blueprint.post("/choose/passkey")
@login_required
def keep_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made; the answer says where to go."""
    person_id = visitor.visitor().person_id
    try:
        with transaction():
            member = members.being_set_up(person_id, utcnow())
            if member is None:
                return jsonify(problem=_(GONE)), 410
            done = members.finish_set_up(member, utcnow())
            if done:  # by nobody else a moment before
                passkeys.add(person_id, answer_of_browser(), _("First passkey"), house(), utcnow())
    except PasskeyRefused:
        return jsonify(problem=_(NO_PASSKEY)), 401
    return jsonify(go=(enter_console(person_id, "passkey") if done else None) or _over())


def _over() -> str:
    flash(_(GONE), "warning")
    return url_for("second_factor.set_up")


def _page(form: FirstCodeForm, status: int = 200) -> ResponseReturnValue:
    person = visitor.visitor()
    member = members.being_set_up(person.person_id, utcnow())
    key = factors.key_to_show(person.person_id, seal()) if member else None
    if key is None:
        return redirect(_over(), 303)
    page = render_template(
        "second_factor/choose.html",
        form=form,
        is_staff=True,
        begin=url_for("second_factor.begin_new_passkey"),
        finish=url_for("second_factor.keep_passkey"),
        confirm=url_for("second_factor.confirm_app"),
        house=house(),
        **app_to_scan(key, person.email),
    )
    return page, status
