"""What a customer bought. A GET here reads the database only; AWS is asked by the worker."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf.csrf import generate_csrf

from portal.accounts.members import RUNNING
from portal.contracts import checks
from portal.contracts.history import changes_for
from portal.contracts.overview import contract_of, contracts_of, joined_into, may_see
from portal.database import after_commit, transaction
from portal.jobs import later
from portal.language import gettext as _
from portal.services import edition, products, support
from portal.web.ahead import etag_of, glance_of
from portal.web.speech import voice
from portal.web.views import contract_card, contract_page
from portal.web.visitor import Visitor, note_presence, recognise, session_key, unknown, visitor

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
        "contracts/index.html",
        contracts=[contract_card(contract, products()) for contract in contracts],
        unverified=None if visitor().is_verified else visitor().email,
    )


@blueprint.get("/contracts/<uuid:contract_id>")
def show(contract_id: UUID) -> ResponseReturnValue:
    """The contract page. An open page asks again with the ETag, and gets 304 while nothing changed."""
    key = session_key()
    seen = glance_of(key, contract_id) if key else None
    if key is None or seen is None:
        return unknown()
    recognise(Visitor(key, seen.person_id, seen.name, seen.email))
    if seen.unseen:
        note_presence(seen.session_id)
    if seen.stamp is None:
        joined = joined_into(seen.person_id, contract_id)
        return redirect(url_for("contracts.show", contract_id=joined)) if joined else abort(404)
    generate_csrf()  # the page's forms need the session to have its token, and the ETag is made of it
    etag = etag_of(key, session["csrf_token"], edition(), voice(), contract_id, seen.stamp)
    flashed = "_flashes" in session
    if not flashed and request.if_none_match.contains(etag):
        return _fresh(Response(status=304), etag)
    response = make_response(_draw(seen.person_id, seen.role, contract_id))
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
    flash(_("We are asking AWS now. This page follows by itself."), "notice")
    return redirect(url_for("contracts.show", contract_id=contract_id), 303)


def _draw(person_id: int, role: str | None, contract_id: UUID) -> str:
    overview = contract_of(person_id, contract_id)
    if overview is None:
        abort(404)
    page = contract_page(overview, changes_for(contract_id, overview.contract.organisation_id), products())
    return render_template(
        "contracts/show.html",
        contract=page,
        organisation_id=overview.contract.organisation_id,
        runs=role in RUNNING,
        support=support(products().get(overview.contract.product_code)),
        refresh_seconds=SOON if page.awaiting else CALM,
    )


def _fresh(response: Response, etag: str) -> Response:
    """The browser may keep the page, but asks each time whether it is still true."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
