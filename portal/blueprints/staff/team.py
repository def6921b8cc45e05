"""Who works in the console: for its admins."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.gate import blueprint, needs, staff_member
from portal.database import db, transaction, utcnow
from portal.language import gettext as _
from portal.language import marked
from portal.staff import members
from portal.staff.models import StaffMember, StaffRole
from portal.web.fields import one_line

WHY_MISSING = marked("Please say why, in a few words: it stands in the audit log.")
LAST_ADMIN = marked("This is the only admin who is set up. Make somebody else an admin first.")


@blueprint.get("/team")
@needs(StaffRole.ADMIN)
def team() -> ResponseReturnValue:
    """Everybody of the console."""
    return _page()


@blueprint.post("/team")
@needs(StaffRole.ADMIN)
def add_member() -> ResponseReturnValue:
    """Let somebody in; the answer shows their set-up code, once."""
    role, typed = _role(), one_line(request.form.get("email"))
    try:
        email = validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        return _page(problem=_("Please enter an email address, such as sam@example.com."), typed=typed), 400
    try:
        with transaction():
            added = members.add(email, role, staff_member().actor, utcnow())
    except members.LastAdmin:
        return _page(problem=_(LAST_ADMIN), typed=typed), 409
    return _page(code=added.code, code_for=email)


@blueprint.post("/team/<int:member_id>/role")
@needs(StaffRole.ADMIN)
def change_role(member_id: int) -> ResponseReturnValue:
    """Give somebody another role."""
    role, why = _role(), one_line(request.form.get("why"))
    if not why:
        return _page(problem=_(WHY_MISSING)), 400
    try:
        with transaction():
            member = _member(member_id)
            members.change_role(member, role, staff_member().actor, why)
    except members.LastAdmin:
        return _page(problem=_(LAST_ADMIN)), 409
    flash(_("%(email)s is now %(role)s.", email=member.email, role=_(role)), "success")
    return redirect(url_for("staff.team"), 303)


@blueprint.post("/team/<int:member_id>/remove")
@needs(StaffRole.ADMIN)
def remove_member(member_id: int) -> ResponseReturnValue:
    """Take somebody out of the console."""
    why = one_line(request.form.get("why"))
    if not why:
        return _page(problem=_(WHY_MISSING)), 400
    try:
        with transaction():
            member = _member(member_id)
            members.remove(member, staff_member().actor, why)
    except members.LastAdmin:
        return _page(problem=_(LAST_ADMIN)), 409
    flash(_("%(email)s may no longer enter the console.", email=member.email), "success")
    return redirect(url_for("staff.team"), 303)


def _role() -> StaffRole:
    role = request.form.get("role", "")
    if role not in list(StaffRole):
        abort(400)
    return StaffRole(role)


def _member(member_id: int) -> StaffMember:
    return db.session.get(StaffMember, member_id, populate_existing=True) or abort(404)


def _page(problem: str | None = None, typed: str = "", code: str | None = None, code_for: str | None = None) -> str:
    return render_template(
        "staff/team.html",
        members=members.members(),
        roles=list(StaffRole),
        problem=problem,
        typed=typed,
        code=code,
        code_for=code_for,
        code_hours=int(members.CODE_LIFETIME.total_seconds() // 3600),
    )
