"""A buyer arrives from AWS Marketplace, and links the purchase to an organisation.

The fulfilment POST crosses sites, so it answers with a redirect to a GET that carries the visitor's own session; see
``web.visitor.hand_arrival_cookie``.
"""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from portal.jobs import later
from portal.accounts.models import Membership
from portal.accounts.people import found_organisation, memberships_of
from portal.contracts.models import Contract
from portal.contracts.overview import may_see
from portal.database import after_commit, transaction, utcnow
from portal.extensions import csrf
from portal.mail import letters, outbox
from portal.marketplace.errors import MarketplaceRefused, MarketplaceUnavailable, TokenExpired, TokenInvalid
from portal.registration import claims
from portal.registration.arrival import NotOurProduct
from portal.registration.claims import Standing
from portal.registration.linking import LINKING_ROLES, AlreadyLinked, ClaimGone, MayNotLink
from portal.registration.linking import link as link_purchase
from portal.registration.models import Claim
from portal.web.services import desk, products, sender, support
from portal.web.views import purchase_view
from portal.web.visitor import (
    arrival_secret,
    bring_claim,
    brought,
    claim_at_hand,
    drop_claim,
    hand_arrival_cookie,
    take_arrival_cookie,
    visitor,
)

logger = logging.getLogger(__name__)
blueprint = Blueprint("landing", __name__, url_prefix="/marketplace")

TOKEN_FIELD = "x-amzn-marketplace-token"
OFFER_TYPE_FIELD = "x-amzn-marketplace-offer-type"
NEW = "new"
WAIT_SECONDS = 5

_PROBLEMS: dict[str, tuple[str, int]] = {
    TokenInvalid.__name__: ("landing/token_unreadable.html", 400),
    TokenExpired.__name__: ("landing/token_expired.html", 410),
    NotOurProduct.__name__: ("landing/not_ours.html", 422),
    MarketplaceRefused.__name__: ("landing/refused.html", 502),
}


class OrganisationForm(FlaskForm):  # type: ignore[misc]
    """Which organisation the purchase is for: one of the person's own, or a new one."""

    organization = HiddenField("Organisation")
    organization_name = StringField("Name of the new organisation", validators=[Length(max=200)])


@blueprint.post("/landing")
@csrf.exempt  # AWS's site posts here, and cannot know a token of ours
def receive() -> ResponseReturnValue:
    """The fulfilment URL (user guide, "SaaS customer onboarding")."""
    token = request.form.get(TOKEN_FIELD, "")
    if not token.strip():
        return render_template("landing/no_token.html"), 400
    try:
        claim_id, secret = desk().arrive(token, request.form.get(OFFER_TYPE_FIELD), utcnow())
    except (TokenInvalid, TokenExpired, NotOurProduct, MarketplaceRefused) as error:
        return _problem(type(error).__name__)
    _resume(claim_id)
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
    at_hand = claim_id or claim_at_hand()
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
    claim, problem = _claim_or_problem(claim_id)
    if problem is not None:
        return problem
    contract = _contract(claim)
    return render_template(
        "landing/choose.html",
        claim_id=claim_id,
        purchase=purchase_view(contract, products()),
        support=support(products().get(contract.product_code)),
        refresh_seconds=None if contract.entitlements or contract.check_requested_at is None else WAIT_SECONDS,
    )


@blueprint.post("/purchases/<uuid:claim_id>/again")
def try_again(claim_id: UUID) -> ResponseReturnValue:
    """Ask AWS about a waiting purchase now."""
    if not brought(claim_id):
        return _gone()
    try:
        desk().try_again(claim_id, utcnow())
    except MarketplaceUnavailable:
        flash("AWS is still busy. Your place is kept, and we keep trying.", "notice")
    else:
        _resume(claim_id)
    return redirect(url_for("landing.choose", claim_id=claim_id), 303)


@blueprint.get("/purchases/<uuid:claim_id>/organization")
@login_required
def organisation(claim_id: UUID) -> ResponseReturnValue:
    """Which organisation is it for; with one possible answer this goes straight to the confirmation."""
    claim, problem = _claim_or_problem(claim_id)
    if problem is not None:
        return problem
    memberships = memberships_of(visitor().person_id)
    if len(memberships) == 1 and memberships[0].role in LINKING_ROLES and "choose" not in request.args:
        return redirect(url_for("landing.link", claim_id=claim_id, organization=memberships[0].organisation_id), 303)
    return _organisation_page(claim, memberships, OrganisationForm())


@blueprint.get("/purchases/<uuid:claim_id>/link")
@login_required
def link(claim_id: UUID) -> ResponseReturnValue:
    """The confirmation: in words, what will be linked to what."""
    claim, problem = _claim_or_problem(claim_id)
    if problem is not None:
        return problem
    form = OrganisationForm(formdata=None)
    form.organization.data = request.args.get("organization", "")
    form.organization_name.data = " ".join(request.args.get("organization_name", "").split())
    memberships = memberships_of(visitor().person_id)
    name = _chosen_name(form, memberships)
    if name is None:
        return _organisation_page(claim, memberships, form), 400
    contract = _contract(claim)
    return render_template(
        "landing/link.html",
        claim_id=claim_id,
        purchase=purchase_view(contract, products()),
        support=support(products().get(contract.product_code)),
        organisation_name=name,
        is_new=form.organization.data == NEW,
        form=form,
    )


@blueprint.post("/purchases/<uuid:claim_id>/link")
@login_required
def confirm(claim_id: UUID) -> ResponseReturnValue:
    """Link it. Of two people who race for one purchase, one wins."""
    claim, problem = _claim_or_problem(claim_id)
    if problem is not None:
        return problem
    form = OrganisationForm()
    person = visitor()
    memberships = memberships_of(person.person_id)
    name = _chosen_name(form, memberships)
    if not form.validate() or name is None:
        return _organisation_page(claim, memberships, form), 400
    try:
        with transaction():
            organisation_id = (
                found_organisation(person.person_id, name).id
                if form.organization.data == NEW
                else int(form.organization.data)
            )
            linked = link_purchase(claim_id, organisation_id, person.person_id, person.name, utcnow())
            if linked.now:
                title = products().named(_contract(claim).product_code).title
                outbox.post(person.email, letters.linked(sender(), person.name, title, name, str(linked.contract_id)))
                after_commit(later.send_mail)
    except AlreadyLinked:
        return _taken(claim)
    except (ClaimGone, MayNotLink):
        return _gone()
    drop_claim(claim_id)
    flash(f"Your purchase is linked to {name}.", "success")
    return redirect(url_for("contracts.show", contract_id=linked.contract_id), 303)


@blueprint.post("/purchases/<uuid:claim_id>/leave")
def leave(claim_id: UUID) -> ResponseReturnValue:
    """Put the purchase aside in this browser: it was not this visitor's, or is for later. AWS brings it back any time."""
    drop_claim(claim_id)
    flash("The purchase was left alone. You can bring it back from AWS Marketplace at any time.", "notice")
    return redirect(url_for("site.index"), 303)


def _claim_or_problem(claim_id: UUID) -> tuple[Claim, None] | tuple[None, ResponseReturnValue]:
    """The open claim that this browser brought, or the page that says why there is none to work with."""
    claim = claims.find_claim(claim_id) if brought(claim_id) else None
    where = claims.standing(claim, utcnow())
    if claim is None or where is Standing.GONE:
        return None, _gone()
    if where is Standing.WAITING:
        page = render_template("landing/waiting.html", claim_id=claim_id, refresh_seconds=WAIT_SECONDS)
        return None, (page, 503, {"Retry-After": str(WAIT_SECONDS)})
    if where is Standing.REFUSED:
        return None, _problem(claim.problem or TokenInvalid.__name__)
    if where is Standing.LINKED:
        return None, _linked(claim)
    return claim, None


def _linked(claim: Claim) -> ResponseReturnValue:
    """A purchase that is set up already: its own people go straight to it, others learn no more than that."""
    contract = _contract(claim)
    if not current_user.is_authenticated:
        return render_template(
            "landing/already_linked_sign_in.html", claim_id=claim.id, purchase=purchase_view(contract, products())
        )
    if may_see(visitor().person_id, contract.id):
        drop_claim(claim.id)
        return redirect(url_for("contracts.show", contract_id=contract.id), 303)
    return _taken(claim)


def _taken(claim: Claim) -> ResponseReturnValue:
    product = products().get(_contract(claim).product_code)
    return render_template("landing/taken.html", support=support(product)), 409


def _gone() -> ResponseReturnValue:
    return render_template("landing/claim_gone.html"), 410


def _problem(name: str) -> ResponseReturnValue:
    template, status = _PROBLEMS.get(name, _PROBLEMS[TokenInvalid.__name__])
    return render_template(template), status


def _contract(claim: Claim | None) -> Contract:
    if claim is None or claim.contract is None:
        abort(410)
    return claim.contract


def _chosen_name(form: OrganisationForm, memberships: list[Membership]) -> str | None:
    """The name of the chosen organisation; None, with an error on the form, when the choice cannot stand."""
    chosen = form.organization.data or ""
    if chosen == NEW:
        name = " ".join((form.organization_name.data or "").split())
        if not 0 < len(name) <= 200:
            form.organization_name.errors = ["Please enter a name of up to 200 characters for the new organisation."]
            return None
        return name
    for membership in memberships:
        if str(membership.organisation_id) == chosen and membership.role in LINKING_ROLES:
            return membership.organisation.name
    form.organization.errors = ["Please choose one of your organisations, or create a new one."]
    return None


def _organisation_page(claim: Claim | None, memberships: list[Membership], form: OrganisationForm) -> str:
    contract = _contract(claim)
    organisations = [
        {
            "id": membership.organisation_id,
            "name": membership.organisation.name,
            "role": membership.role,
            "may_link": membership.role in LINKING_ROLES,
            "reason": None if membership.role in LINKING_ROLES else "Only an owner or admin can link purchases to it.",
        }
        for membership in memberships
    ]
    return render_template(
        "landing/organisation.html",
        claim_id=claim.id if claim else None,
        purchase=purchase_view(contract, products()),
        support=support(products().get(contract.product_code)),
        organisations=organisations,
        form=form,
    )


def _resume(claim_id: UUID) -> None:
    """Send the worker what this arrival left to do: ask AWS again, or apply messages that came before the buyer."""
    claim = claims.find_claim(claim_id)
    if claim is not None and claim.contract is None:
        later.try_claim(claim_id)
    elif claim is not None and claim.contract is not None:
        later.work_on_inbox()
        if claim.contract.check_requested_at is not None:
            later.check_contract(claim.contract.id)
