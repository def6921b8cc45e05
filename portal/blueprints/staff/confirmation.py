"""The integration confirmation in the console: begin a run, follow it step by step, finish it, hand out its report."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.gate import blueprint, staff_member
from portal.confirmation import probes, runs
from portal.confirmation.arriving import SIGN_IN, SIGN_UP
from portal.confirmation.changing import CHANGE
from portal.confirmation.gather import arrivals_of_strangers, gather
from portal.confirmation.models import ConfirmationRun, SightingKind, Way
from portal.confirmation.product_page import MANAGEMENT_PORTAL, host_problem
from portal.confirmation.report import Report, judge, kept
from portal.confirmation.sightings import is_asleep, note
from portal.confirmation.telling import MEMBER
from portal.confirmation.unattended.place import is_sandbox
from portal.jobs import later
from portal.jobs.surroundings import surroundings
from portal.language import gettext as _
from portal.services import aws_endpoints, products
from portal.web.version import version

SAYABLE = frozenset({f"{SIGN_UP}.1", f"{SIGN_IN}.1", f"{CHANGE}.1", f"{CHANGE}.2"})
"""Steps on AWS, where the portal cannot look: who did them may say so."""
EVERY = 3
"""Seconds between two looks of an open page."""


@blueprint.get("/confirmation")
def confirmation() -> ResponseReturnValue:
    """The products, their pages on AWS Marketplace, and the runs there were."""
    return _overview()


@blueprint.post("/confirmation")
def begin_confirmation() -> ResponseReturnValue:
    """Begin a run of one product."""
    product = products().get(request.form.get("product", ""))
    if product is None:
        return _overview(_("Please choose one of the products.")), 400
    typed = request.form.get("accounts", "")
    try:
        accounts = runs.account_ids(typed)
    except runs.NotAnAccount as problem:
        return _overview(
            _("An AWS account has twelve digits, not “%(problem)s”.", problem=problem), product.code, typed
        ), 400
    run = runs.begin(product, _way(), accounts, by=staff_member().actor, version=version())
    current_app.extensions["lookout"].look_again()
    _ask_addresses(run.id)
    return redirect(url_for("staff.confirmation_run", run_id=run.id), 303)


@blueprint.get("/confirmation/<uuid:run_id>")
def confirmation_run(run_id: UUID) -> ResponseReturnValue:
    """One run, live: every step with its evidence, or with what to do."""
    return _run_page(_find(run_id))


@blueprint.post("/confirmation/<uuid:run_id>/addresses")
def check_addresses(run_id: UUID) -> ResponseReturnValue:
    """Have the worker try the product page and the fulfilment URL."""
    if _find(run_id).finished_at is None:
        _ask_addresses(run_id)
    return _back(run_id)


@blueprint.post("/confirmation/<uuid:run_id>/said")
def said_so(run_id: UUID) -> ResponseReturnValue:
    """Somebody did what happens on AWS."""
    step = request.form.get("step", "")
    if step not in SAYABLE:
        abort(400)
    if _find(run_id).finished_at is None:
        note(run_id, SightingKind.SAID, step, detail={"by": MEMBER}, anew=True)
    return _back(run_id)


@blueprint.post("/confirmation/<uuid:run_id>/buyers")
def name_buyers(run_id: UUID) -> ResponseReturnValue:
    """AWS accounts whose doings count."""
    run = _find(run_id)
    typed = request.form.get("accounts", "")
    try:
        accounts = runs.account_ids(typed)
    except runs.NotAnAccount as problem:
        return _run_page(run, _("An AWS account has twelve digits, not “%(problem)s”.", problem=problem), typed), 400
    if not accounts:
        return _run_page(run, _("Please enter an AWS account: twelve digits.")), 400
    try:
        runs.add_accounts(run_id, accounts, by=staff_member().actor)
    except runs.RunFinished:
        flash(_("This run is finished, and does not change any more."), "notice")
    return _back(run_id)


@blueprint.post("/confirmation/<uuid:run_id>/mine")
def that_was_me(run_id: UUID) -> ResponseReturnValue:
    """An arrival was a test buyer's."""
    _find(run_id)
    try:
        runs.that_was_me(run_id, UUID(request.form.get("contract", "")), by=staff_member().actor)
    except ValueError:
        abort(400)
    except runs.RunFinished:
        flash(_("This run is finished, and does not change any more."), "notice")
    return _back(run_id)


@blueprint.post("/confirmation/<uuid:run_id>/finish")
def finish_confirmation(run_id: UUID) -> ResponseReturnValue:
    """Stop watching; the report stays."""
    run = _find(run_id)
    try:
        runs.finish(run_id, products().named(run.product_code), surroundings(), by=staff_member().actor)
    except runs.RunFinished:
        flash(_("This run was finished a moment ago."), "notice")
    return redirect(url_for("staff.confirmation_report", run_id=run_id), 303)


@blueprint.get("/confirmation/<uuid:run_id>/report")
def confirmation_report(run_id: UUID) -> ResponseReturnValue:
    """The report, to print or to attach."""
    run = _find(run_id)
    report = _report(run)
    at = report.finished_at or surroundings().now
    return render_template("staff/confirmation/report.html", reports=[report], printed_at=at, run=run)


@blueprint.get("/confirmation/<uuid:run_id>/report.json")
def confirmation_json(run_id: UUID) -> Response:
    """The report, for programs."""
    answer = jsonify(_report(_find(run_id)).as_json())
    answer.headers["Content-Disposition"] = f"attachment; filename=confirmation-{run_id}.json"
    return answer


def _find(run_id: UUID) -> ConfirmationRun:
    try:
        return runs.find(run_id)
    except runs.NoSuchRun:
        abort(404)


def _back(run_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("staff.confirmation_run", run_id=run_id), 303)


def _way() -> Way:
    return Way.SANDBOX if is_sandbox(aws_endpoints()) else Way.AWS


def _ask_addresses(run_id: UUID) -> None:
    probes.note_asked(run_id)
    later.check_addresses(run_id)


def _report(run: ConfirmationRun) -> Report:
    return kept(run) or judge(run, gather(run, products().named(run.product_code), surroundings()))


def _run_page(run: ConfirmationRun, problem: str | None = None, typed: str = "") -> str:
    return render_template(
        "staff/confirmation/run.html",
        run=run,
        report=_report(run),
        product=products().named(run.product_code),
        strangers=arrivals_of_strangers(run) if run.finished_at is None else [],
        sayable=SAYABLE,
        management_portal=MANAGEMENT_PORTAL,
        problem=problem,
        typed=typed,
        asleep=is_asleep(run),
        refresh_seconds=None if run.finished_at or is_asleep(run) else EVERY,
    )


def _overview(problem: str | None = None, chosen: str = "", typed: str = "") -> str:
    way = _way()
    return render_template(
        "staff/confirmation/index.html",
        listed=[(one, host_problem(one.page_url, way) if one.page_url else None) for one in products()],
        titles={one.code: one.title for one in products()},
        runs=runs.latest(),
        way=way,
        management_portal=MANAGEMENT_PORTAL,
        problem=problem,
        chosen=chosen,
        typed=typed,
    )
