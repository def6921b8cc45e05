"""A buyer arrives from AWS Marketplace: the fulfilment POST, and the choice of how to go on.

The POST crosses sites, so it answers with a redirect to a GET that carries the visitor's own session; see
``web.visitor.hand_arrival_cookie``.
"""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.blueprints.landing import blueprint
from portal.blueprints.landing.standing import WAIT_SECONDS, claim_or_problem, contract_of, gone, problem
from portal.database import transaction, utcnow
from portal.extensions import csrf
from portal.jobs import later
from portal.language import gettext as _
from portal.marketplace.errors import MarketplaceRefused, MarketplaceUnavailable, TokenExpired, TokenInvalid
from portal.registration import claims
from portal.registration.arrival import NotOurProduct, PurchaseUnclear, problem_of
from portal.services import desk, products, support
from portal.web.claim_aside import claim_to_go_on_with
from portal.web.lookout import tell_arrival
from portal.web.views import purchase_view
from portal.web.visitor import (
    arrival_secret,
    bring_claim,
    brought,
    hand_arrival_cookie,
    take_arrival_cookie,
    visitor,
)

TOKEN_FIELD = "x-amzn-marketplace-token"  # noqa: S105  the field's name, not a token
OFFER_TYPE_FIELD = "x-amzn-marketplace-offer-type"


@blueprint.post("/landing")
@csrf.exempt  # AWS's site posts here, and cannot know a token of ours
def receive() -> ResponseReturnValue:
    """The fulfilment URL (user guide, "SaaS customer onboarding")."""
    token = request.form.get(TOKEN_FIELD, "")
    if not token.strip():
        return render_template("landing/no_token.html"), 400
    try:
        claim_id, secret = desk().arrive(token, request.form.get(OFFER_TYPE_FIELD), utcnow())
    except (TokenInvalid, TokenExpired, NotOurProduct, PurchaseUnclear, MarketplaceRefused) as error:
        code = str(error) if isinstance(error, NotOurProduct) else None
        tell_arrival(problem=problem_of(error), product_code=code)
        return problem(problem_of(error))
    _resume(claim_id)
    tell_arrival(claim_id=claim_id)
    response = make_response(redirect(url_for("landing.arrive"), 303))
    hand_arrival_cookie(response, secret)
    return response


@blueprint.get("/landing")
def arrive() -> ResponseReturnValue:
    """The GET after the POST; also what AWS's checker and the curious see."""
    secret = arrival_secret()
    claim_id = claims.take_over(secret, utcnow()) if secret else None
    if claim_id:
        bring_claim(claim_id)
        if current_user.is_authenticated:
            with transaction():
                claims.note_known(claim_id, utcnow(), visitor().person_id)
    at_hand = claim_id or claim_to_go_on_with()
    response = make_response(
        redirect(url_for("landing.choose", claim_id=at_hand), 303)
        if at_hand
        else render_template("landing/welcome.html")
    )
    if secret:
        take_arrival_cookie(response)
    return response


@blueprint.get("/purchases/<uuid:claim_id>")
def choose(claim_id: UUID) -> ResponseReturnValue:
    """What was bought, and the ways on: create an account, sign in, or continue as who one is."""
    claim, problem = claim_or_problem(claim_id)
    if problem is not None:
        return problem
    contract = contract_of(claim)
    purchase = purchase_view(contract, products())
    return render_template(
        "landing/choose.html",
        claim_id=claim_id,
        purchase=purchase,
        support=support(products().get(contract.product_code)),
        refresh_seconds=None if purchase.confirmed else WAIT_SECONDS,
    )


@blueprint.post("/purchases/<uuid:claim_id>/again")
def try_again(claim_id: UUID) -> ResponseReturnValue:
    """Ask AWS about a waiting purchase now."""
    if not brought(claim_id):
        return gone()
    try:
        desk().try_again(claim_id, utcnow())
    except MarketplaceUnavailable:
        flash(_("AWS is still busy. Your place is kept, and we keep trying."), "notice")
    else:
        _resume(claim_id)
    return redirect(url_for("landing.choose", claim_id=claim_id), 303)


def _resume(claim_id: UUID) -> None:
    """Send the worker what this arrival left to do: ask AWS again, or apply messages that came before the buyer."""
    claim = claims.find_claim(claim_id)
    if claim is not None and claim.contract is None:
        later.try_claim(claim_id)
    elif claim is not None and claim.contract is not None:
        later.work_on_inbox()
        if claim.contract.check_requested_at is not None:
            later.check_contracts()
