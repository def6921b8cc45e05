"""What was moved in the last day, and putting it back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts.models import Organisation
from portal.accounts.people import memberships_of
from portal.blueprints.moving import blueprint
from portal.blueprints.moving.whose import mover, post
from portal.contracts.models import Contract
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.registration import by_customers
from portal.registration.by_customers import MayNotMove
from portal.registration.moves import Move, was_agreed
from portal.registration.moving import CannotMove, ChangedMeanwhile, why_no_undo
from portal.services import products
from portal.web.visitor import visitor


@blueprint.get("/moves")
@login_required
def index() -> ResponseReturnValue:
    """What was moved in the last day and can be put back."""
    made = by_customers.moves_for(visitor().person_id, utcnow())
    return render_template("moving/index.html", moves=[_told(one) for one in made])


@blueprint.get("/moves/<int:move_id>")
@login_required
def show(move_id: int) -> ResponseReturnValue:
    """One move, for the owners of either side, and the way to put it back."""
    return _move_page(by_customers.move_for(visitor().person_id, move_id) or abort(404))


@blueprint.post("/moves/<int:move_id>/undo")
@login_required
def undo(move_id: int) -> ResponseReturnValue:
    """Put the contract back."""
    try:
        with transaction():
            made = by_customers.undo(move_id, mover(), post(), utcnow())
            after_commit(later.send_mail)
    except MayNotMove:
        abort(404)
    except (CannotMove, ChangedMeanwhile):
        made = by_customers.move_for(visitor().person_id, move_id) or abort(404)
        return _move_page(made, _("It cannot be put back any more.")), 409
    flash(_("The contract is back where it was, and both sides are told."), "success")
    return redirect(url_for("moving.show", move_id=made.id), 303)


def _told(made: Move) -> dict[str, Any]:
    """A move as either side may read it: what it names is the reader's own side, and the other where both agreed."""
    contract = db.session.get_one(Contract, made.contract_id, populate_existing=True)
    mine = {one.organisation_id for one in memberships_of(visitor().person_id)}

    def name(organisation_id: int | None) -> str | None:
        known = organisation_id in mine or was_agreed(made.id)
        return db.session.get_one(Organisation, organisation_id).name if organisation_id and known else None

    return {
        "id": made.id,
        "product_title": products().named(contract.product_code).title,
        "from": name(made.from_id),
        "to": name(made.to_id),
        "at": made.at,
        "undo_until": made.undo_until,
        "undone_at": made.undone_at,
    }


def _move_page(made: Move, problem: str = "") -> str:
    can_undo = made.undo_until is not None and made.undo_until > utcnow() and why_no_undo(made) is None
    return render_template("moving/show.html", move=_told(made), can_undo=can_undo, problem=problem)
