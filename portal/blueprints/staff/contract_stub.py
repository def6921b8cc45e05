"""A contract's page for staff, as little as moving it takes, until there is a page for it."""

from __future__ import annotations

from uuid import UUID

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.gate import blueprint
from portal.contracts.history import changes_of
from portal.contracts.models import Contract
from portal.database import db
from portal.services import products
from portal.web.history import history_lines


@blueprint.get("/contracts/<uuid:contract_id>")
def contract(contract_id: UUID) -> ResponseReturnValue:
    """The contract."""
    found = db.session.get(Contract, contract_id, populate_existing=True) or abort(404)
    product = products().named(found.product_code)
    lines = history_lines(changes_of(contract_id), product)
    return render_template("staff/contract/stub.html", contract=found, product=product, lines=lines)
