"""What a customer bought. A GET here reads the database only; AWS is asked by the worker."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf.csrf import generate_csrf

from portal.contracts import checks
from portal.contracts.history import changes_of
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.contracts.overview import contract_of, contracts_of, may_see
from portal.database import after_commit, transaction
from portal.jobs import later
from portal.services import edition, products, support
from portal.web.views import contract_card, contract_page
from portal.web.visitor import visitor

blueprint = Blueprint("contracts", __name__)

SOON, CALM = 2, 5
"""Seconds between two looks of an open page: while an answer is awaited, and otherwise."""


@blueprint.get("/contracts")
@login_required
def index() -> ResponseReturnValue:
    """All contracts of the visitor's organisations; straight to the only one when there is one."""
    contracts = contracts_of(visitor().person_id)
    if len(contracts) == 1:
        return redirect(url_for("contracts.show", contract_id=contracts[0].id))
    return render_template(
        "contracts/index.html", contracts=[contract_card(contract, products()) for contract in contracts]
    )


@blueprint.get("/contracts/<uuid:contract_id>")
@login_required
def show(contract_id: UUID) -> ResponseReturnValue:
    """The contract page. An open page asks again with the ETag, and gets 304 while nothing changed."""
    overview = contract_of(visitor().person_id, contract_id)
    if overview is None:
        abort(404)
    contract = overview.contract
    awaiting = contract.check_requested_at is not None or contract.state == State.WAITING
    etag = _etag(contract)
    flashed = "_flashes" in session
    if not flashed and request.if_none_match.contains(etag):
        return _fresh(Response(status=304), etag)
    page = contract_page(overview, changes_of(contract_id), products())
    body = render_template(
        "contracts/show.html",
        contract=page,
        support=support(products().get(contract.product_code)),
        refresh_seconds=SOON if awaiting else CALM,
    )
    response = make_response(body)
    # A message for once must not come back from the browser's cache.
    return response if flashed else _fresh(response, etag)


@blueprint.post("/contracts/<uuid:contract_id>/check")
@login_required
def check_again(contract_id: UUID) -> ResponseReturnValue:
    """Check with AWS now: the worker asks, and the page follows."""
    if not may_see(visitor().person_id, contract_id):
        abort(404)
    with transaction():
        checks.request_check(contract_id)
        after_commit(later.check_contracts)
    flash("We are asking AWS now. This page follows by itself.", "notice")
    return redirect(url_for("contracts.show", contract_id=contract_id), 303)


def _etag(contract: Contract) -> str:
    """What the page depends on: the contract, how this edition draws it, and the session its forms are good for."""
    generate_csrf()
    confirmed = contract.confirmed_at.timestamp() if contract.confirmed_at else 0
    whose = f"{visitor().get_id()}{session['csrf_token']}{edition()}"
    return f"{contract.version}-{confirmed}-{sha256(whose.encode()).hexdigest()[:16]}"


def _fresh(response: Response, etag: str) -> Response:
    """The browser may keep the page, but asks each time whether it is still true."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response
