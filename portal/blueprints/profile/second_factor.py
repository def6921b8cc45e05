"""What is asked for besides the password: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.accounts import factors, leaving, passkeys, recovery
from portal.accounts.factors import Answer
from portal.accounts.models import Person
from portal.accounts.passkeys import LONGEST_NAME, PasskeyRefused
from portal.blueprints.profile.door import blueprint, myself
from portal.blueprints.second_factor.door import (
    NO_PASSKEY,
    PROBLEMS,
    FirstCodeForm,
    answer_of_browser,
    app_to_scan,
    factor_changed,
    house,
    seal,
)
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.mail.letters.own_account import APP, PASSKEY, RECOVERY_CODES
from portal.services import sender, settings
from portal.web import entering
from portal.web.addresses import ours_or
from portal.web.confirming import confirmed_first
from portal.web.fields import one_line


@blueprint.get("/second-factor")
@confirmed_first()
def second_factor() -> ResponseReturnValue:
    """What there is, and what could be."""
    return _page(FirstCodeForm(formdata=None))


@blueprint.post("/second-factor/app")
@confirmed_first("profile.second_factor")
def begin_app() -> ResponseReturnValue:
    """A new key for an app to hold; it counts once its first code was right."""
    with transaction():
        factors.new_key(myself().id, seal())
    return redirect(url_for("profile.second_factor"), 303)


@blueprint.post("/second-factor/app/confirm")
@confirmed_first("profile.second_factor")
def keep_app() -> ResponseReturnValue:
    """Take the app's first code."""
    form, person = FirstCodeForm(), myself()
    if not form.validate():
        return _page(form, 400)
    with transaction():
        answer = factors.confirm_key(person.id, form.code.data, seal(), utcnow())
        if answer is Answer.RIGHT:
            factor_changed(person, letters.factor_added, APP)
    if answer is not Answer.RIGHT:
        form.code.errors = [_(PROBLEMS[answer])]
        return _page(form, 429 if answer is Answer.BLOCKED else 401)
    flash(
        _("From now on you are asked for a code when you sign in. Make recovery codes next."),
        "success",
    )
    return redirect(url_for("profile.second_factor"), 303)


@blueprint.post("/second-factor/app/stop")
@confirmed_first("profile.second_factor")
def stop_app() -> ResponseReturnValue:
    """Forget a key that waits for its first code."""
    with transaction():
        factors.forget_pending(myself().id)
    return redirect(url_for("profile.second_factor"), 303)


@blueprint.post("/second-factor/app/remove")
@confirmed_first("profile.second_factor")
def remove_app() -> ResponseReturnValue:
    """Ask for no codes of the app any more."""
    person = myself()
    if not _may_lose_one(person):
        return _last_one(person)
    with transaction():
        if factors.remove_app(person.id):
            factor_changed(person, letters.factor_removed, APP)
    return redirect(url_for("profile.second_factor"), 303)


@blueprint.post("/second-factor/passkeys/begin")
@confirmed_first("profile.second_factor")
def begin_passkey() -> ResponseReturnValue:
    """What the browser is to ask for a new passkey."""
    person = myself()
    with transaction():
        return jsonify(passkeys.begin_adding(person.id, person.email, person.name, house(), utcnow()))


@blueprint.post("/second-factor/passkeys")
@confirmed_first("profile.second_factor")
def keep_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made; the answer says where to go."""
    person = myself()
    name = _("Passkey %(number)s", number=len(passkeys.passkeys_of(person.id)) + 1)
    try:
        with transaction():
            passkeys.add(person.id, answer_of_browser(), name, house(), utcnow())
            factor_changed(person, letters.factor_added, PASSKEY)
    except PasskeyRefused:
        return jsonify(problem=_(NO_PASSKEY)), 401
    flash(_("From now on you are asked for a passkey when you sign in. Make recovery codes next."), "success")
    return jsonify(go=url_for("profile.second_factor"))


@blueprint.post("/second-factor/passkeys/<int:passkey_id>/name")
@confirmed_first("profile.second_factor")
def name_passkey(passkey_id: int) -> ResponseReturnValue:
    """Call it something else."""
    name = one_line(request.form.get("name", ""))[:LONGEST_NAME]
    if name:
        with transaction():
            passkeys.rename(myself().id, passkey_id, name)
    return redirect(url_for("profile.second_factor"), 303)


@blueprint.post("/second-factor/passkeys/<int:passkey_id>/remove")
@confirmed_first("profile.second_factor")
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take it for nothing any more."""
    person = myself()
    if not _may_lose_one(person):
        return _last_one(person)
    with transaction():
        if passkeys.remove(person.id, passkey_id):
            factor_changed(person, letters.factor_removed, PASSKEY)
    return redirect(url_for("profile.second_factor"), 303)


@blueprint.post("/second-factor/recovery-codes")
@confirmed_first("profile.second_factor")
def make_recovery_codes() -> ResponseReturnValue:
    """Ten new codes, shown this once."""
    person = myself()
    if not entering.has_second_factor(person.id):
        return redirect(url_for("profile.second_factor"), 303)
    with transaction():
        codes = recovery.new_codes(person.id)
        audit.record(f"person:{person.id}", "made recovery codes", f"person:{person.id}")
        outbox.post(person, letters.factor_added(sender(), person.name, RECOVERY_CODES, utcnow()))
        after_commit(later.send_mail)
    go_on = ours_or(request.args.get("next", ""), url_for("profile.second_factor"))
    return render_template("profile/recovery_codes.html", codes=codes, go_on=go_on)


def _may_lose_one(person: Person) -> bool:
    """Staff keep at least one, for the console is not opened by a password; and where everybody needs one, all do."""
    number = len(passkeys.passkeys_of(person.id)) + entering.ways(person.id)["has_app"]
    return number > 1 or not (settings().second_factor_required or leaving.is_staff(person.id))


def _last_one(person: Person) -> ResponseReturnValue:
    if leaving.is_staff(person.id):
        problem = _("You work in the console, which asks for a second factor. Add another one first.")
    else:
        problem = _("This portal asks everybody for a second factor. Add another one first.")
    flash(problem, "warning")
    return redirect(url_for("profile.second_factor"), 303)


def _page(form: FirstCodeForm, status: int = 200) -> ResponseReturnValue:
    person = myself()
    key = factors.key_to_show(person.id, seal())
    page = render_template(
        "profile/second_factor.html",
        form=form,
        passkeys=passkeys.passkeys_of(person.id),
        codes_left=recovery.left(person.id),
        house=house(),
        longest_name=LONGEST_NAME,
        **(app_to_scan(key, person.email) if key else {}),
        **entering.ways(person.id),
    )
    return make_response(page, status)
