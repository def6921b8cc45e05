"""Taking a purchase over with a link. Opening it uses nothing up and tells no more than the product and who sent it."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.blueprints.landing import blueprint
from portal.database import transaction, utcnow
from portal.registration import handover
from portal.registration.handover import ForSomebodyElse, HandOverGone
from portal.registration.models import HandOver
from portal.services import products
from portal.web.visitor import bring_claim, visitor


@blueprint.get("/hand-over/<token>")
def see_hand_over(token: str) -> ResponseReturnValue:
    """What the link is for, and the button that takes the purchase over."""
    try:
        link = handover.look(token, utcnow())
    except HandOverGone:
        return _over()
    if link.for_person_id is not None and link.for_person_id != _person_id():
        return _for_somebody_else(token)
    return render_template("landing/take_over.html", token=token, link=link, product_title=_title(link))


@blueprint.post("/hand-over/<token>")
def take_over(token: str) -> ResponseReturnValue:
    """Take the purchase into this browser's session: once, and only by a press of the button."""
    try:
        with transaction():
            claim_id: UUID = handover.take(token, _person_id(), utcnow())
    except HandOverGone:
        return _over()
    except ForSomebodyElse:
        return _for_somebody_else(token)
    bring_claim(claim_id)
    where = "landing.organisation" if current_user.is_authenticated else "landing.choose"
    return redirect(url_for(where, claim_id=claim_id), 303)


def _person_id() -> int | None:
    return visitor().person_id if current_user.is_authenticated else None


def _title(link: HandOver) -> str:
    contract = link.claim.contract
    return products().named(contract.product_code).title if contract else ""


def _over() -> ResponseReturnValue:
    return render_template("landing/hand_over_gone.html"), 410


def _for_somebody_else(token: str) -> ResponseReturnValue:
    """A link for one person: whoever is not signed in does that first; others are told that it is not theirs."""
    if not current_user.is_authenticated:
        return redirect(url_for("signin.show", next=url_for("landing.see_hand_over", token=token)), 303)
    return render_template("landing/not_for_you.html", token=token), 403
