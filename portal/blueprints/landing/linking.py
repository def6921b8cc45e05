"""Linking a purchase to an organisation: choose which, read what will be linked to what, confirm."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from portal.accounts.members import who_runs
from portal.accounts.models import Membership
from portal.accounts.people import found_organisation, memberships_of
from portal.blueprints.landing import blueprint
from portal.blueprints.landing.standing import claim_or_problem, contract_of, gone, lost_race
from portal.contracts.overview import may_see
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import lazily
from portal.mail import letters, outbox
from portal.registration import giving
from portal.registration.giving import Post
from portal.registration.linking import LINKING_ROLES, AlreadyLinked, ClaimGone, MayNotLink
from portal.registration.linking import link as link_purchase
from portal.registration.models import Claim
from portal.services import products, sender, support
from portal.web.fields import one_line
from portal.web.views import purchase_view
from portal.web.visitor import drop_claim, visitor

NEW = "new"


class OrganisationForm(FlaskForm):  # type: ignore[misc]
    """Which organisation the purchase is for: one of the person's own, or a new one."""

    organization = HiddenField(lazily("Organisation"), validators=[Length(max=20)])
    organization_name = StringField(lazily("Name of the new organisation"), validators=[Length(max=200)])


@blueprint.get("/purchases/<uuid:claim_id>/organization")
@login_required
def organisation(claim_id: UUID) -> ResponseReturnValue:
    """Which organisation is it for; with one possible answer this goes straight to the confirmation."""
    claim, problem = claim_or_problem(claim_id)
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
    claim, problem = claim_or_problem(claim_id)
    if problem is not None:
        return problem
    form = OrganisationForm(formdata=None)
    form.organization.data = request.args.get("organization", "")
    form.organization_name.data = one_line(request.args.get("organization_name"))
    memberships = memberships_of(visitor().person_id)
    name = _chosen_name(form, memberships)
    if name is None:
        return _organisation_page(claim, memberships, form), 400
    contract = contract_of(claim)
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
    claim, problem = claim_or_problem(claim_id)
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
                title = products().named(contract_of(claim).product_code).title
                letter = letters.linked(sender(), person.name, title, name, str(linked.contract_id))
                outbox.post(person.email, letter, organisation_id=organisation_id, contract_id=linked.contract_id)
                giving.tell_senders(claim_id, (person.person_id, person.name), Post(sender(), products()))
                after_commit(later.send_mail)
    except AlreadyLinked:
        contract_id = contract_of(claim).id
        # A second click on the same button finds what the first one did.
        seen = may_see(person.person_id, contract_id)
        return redirect(url_for("contracts.show", contract_id=contract_id), 303) if seen else lost_race(claim)
    except (ClaimGone, MayNotLink):
        return gone()
    drop_claim(claim_id)
    flash(_("Your purchase is linked to %(organisation)s.", organisation=name), "success")
    return redirect(url_for("contracts.show", contract_id=linked.contract_id), 303)


@blueprint.post("/purchases/<uuid:claim_id>/leave")
def leave(claim_id: UUID) -> ResponseReturnValue:
    """Put the purchase aside in this browser; *Set up your account* on AWS brings it back at any time."""
    drop_claim(claim_id)
    flash(_("The purchase was left alone. You can bring it back from AWS Marketplace at any time."), "notice")
    return redirect(url_for("site.index"), 303)


def _chosen_name(form: OrganisationForm, memberships: list[Membership]) -> str | None:
    """The name of the chosen organisation; None, with an error on the form, when the choice cannot stand."""
    chosen = form.organization.data or ""
    if chosen == NEW:
        name = one_line(form.organization_name.data)
        if not 0 < len(name) <= 200:
            form.organization_name.errors = [_("Please enter a name of up to 200 characters for the new organisation.")]
            return None
        return name
    for membership in memberships:
        if str(membership.organisation_id) != chosen:
            continue
        if membership.role in LINKING_ROLES:
            return membership.organisation.name
        form.organization.errors = [_why_not(membership)]
        return None
    form.organization.errors = [_("Please choose one of your organisations, or create a new one.")]
    return None


def _why_not(membership: Membership) -> str:
    """Why a person's own organisation cannot take the purchase from them, and whom to ask."""
    names = who_runs([membership.organisation_id])[membership.organisation_id]
    return _(
        "Only an owner or admin can link purchases to %(organisation)s. Ask %(names)s, or hand the purchase over "
        "to them.",
        organisation=membership.organisation.name,
        names=", ".join(names[:5]),
    )


def _organisation_page(claim: Claim | None, memberships: list[Membership], form: OrganisationForm) -> str:
    contract = contract_of(claim)
    whom_to_ask = who_runs([one.organisation_id for one in memberships if one.role not in LINKING_ROLES])
    organisations = [
        {
            "id": membership.organisation_id,
            "name": membership.organisation.name,
            "role": membership.role,
            "may_link": membership.role in LINKING_ROLES,
            "reason": None
            if membership.role in LINKING_ROLES
            else _("Only an owner or admin can link purchases to it."),
            "whom_to_ask": whom_to_ask.get(membership.organisation_id, []),
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
