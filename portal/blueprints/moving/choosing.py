"""Where a contract is to go: within one's own organisations that happens at once."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts.models import Membership
from portal.accounts.people import memberships_of
from portal.blueprints.moving import blueprint
from portal.blueprints.moving.whose import changed, choose_page, may_not, mine, mover, number, post
from portal.contracts.models import Contract
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.registration import by_customers
from portal.registration.by_customers import MayNotMove
from portal.registration.linking import LINKING_ROLES
from portal.registration.moving import CannotMove, ChangedMeanwhile, Seen
from portal.services import products
from portal.web.views import contract_card
from portal.web.visitor import visitor


@blueprint.get("/contracts/<uuid:contract_id>/move")
@login_required
def choose(contract_id: UUID) -> ResponseReturnValue:
    """Where to: an organisation of one's own, or somebody else's, with their consent."""
    contract, role = mine(contract_id)
    if role not in LINKING_ROLES:
        return may_not(contract)
    return choose_page(contract, role)


@blueprint.get("/contracts/<uuid:contract_id>/move/confirm")
@login_required
def confirm(contract_id: UUID) -> ResponseReturnValue:
    """What moving it to another organisation of one's own means, in words."""
    contract, role = mine(contract_id)
    if role not in LINKING_ROLES:
        return may_not(contract)
    to, problem = _chosen(contract, request.args.get("to", ""))
    return _confirm(contract, to) if to else (choose_page(contract, role, problem=problem), 400)


@blueprint.post("/contracts/<uuid:contract_id>/move")
@login_required
def move(contract_id: UUID) -> ResponseReturnValue:
    """Move it to another organisation of one's own."""
    contract, role = mine(contract_id)
    if role not in LINKING_ROLES:
        return may_not(contract)
    to, problem = _chosen(contract, request.form.get("to", ""))
    if to is None:
        return choose_page(contract, role, problem=problem), 400
    seen = Seen(number(request.form.get("seen", "")), number(request.form.get("version", "")))
    try:
        with transaction():
            by_customers.move_within(contract_id, to.organisation_id, seen, mover(), post(), utcnow())
            after_commit(later.send_mail)
    except ChangedMeanwhile:
        contract, _role = mine(contract_id)
        return _confirm(contract, to, changed()), 409
    except (CannotMove, MayNotMove):
        return choose_page(contract, role, problem=changed()), 409
    flash(_("The contract belongs to %(organisation)s now.", organisation=to.organisation.name), "success")
    return redirect(url_for("contracts.show", contract_id=contract_id), 303)


def _chosen(contract: Contract, chosen: str) -> tuple[Membership | None, str]:
    for membership in memberships_of(visitor().person_id):
        if str(membership.organisation_id) == chosen and membership.organisation_id != contract.organisation_id:
            if membership.role in LINKING_ROLES:
                return membership, ""
            return None, _(
                "Only an owner or admin of %(organisation)s can move a contract there.",
                organisation=membership.organisation.name,
            )
    return None, _("Please choose one of your other organisations.")


def _confirm(contract: Contract, to: Membership, problem: str = "") -> str:
    card = contract_card(contract, products())
    return render_template("moving/confirm.html", contract=card, seen=contract, to=to, problem=problem)
