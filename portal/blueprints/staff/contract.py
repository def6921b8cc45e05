"""A contract as support sees it: its customer's own page, and everything that is known beside it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.contracts import checks
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import marked
from portal.services import products, settings, support
from portal.staff.contract import sharing
from portal.staff.contract.contract_file import ContractFile, open_file
from portal.staff.contract.moments import NoMoment, moment_of
from portal.staff.contract.sharing import LIFETIMES, Part, Wish
from portal.web import desk
from portal.web.fields import one_line

SOON = 3
"""Seconds between two looks of an open page while an answer is awaited."""
NO_REASON = marked("Please say in a few words why the link is made: it stands in the audit log.")
NO_LIFETIME = marked("Please choose how long the link works.")
NO_PART = marked("Please choose what the link shows.")


@blueprint.get("/contracts/<uuid:contract_id>")
def contract(contract_id: UUID) -> ResponseReturnValue:
    """The contract, now or as of a moment (`?as_of=2026-10-03T14:05`)."""
    return _page(_file(contract_id))


@blueprint.post("/contracts/<uuid:contract_id>/check")
def check_contract(contract_id: UUID) -> ResponseReturnValue:
    """Check with AWS now: the worker asks, and the page follows."""
    with transaction():
        file = _file(contract_id)
        if file.contract.merged_into_id is not None:
            abort(409)
        checks.request_check(contract_id)
        audit.record(staff_member().actor, "asked for a check", f"contract:{contract_id}")
        after_commit(later.check_contracts)
    flash(_("We are asking AWS now. This page follows by itself."), "notice")
    return redirect(url_for("staff.contract", contract_id=contract_id), 303)


@blueprint.post("/contracts/<uuid:contract_id>/share")
def share_contract(contract_id: UUID) -> ResponseReturnValue:
    """Make a link to a redacted page of it. The link is shown in this answer and never again."""
    file = _file(contract_id)
    wish, problems = _wish()
    if wish is None:
        return _page(file, problems=problems)
    with transaction():
        token = sharing.share(file.contract, wish, staff_member().person_id, utcnow())
    return _page(_file(contract_id), shared_at=f"{settings().portal_url}{url_for('shared.show', token=token)}")


@blueprint.post("/contracts/<uuid:contract_id>/shared/<int:link_id>/revoke")
def revoke_link(contract_id: UUID, link_id: int) -> ResponseReturnValue:
    """Let a link show nothing from now on."""
    with transaction():
        if not sharing.revoke(contract_id, link_id, staff_member().person_id, utcnow()):
            abort(404)
    flash(_("The link is revoked: it shows nothing any more."), "notice")
    return redirect(url_for("staff.contract", contract_id=contract_id, _anchor="share"), 303)


def _file(contract_id: UUID) -> ContractFile:
    return open_file(contract_id) or abort(404)


def _page(
    file: ContractFile, *, problems: dict[str, str] | None = None, shared_at: str | None = None
) -> ResponseReturnValue:
    now = utcnow()
    asked, then, no_moment = request.args.get("as_of", "").strip(), None, None
    if asked:
        try:
            then = desk.page_then(file, products(), moment_of(asked, now))
        except NoMoment as error:
            no_moment = str(error)
    page = desk.page_now(file, products(), now)
    beside = desk.desk_of(file, products(), now)
    follows = page.checking and not asked and not problems and not shared_at
    body = render_template(
        "staff/contract.html",
        contract=then.page if then else page,
        product_title=page.product_title,
        then=then,
        as_of=then.moment if then else None,
        asked=asked,
        no_moment=no_moment,
        now=now,
        desk=beside,
        rows=frozenset(event.anchor for event in beside.timeline.events),
        link_to=desk.link_to,
        message_page=desk.message_page,
        links=sharing.links_of(file.contract.id),
        lifetimes=LIFETIMES,
        problems=problems or {},
        wished=request.form,
        shared_at=shared_at,
        support=support(beside.product),
        refresh_seconds=SOON if follows else None,
    )
    return body, 400 if no_moment or problems else 200


def _wish() -> tuple[Wish | None, dict[str, str]]:
    """What the form asks for, or what is wrong with it, by field."""
    reason = one_line(request.form.get("reason"))
    days, part = request.form.get("days", ""), request.form.get("part", "")
    problems = {}
    if not reason:
        problems["reason"] = _(NO_REASON)
    if days not in map(str, LIFETIMES):
        problems["days"] = _(NO_LIFETIME)
    if part not in list(Part):
        problems["part"] = _(NO_PART)
    if problems:
        return None, problems
    return Wish(Part(part), "names" in request.form, timedelta(days=int(days)), reason), {}
