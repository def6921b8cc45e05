"""What is kept about oneself: a file to download, and leaving for good."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, flash, make_response, redirect, render_template, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal import audit
from portal.accounts import leaving, my_data
from portal.accounts.leaving import StillNeeded, StillStaff
from portal.accounts.people import email_key
from portal.blueprints.profile.door import blueprint, myself
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import lazily
from portal.mail import letters, outbox
from portal.registration.forgetting import forget_name
from portal.services import sender
from portal.web import visitor
from portal.web.confirming import confirmed_first
from portal.web.fields import one_line


class LeaveForm(FlaskForm):  # type: ignore[misc]
    """What somebody types who means it."""

    email = StringField(
        lazily("Your email address"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please type your email address, so that nothing is deleted by mistake.")),
            Length(max=320),
        ],
    )


@blueprint.get("/data")
@login_required
def data() -> ResponseReturnValue:
    """What is kept, and the ways to have it and to be rid of it."""
    return render_template("profile/data.html")


@blueprint.post("/data/download")
@confirmed_first("profile.data")
def download() -> ResponseReturnValue:
    """Everything, as a file."""
    person, now = myself(), utcnow()
    with transaction():
        audit.record(f"person:{person.id}", "downloaded their data", f"person:{person.id}")
        outbox.post(person, letters.data_downloaded(sender(), person.name, now))
        after_commit(later.send_mail)
    pieces: Iterator[str] = stream_with_context(my_data.pieces(person.id, now))
    answer = Response(pieces, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.json"'
    return answer


@blueprint.get("/leave")
@confirmed_first()
def leave() -> ResponseReturnValue:
    """What goes, what stays, and what has to be done first."""
    return _page(LeaveForm(formdata=None))


@blueprint.post("/leave")
@confirmed_first()
def leave_for_good() -> ResponseReturnValue:
    """Delete the account."""
    form, person, now = LeaveForm(), myself(), utcnow()
    if form.validate() and email_key(form.email.data) != person.email_key:
        form.email.errors = [_("This is not the address of your account.")]
    if form.errors:
        return _page(form, 400)
    name, address, language = person.name, person.email, person.language
    try:
        with transaction():
            if leaving.leave(person):
                visitor.sign_out_elsewhere(person.id)
                forget_name(person.id, name)
                outbox.post(address, letters.account_deleted(sender(), name, now), language=language)
                after_commit(later.send_mail)
    except (StillNeeded, StillStaff):  # since the page was drawn: it says so now
        return _page(form, 409)
    visitor.sign_out()
    flash(_("Your account is deleted. A last letter from us says so."), "success")
    return redirect(url_for("site.index"), 303)


def _page(form: LeaveForm, status: int = 200) -> ResponseReturnValue:
    person = myself()
    page = render_template(
        "profile/leave.html",
        form=form,
        me=person,
        parting=leaving.parting(person.id),
        is_staff=leaving.is_staff(person.id),
    )
    return make_response(page, status)
