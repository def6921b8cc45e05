"""Moving a contract to another organisation: choose, read what that means, confirm; and undo."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.forms import WHY_MISSING, reason
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.contracts.models import Contract
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import marked
from portal.registration.giving import Post
from portal.registration.moves import Move, last_move_of
from portal.registration.moving import CannotMove, ChangedMeanwhile, Deed, Seen, why_no_undo
from portal.services import products, sender
from portal.staff.attention import moves, moving
from portal.staff.attention.moves import Side
from portal.staff.journal import names_of_actors
from portal.web.fields import one_line

NOBODY = "nobody"
CHANGED = marked("The contract changed while you looked. Please read this again before you confirm.")
CHANGED_AT_UNDO = marked("The contract changed at this very moment. Please have another look.")
NOT_CHOSEN = marked("Please choose an organisation first.")


@dataclass(frozen=True)
class Moving:
    """What a contract's page shows of whose it is."""

    contract: Contract
    side: Side | None
    last: Move | None
    last_by: str | None
    can_undo: bool


@blueprint.app_template_global()
def moving_of(contract_id: UUID) -> Moving:
    """Whose a contract is, and what staff did to that last; for `staff/contract/_moving.html`."""
    contract = db.session.get_one(Contract, contract_id)
    last = last_move_of(contract_id)
    by = names_of_actors([last.by]).get(last.by, last.by) if last else None
    can_undo = last is not None and why_no_undo(last) is None
    return Moving(contract, moves.side_of(contract.organisation_id), last, by, can_undo)


@blueprint.get("/contracts/<uuid:contract_id>/move")
def choose_organisation(contract_id: UUID) -> ResponseReturnValue:
    """Find the organisation that is to have a contract."""
    return _choose(contract_id)


@blueprint.post("/contracts/<uuid:contract_id>/move/confirm")
def confirm_move(contract_id: UUID) -> ResponseReturnValue:
    """What the move would mean, in words. Nothing is changed yet; a POST, for a reason belongs in no address."""
    contract = _contract(contract_id)
    chosen, why = request.form.get("to", ""), reason()
    if not chosen:
        return _choose(contract_id, _(NOT_CHOSEN)), 400
    if not why:
        return _choose(contract_id, _(WHY_MISSING)), 400
    to = _side(chosen)
    if (to.id if to else None) == contract.organisation_id:
        return _choose(contract_id, _("It belongs there already.")), 400
    return _confirm(contract, to, why)


@blueprint.post("/contracts/<uuid:contract_id>/move")
def move_contract(contract_id: UUID) -> ResponseReturnValue:
    """Move it."""
    to, why = _side(request.form.get("to", "")), reason()
    if not why:
        return _choose(contract_id, _(WHY_MISSING)), 400
    try:
        with transaction():
            moving.move(contract_id, to.id if to else None, _seen(), _deed(why), _post())
            after_commit(later.send_mail)
    except ChangedMeanwhile:
        return _confirm(_contract(contract_id), to, why, _(CHANGED)), 409
    except CannotMove as error:
        return _choose(contract_id, str(error)), 409
    flash(
        _("Done: it belongs to %(name)s now.", name=to.name) if to else _("Done: it belongs to nobody now."), "success"
    )
    return redirect(url_for("staff.contract", contract_id=contract_id), 303)


@blueprint.get("/moves/<int:move_id>")
def show_move(move_id: int) -> ResponseReturnValue:
    """One move, and the way to undo it."""
    return _move_page(move_id)


@blueprint.post("/moves/<int:move_id>/undo")
def undo_move(move_id: int) -> ResponseReturnValue:
    """Put the contract back to where it was."""
    if not (why := reason()):
        return _move_page(move_id, _(WHY_MISSING)), 400
    try:
        with transaction():
            made = moving.undo(move_id, _deed(why), _post())
            after_commit(later.send_mail)
    except (ChangedMeanwhile, CannotMove) as error:
        problem = _(CHANGED_AT_UNDO) if isinstance(error, ChangedMeanwhile) else str(error)
        return _move_page(move_id, problem), 409
    flash(_("Undone: it is where it was, and both sides are told."), "success")
    return redirect(url_for("staff.contract", contract_id=made.contract_id), 303)


def _choose(contract_id: UUID, problem: str | None = None) -> str:
    contract = _contract(contract_id)
    find = one_line(request.values.get("find"))
    found = [one for one in moves.organisations_like(find) if one.id != contract.organisation_id]
    return render_template(
        "staff/moving/choose.html",
        contract=contract,
        product=products().named(contract.product_code),
        side=moves.side_of(contract.organisation_id),
        find=find,
        found=found,
        chosen=request.values.get("to", ""),
        typed=request.form.get("why", ""),
        nobody=NOBODY,
        problem=problem,
    )


def _confirm(contract: Contract, to: Side | None, why: str, problem: str | None = None) -> str:
    return render_template(
        "staff/moving/confirm.html",
        contract=contract,
        product=products().named(contract.product_code),
        side=moves.side_of(contract.organisation_id),
        to=to,
        chosen=to.id if to else NOBODY,
        why=why,
        neighbours=[(one, products().named(one.product_code)) for one in moves.neighbours_of(contract)],
        being_claimed=moves.is_being_claimed(contract.id, utcnow()),
        problem=problem,
    )


def _move_page(move_id: int, problem: str | None = None) -> str:
    made = db.session.get(Move, move_id, populate_existing=True) or abort(404)
    contract = _contract(made.contract_id)
    return render_template(
        "staff/moving/show.html",
        move=made,
        contract=contract,
        product=products().named(contract.product_code),
        before=moves.side_of(made.from_id),
        after=moves.side_of(made.to_id),
        names=names_of_actors({made.by, made.undone_by or ""}),
        why_not=why_no_undo(made),
        typed=request.form.get("why", ""),
        problem=problem,
    )


def _contract(contract_id: UUID) -> Contract:
    return db.session.get(Contract, contract_id, populate_existing=True) or abort(404)


def _side(chosen: str) -> Side | None:
    """The organisation that was chosen; None for nobody."""
    if chosen == NOBODY:
        return None
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
        abort(400)
    return moves.side_of(int(chosen)) or abort(404)


def _seen() -> Seen:
    """What the confirmation said when the button was pressed."""
    whose, version = request.form.get("seen", ""), request.form.get("version", "")
    numbers = [text for text in (whose, version) if text]
    if not version or any(not (text.isascii() and text.isdecimal() and len(text) < 10) for text in numbers):
        abort(400)
    return Seen(int(whose) if whose else None, int(version))


def _deed(why: str) -> Deed:
    return Deed(staff_member().actor, why, utcnow())


def _post() -> Post:
    return Post(sender(), products())
