"""Saying which contract is meant, for a message or for a buyer who was turned away."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.blueprints.staff.forms import WHY_MISSING, reason, ticked_contracts
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.contracts.models import Contract, NameKind
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import marked
from portal.registration.models import UnclearPurchase
from portal.registration.moving import Deed
from portal.services import products
from portal.staff.attention import deciding
from portal.staff.attention.deciding import CannotDecide, Decision, Question
from portal.staff.journal import names_of_actors
from portal.web.views import ContractPage, contract_card

NAMES = {
    NameKind.LICENSE: marked("licence"),
    NameKind.AGREEMENT: marked("agreement"),
    NameKind.CUSTOMER: marked("legacy customer"),
}
NOTHING_CHOSEN = marked("Please choose a contract first.")


@dataclass(frozen=True)
class Choice:
    """One of the contracts that may be meant."""

    contract: ContractPage
    names: list[str]
    """Those of the message that it bears."""


def choices(question: Question) -> list[Choice]:
    """The contracts that may be meant, the one with the surest name first."""
    statement = (
        select(Contract)
        .where(Contract.id.in_(question.candidates))
        .options(joinedload(Contract.organisation), selectinload(Contract.entitlements))
    )
    found = {contract.id: contract for contract in db.session.scalars(statement)}
    return [
        Choice(
            contract_card(found[contract_id], products()),
            [f"{_(NAMES[kind])} {key}" for (kind, key), owner in question.owners.items() if owner == contract_id],
        )
        for contract_id in question.candidates
    ]


@blueprint.post("/messages/<int:notification_id>/decide")
def decide_message(notification_id: int) -> ResponseReturnValue:
    """Say which contract a message is about."""
    back = url_for("staff.message", notification_id=notification_id)
    if problem := _missing():
        flash(problem, "warning")
        return redirect(back, 303)
    try:
        with transaction():
            deciding.decide_message(notification_id, ticked_contracts()[0], _deed())
            after_commit(later.work_on_inbox)
            after_commit(later.check_contracts)
    except CannotDecide as error:
        flash(str(error), "warning")
        return redirect(back, 303)
    flash(_("Decided. The message is being applied, and AWS is asked about the contracts concerned."), "success")
    return redirect(back, 303)


@blueprint.get("/purchases/<int:purchase_id>")
def purchase(purchase_id: int) -> ResponseReturnValue:
    """A purchase whose buyer was turned away."""
    found = db.session.get(UnclearPurchase, purchase_id, populate_existing=True) or abort(404)
    question = deciding.question_of_purchase(found)
    decisions = deciding.decisions_about(purchase_id=found.id)
    is_open = found.settled_at is None and len(question.candidates) > 1
    return render_template(
        "staff/messages/purchase.html",
        purchase=found,
        product=products().named(found.product_code),
        named=[(_(NAMES[kind]), key) for kind, key in question.names.keys],
        choices=choices(question) if is_open else [],
        decisions=decisions,
        names=names_of_actors({one.by for one in decisions}),
    )


@blueprint.post("/purchases/<int:purchase_id>/decide")
def decide_purchase(purchase_id: int) -> ResponseReturnValue:
    """Say which contract a buyer came with."""
    back = url_for("staff.purchase", purchase_id=purchase_id)
    if problem := _missing():
        flash(problem, "warning")
        return redirect(back, 303)
    try:
        with transaction():
            deciding.decide_purchase(purchase_id, ticked_contracts()[0], _deed())
            after_commit(later.work_on_inbox)
            after_commit(later.check_contracts)
    except CannotDecide as error:
        flash(str(error), "warning")
        return redirect(back, 303)
    flash(_("Decided. Please ask the buyer to choose “Set up your account” on AWS again."), "success")
    return redirect(back, 303)


@blueprint.post("/decisions/<int:decision_id>/undo")
def undo_decision(decision_id: int) -> ResponseReturnValue:
    """Give the names back."""
    decision = db.session.get(Decision, decision_id) or abort(404)
    back = (
        url_for("staff.message", notification_id=decision.notification_id)
        if decision.notification_id
        else url_for("staff.purchase", purchase_id=decision.purchase_id)
    )
    if not reason():
        flash(_(WHY_MISSING), "warning")
        return redirect(back, 303)
    try:
        with transaction():
            deciding.undo(decision_id, _deed())
            after_commit(later.check_contracts)
    except CannotDecide as error:
        flash(str(error), "warning")
        return redirect(back, 303)
    flash(_("Undone: the names are where they were, and AWS is asked about the contracts concerned."), "success")
    return redirect(back, 303)


def _missing() -> str | None:
    if not request.form.get("id"):
        return _(NOTHING_CHOSEN)
    return None if reason() else _(WHY_MISSING)


def _deed() -> Deed:
    return Deed(staff_member().actor, reason(), utcnow())
