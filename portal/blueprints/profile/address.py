"""Moving to another address: asking for it, and what the links in the two letters open."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import DataRequired, Email, Length, ValidationError

from portal.accounts import addresses
from portal.accounts.addresses import Outcome, SameAddress, Side, TooManyWishes
from portal.accounts.models import Person
from portal.accounts.people import email_key
from portal.blueprints.profile.door import blueprint, myself
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import lazily
from portal.mail import letters, outbox
from portal.services import sender, settings
from portal.web.confirming import confirmed_first
from portal.web.fields import one_line
from portal.web.visitor import sign_out_elsewhere, visitor

LONGEST = 320


def _short_enough(_form: FlaskForm, field: EmailField) -> None:
    # One character may stand for many: folding for comparison writes them out.
    if len(email_key(field.data or "")) > LONGEST:
        raise ValidationError(lazily("Please enter a shorter email address."))


class AddressForm(FlaskForm):  # type: ignore[misc]
    """The address that somebody wants to have."""

    email = EmailField(
        lazily("New email address"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter your new email address.")),
            Email(lazily("Please enter an email address such as name@example.com."), check_deliverability=False),
            Length(max=LONGEST, message=lazily("Please enter a shorter email address.")),
            _short_enough,
        ],
    )


@blueprint.get("/address")
@confirmed_first()
def address() -> ResponseReturnValue:
    """The address there is, a change that waits, and the form."""
    return _page(AddressForm(formdata=None))


@blueprint.post("/address")
@confirmed_first()
def ask_for_address() -> ResponseReturnValue:
    """Write to both addresses; known and unknown ones get the same answer."""
    form = AddressForm()
    if not form.validate():
        return _page(form, 400)
    person, now = myself(), utcnow()
    try:
        with transaction():
            asked = addresses.ask(person, form.email.data, now)
            if asked.new:
                new = letters.confirm_new_address(sender(), _link(asked.new))
                outbox.post(form.email.data, new, language=person.language)
            else:
                outbox.post_rarely(form.email.data, letters.address_has_an_account(sender()), now)
            old = letters.confirm_leaving_address(sender(), person.name, form.email.data, _link(asked.old))
            outbox.post(person, old)
            after_commit(later.send_mail)
    except SameAddress:
        form.email.errors = [_("You have this address already.")]
        return _page(form, 400)
    except TooManyWishes:
        form.email.errors = [_("You have asked for other addresses several times. Please wait an hour.")]
        return _page(form, 429)
    flash(_("We have written to both addresses. Open the link in each letter, and the change is made."), "success")
    return redirect(url_for("profile.address"), 303)


@blueprint.post("/address/stop")
@login_required
def stop_address() -> ResponseReturnValue:
    """Forget a change that was asked for."""
    with transaction():
        stopped = addresses.stop(visitor().person_id, "withdrawn")
    if stopped:
        flash(_("The change of address is stopped. Your address stays as it is."), "success")
    return redirect(url_for("profile.show"), 303)


@blueprint.get("/address/link/<secret>")
def open_address_link(secret: str) -> ResponseReturnValue:
    """What a link is about. Opening it changes nothing: programs that look at mail open links, too."""
    found = addresses.change_with(secret, utcnow())
    if found is None:
        return _over("gone", 410)
    change, side = found
    return render_template("profile/address_link.html", secret=secret, change=change, is_old=side is Side.OLD)


@blueprint.post("/address/link/<secret>")
def use_address_link(secret: str) -> ResponseReturnValue:
    """Agree."""
    now = utcnow()
    found = addresses.change_with(secret, now)
    before = db.session.get(Person, found[0].person_id) if found else None
    leaving = before.email if before else ""
    with transaction():
        outcome = addresses.confirm(secret, now)
        if outcome is Outcome.DONE and before is not None:
            person = db.session.get_one(Person, before.id, populate_existing=True)
            for to in (leaving, person.email):
                notice = letters.address_changed(sender(), person.name, person.email, now)
                outbox.post(to, notice, language=person.language)
            sign_out_elsewhere(person.id)
            after_commit(later.send_mail)
    status = {Outcome.GONE: 410, Outcome.FAILED: 409}.get(outcome, 200)
    return _over(str(outcome), status)


@blueprint.post("/address/link/<secret>/refuse")
def refuse_address_link(secret: str) -> ResponseReturnValue:
    """Stop it."""
    with transaction():
        refused = addresses.refuse(secret, utcnow())
    return _over("refused") if refused else _over("gone", 410)


def _over(outcome: str, status: int = 200) -> ResponseReturnValue:
    page = render_template("profile/address_over.html", outcome=outcome, known=current_user.is_authenticated)
    return make_response(page, status)


def _link(secret: str) -> str:
    return settings().portal_url + url_for("profile.open_address_link", secret=secret)


def _page(form: AddressForm, status: int = 200) -> ResponseReturnValue:
    person = myself()
    waits = addresses.asked_by(person.id, utcnow())
    return make_response(render_template("profile/address.html", form=form, me=person, waits=waits), status)
