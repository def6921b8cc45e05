"""Asking the owner of another organisation, and taking that back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts.models import Role
from portal.accounts.people import email_key
from portal.blueprints.moving import blueprint
from portal.blueprints.moving.whose import OfferForm, changed, choose_page, may_not, mine, mover, post
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.registration import consent
from portal.registration.by_customers import MayNotMove
from portal.registration.consent import AlreadyOffered, OfferGone, TooManyOffers
from portal.registration.moving import ChangedMeanwhile


@blueprint.post("/contracts/<uuid:contract_id>/move/offer")
@login_required
def offer(contract_id: UUID) -> ResponseReturnValue:
    """Ask the owner of another organisation. The answer is the same whoever has the address."""
    contract, role = mine(contract_id)
    if role is not Role.OWNER:
        return may_not(contract)
    form = OfferForm()
    if not form.validate() or len(email_key(form.email.data)) > 320:
        return choose_page(contract, role, form), 400
    try:
        with transaction():
            consent.offer(contract_id, contract.organisation_id or 0, form.email.data, mover(), post(), utcnow())
            after_commit(later.send_mail)
    except (AlreadyOffered, ChangedMeanwhile, MayNotMove):
        return choose_page(contract, role, form, changed()), 409
    except TooManyOffers:
        said = _("There were too many such offers today. Please wait until tomorrow, or ask us.")
        return choose_page(contract, role, form, said), 429
    said = _("The offer is on its way to %(email)s. It waits for seven days.", email=form.email.data)
    flash(said, "success")
    return redirect(url_for("moving.choose", contract_id=contract_id), 303)


@blueprint.post("/contracts/<uuid:contract_id>/move/offer/<int:offer_id>/withdraw")
@login_required
def withdraw(contract_id: UUID, offer_id: int) -> ResponseReturnValue:
    """Take an offer back that nobody has answered."""
    contract, role = mine(contract_id)
    try:
        with transaction():
            consent.withdraw(offer_id, contract_id, mover(), utcnow())
    except MayNotMove:
        return may_not(contract)
    except OfferGone:
        return choose_page(contract, role, problem=_("The offer was answered already, or has expired.")), 409
    flash(_("The offer is withdrawn. The link in the letter does nothing any more."), "success")
    return redirect(url_for("moving.choose", contract_id=contract_id), 303)
