"""One message: what it was read as, what became of it, and its body as it came, masked until somebody asks."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.deciding import choices
from portal.blueprints.staff.gate import blueprint
from portal.contracts.models import Contract
from portal.database import db
from portal.language import gettext as _
from portal.notifications.models import Notification
from portal.notifications.replay import REPLAYED
from portal.services import products
from portal.staff.attention import deciding, seen
from portal.staff.attention.seen import Thing
from portal.staff.contract.payloads import layers
from portal.staff.journal import names_of_actors
from portal.web.staff_words import FATES, KINDS


@blueprint.get("/messages/<int:notification_id>")
def message(notification_id: int) -> ResponseReturnValue:
    """The message."""
    found = db.session.get(Notification, notification_id, populate_existing=True) or abort(404)
    decisions = deciding.decisions_about(notification_id=found.id)
    note = seen.notes_on(Thing.MESSAGE, [found.id]).get(found.id)
    is_open = found.fate == "parked" and found.problem is not None
    question = deciding.question_of_message(found) if is_open else None
    return render_template(
        "staff/messages/show.html",
        message=found,
        product=products().named(found.product_code) if found.product_code else None,
        contract=db.session.get(Contract, found.contract_id) if found.contract_id else None,
        kind_words=_(KINDS.get(found.kind, found.kind)),
        fate_words=_(FATES[found.fate]),
        can_be_replayed=found.fate in REPLAYED,
        choices=choices(question) if question and len(question.candidates) > 1 else [],
        decisions=decisions,
        note=note,
        names=names_of_actors({one.by for one in decisions} | ({note.by} if note else set())),
        layers=layers(found.body),
    )
