"""Answering an offer: accept it for an organisation that one owns, or refuse."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts.people import memberships_of
from portal.blueprints.moving import blueprint
from portal.blueprints.moving.whose import changed, number, person, post
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.registration import consent
from portal.registration.by_customers import MayNotMove
from portal.registration.consent import ForAnotherAccount, OfferGone
from portal.registration.moves import MoveOffer
from portal.registration.moving import CannotMove, ChangedMeanwhile
from portal.services import products
from portal.web.visitor import visitor


@blueprint.get("/moves/offers/<token>")
@login_required
def show_offer(token: str) -> ResponseReturnValue:
    """What somebody is asked to take. Looking changes nothing."""
    return _answered(token, lambda: _offer_page(token, consent.look(token, person(), utcnow())))


@blueprint.post("/moves/offers/<token>/accept")
@login_required
def accept(token: str) -> ResponseReturnValue:
    """Take it, for an organisation that one owns."""
    return _answered(token, lambda: _accept(token))


@blueprint.post("/moves/offers/<token>/refuse")
@login_required
def refuse(token: str) -> ResponseReturnValue:
    """Decline it."""
    return _answered(token, lambda: _refuse(token))


def _accept(token: str) -> ResponseReturnValue:
    asked = consent.look(token, person(), utcnow())
    to_id = request.form.get("to", "")
    if not to_id.isascii() or not to_id.isdecimal() or len(to_id) > 9:
        return _offer_page(token, asked, _("Please choose the organisation that is to have it.")), 400
    try:
        with transaction():
            version = number(request.form.get("version", ""))
            made = consent.accept(token, int(to_id), version, person(), post(), utcnow())
            after_commit(later.send_mail)
    except ChangedMeanwhile:
        return _offer_page(token, asked, changed()), 409
    except (MayNotMove, CannotMove):
        return _offer_page(token, asked, _("Please choose an organisation that you own.")), 403
    flash(_("The contract is yours now. Both sides are told, and can put it back for a day."), "success")
    return redirect(url_for("contracts.show", contract_id=made.contract_id), 303)


def _refuse(token: str) -> ResponseReturnValue:
    with transaction():
        consent.refuse(token, person(), post(), utcnow())
        after_commit(later.send_mail)
    flash(_("You have refused. Nothing was moved, and whoever asked is told."), "success")
    return redirect(url_for("contracts.index"), 303)


def _answered(token: str, do: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What it does, or the page that says why the offer cannot be answered."""
    try:
        return do()
    except OfferGone:
        return render_template("moving/offer_gone.html"), 410
    except ForAnotherAccount:
        return render_template("moving/not_for_you.html", token=token), 403


def _offer_page(token: str, asked: MoveOffer, problem: str = "") -> str:
    owned = [one for one in memberships_of(visitor().person_id) if one.organisation_id != asked.from_id]
    return render_template(
        "moving/offer.html",
        token=token,
        offer=asked,
        product_title=products().named(asked.contract.product_code).title,
        version=asked.contract.version,
        others=owned,
        chosen=request.form.get("to", ""),
        problem=problem,
    )
