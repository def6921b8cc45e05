"""The one gate of the console. Every address beneath /staff stands behind it, because it is the blueprint's own.

Strangers are sent to sign in, staff whose second factor is not fresh to give it, customers are refused. Looking needs a
viewer; everything else an operator, unless a view says otherwise with ``needs``. What is looked at and done is audited.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import audit
from portal.database import transaction, utcnow
from portal.staff import members, sessions
from portal.staff.masking import mask_text
from portal.staff.models import StaffRole
from portal.web.console import Sam, recognise_staff, staff_member
from portal.web.visitor import visitor

__all__ = ["blueprint", "needs", "staff_member"]

blueprint = Blueprint("staff", __name__, url_prefix="/staff")

View = TypeVar("View", bound=Callable[..., object])
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_WORD = 200
_UNSAID = frozenset({"csrf_token", "submit"})


def needs(role: StaffRole) -> Callable[[View], View]:
    """The view is for this role and those above it."""

    def mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return mark


def needed_role(endpoint: str, method: str) -> StaffRole:
    """Which role this address asks for."""
    view = current_app.view_functions[endpoint]
    usual = StaffRole.VIEWER if method in LOOKING else StaffRole.OPERATOR
    role: StaffRole = getattr(view, "needs", usual)
    return role


@blueprint.before_request
def gate() -> ResponseReturnValue | None:
    """Let staff through."""
    looking = request.method in LOOKING
    back = request.full_path.removesuffix("?") if looking else url_for("staff.home")
    if not current_user.is_authenticated:
        return redirect(url_for("signin.show", next=back), 303)
    now = utcnow()
    member = recognise_staff(visitor(), now)
    if member is None:
        if not members.is_staff(visitor().person_id):
            return _refused(visitor().person_id, "customer")
        return redirect(url_for("second_factor.show", next=back), 303)
    needed = needed_role(request.endpoint or "", request.method)
    if not member.may(needed):
        return _refused(member.person_id, member.role, needed)
    return None


@blueprint.after_request
def note(response: Response) -> Response:
    """Write down what was looked at, and what was sent."""
    member: Sam | None = g.get("staff")
    if member is None or response.status_code >= 400:
        return response
    args = {name: mask_text(str(value))[:LONGEST_WORD] for name, value in (request.view_args or {}).items()}
    query = asked_for()
    looking = request.method in LOOKING
    with transaction():
        fresh = looking and sessions.look(member.stay, request.full_path, utcnow())
        if not looking:
            sessions.act(member.stay, utcnow())
        if fresh or not looking:
            detail: dict[str, Any] = {"page": request.endpoint} | ({"query": query} if query else {})
            audit.record(member.actor, "saw" if looking else "sent", _thing(args), **detail)
    return response


def asked_for() -> dict[str, str]:
    """The words in the address, as the audit log may hold them."""
    said = {name: value for name, value in request.args.items() if name not in _UNSAID}
    return {mask_text(name)[:LONGEST_WORD]: mask_text(value)[:LONGEST_WORD] for name, value in said.items()}


def _thing(args: dict[str, str]) -> str:
    """What a page is about: `contract:<id>`, or the page itself."""
    for name, value in args.items():
        if name.endswith("_id"):
            return f"{name.removesuffix('_id')}:{value}"
    return f"page:{request.endpoint}"


def _refused(person_id: int, role: str, needed: StaffRole | None = None) -> ResponseReturnValue:
    with transaction():
        audit.record(f"person:{person_id}", "was refused", f"page:{request.endpoint}", role=str(role))
    return render_template("staff/refused.html", role=role if needed else None, needed=needed), 403
