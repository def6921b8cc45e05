"""Changing one's password, or setting a first one."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal import audit
from portal.accounts.passwords import hash_password
from portal.accounts.people import memberships_of
from portal.blueprints.profile.door import blueprint, myself
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.services import sender
from portal.web import visitor
from portal.web.confirming import confirmed_first
from portal.web.new_password import complain, new_password_field


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The new one. The old one was asked for a moment ago."""

    new_password = new_password_field()


@blueprint.get("/password")
@confirmed_first()
def password() -> ResponseReturnValue:
    """The form."""
    return _page(PasswordForm(formdata=None))


@blueprint.post("/password")
@confirmed_first()
def keep_password() -> ResponseReturnValue:
    """Take the new password; every other browser is signed out."""
    form, person, now = PasswordForm(), myself(), utcnow()
    organisations = [membership.organisation.name for membership in memberships_of(person.id)]
    if not form.validate() or complain(form.new_password, person.name, person.email, *organisations):
        return _page(form, 400)
    hashed = hash_password(form.new_password.data)  # takes a while, and no lock is held meanwhile
    with transaction():
        person.password_hash = hashed
        audit.record(f"person:{person.id}", "changed their password", f"person:{person.id}")
        visitor.sign_out_elsewhere(person.id)
        outbox.post(person, letters.password_changed(sender(), person.name, now))
        after_commit(later.send_mail)
    flash(_("Your password is changed. All other browsers are signed out."), "success")
    return redirect(url_for("profile.show"), 303)


def _page(form: PasswordForm, status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("profile/password.html", form=form, me=myself()), status)
