"""Setting one up on the way in: for customers of a portal where everybody has to have one.

Whoever is asked has shown who they are, is not signed in yet, and has none: who has one gives that, for otherwise a
password alone would be enough to bring another.
"""

from __future__ import annotations

import pyotp
from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import factors, passkeys, recovery
from portal.accounts.factors import Answer
from portal.accounts.models import Person
from portal.accounts.passkeys import PasskeyRefused
from portal.blueprints.second_factor.door import (
    NO_PASSKEY,
    PROBLEMS,
    TOO_LATE,
    FirstCodeForm,
    answer_of_browser,
    app_to_scan,
    blueprint,
    factor_changed,
    house,
    seal,
)
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.mail import letters
from portal.mail.letters.own_account import APP, PASSKEY
from portal.web import entering, visitor
from portal.web.addresses import ours_or
from portal.web.confirming import confirmed_first

KEY = "new_app_key"
"""In the browser's session, sealed: the key it is shown. Not in the database, where another browser that knows the
password would be shown the same one."""


@blueprint.get("/start")
def start() -> ResponseReturnValue:
    """Show the key for an app, and the button for a passkey."""
    person = _beginner()
    return _page(person, FirstCodeForm(formdata=None)) if person else _elsewhere()


@blueprint.post("/start")
def start_app() -> ResponseReturnValue:
    """Take the app's first code."""
    person, key = _beginner(), _key_shown()
    if person is None or key is None:
        return _elsewhere()
    form = FirstCodeForm()
    if not form.validate():
        return _page(person, form, 400)
    with transaction():
        answer = factors.take_key(person.id, key, form.code.data, seal(), utcnow())
        if answer is Answer.RIGHT:
            factor_changed(person, letters.factor_added, APP)
    if answer is not Answer.RIGHT:
        form.code.errors = [_(PROBLEMS[answer])]
        return _page(person, form, 429 if answer is Answer.BLOCKED else 401)
    return redirect(_let_in(person, "app"), 303)


@blueprint.post("/start/passkey/begin")
def start_begin_passkey() -> ResponseReturnValue:
    """What the browser is to ask for a new passkey."""
    person = _beginner()
    if person is None:
        return jsonify(problem=str(TOO_LATE)), 401
    with transaction():
        return jsonify(passkeys.begin_adding(person.id, person.email, person.name, house(), utcnow()))


@blueprint.post("/start/passkey")
def start_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made; the answer says where to go."""
    person = _beginner()
    if person is None:
        return jsonify(problem=str(TOO_LATE)), 401
    try:
        with transaction():
            passkeys.add(person.id, answer_of_browser(), _("First passkey"), house(), utcnow())
            factor_changed(person, letters.factor_added, PASSKEY)
    except PasskeyRefused:
        return jsonify(problem=_(NO_PASSKEY)), 401
    return jsonify(go=_let_in(person, "passkey"))


@blueprint.get("/started")
@confirmed_first()
def started() -> ResponseReturnValue:
    """Offer recovery codes to whoever has no other way in than the one they have just set up."""
    if recovery.left(visitor.visitor().person_id):
        return redirect(_wanted(), 303)
    return render_template("second_factor/started.html", go_on=_wanted())


def _beginner() -> Person | None:
    """Who is asked to set one up."""
    person = entering.half_signed_in(utcnow())
    return None if person is None or entering.has_second_factor(person.id) else person


def _elsewhere() -> ResponseReturnValue:
    """Nobody is asked to: on to giving it, or to signing in."""
    if entering.half_signed_in(utcnow()) is None and request.method == "POST":
        flash(TOO_LATE, "notice")
    return redirect(url_for("second_factor.show", next=request.args.get("next")), 303)


def _let_in(person: Person, factor: str) -> str:
    """They have one now, and are in; where they go."""
    entering.go_the_rest(person, factor)
    return url_for("second_factor.started", next=_wanted())


def _wanted() -> str:
    return ours_or(request.args.get("next", ""), url_for("contracts.index"))


def _key_shown() -> str | None:
    sealed = session.get(KEY)
    return seal().open(sealed) if isinstance(sealed, str) else None


def _page(person: Person, form: FirstCodeForm, status: int = 200) -> ResponseReturnValue:
    key = _key_shown()
    if key is None:
        key = pyotp.random_base32()
        session[KEY] = seal().close(key)
    wanted = request.args.get("next")
    page = render_template(
        "second_factor/choose.html",
        form=form,
        is_staff=False,
        begin=url_for("second_factor.start_begin_passkey"),
        finish=url_for("second_factor.start_passkey", next=wanted),
        confirm=url_for("second_factor.start_app", next=wanted),
        house=house(),
        **app_to_scan(key, person.email),
    )
    return page, status
