"""The one search box. What is typed comes by POST, because an address or an account must not stand in a URL; whatever
says nothing about a person goes on to a URL that can be kept."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.blueprints.staff.gate import blueprint, needs, staff_member
from portal.database import transaction
from portal.language import gettext as _
from portal.services import products
from portal.staff.masking import mask_text
from portal.staff.models import StaffRole
from portal.staff.searching.search import Answer, Target, search
from portal.staff.searching.understanding import LONGEST, Kind, Understanding, understand
from portal.web.found import contract_rows

SEARCHED = "searched"
"""In the browser's session: what was searched for last, where it must not stand in a URL."""
PERSONAL = {Kind.EMAIL, Kind.ACCOUNT}


@blueprint.post("/search")
@needs(StaffRole.VIEWER)
def ask() -> ResponseReturnValue:
    """Search for what was typed: straight to the one thing it names, or to what was found."""
    text = request.form.get("q", "").strip()[:LONGEST]
    answer = search(text, products())
    with transaction():
        audit.record(staff_member().actor, "searched", "page:search", query=mask_text(text), found=answer.count)
    if answer.target:
        return redirect(address_of(answer.target), 303)
    if _is_personal(answer.understanding):
        session[SEARCHED] = text
        return redirect(url_for("staff.found"), 303)
    session.pop(SEARCHED, None)
    return redirect(url_for("staff.found", q=text) if text else url_for("staff.home"), 303)


@blueprint.get("/search")
def found() -> ResponseReturnValue:
    """What was found, or where a kept address of a search leads."""
    kept = "q" not in request.args
    text = str(session.get(SEARCHED, "")) if kept else request.args["q"].strip()[:LONGEST]
    understanding = understand(text)
    if not understanding.readings:
        return redirect(url_for("staff.home"), 303)
    if _is_personal(understanding) and not kept:
        session[SEARCHED] = text
        return redirect(url_for("staff.found"), 303)
    answer = search(text, products())
    if answer.target and not kept:
        return redirect(address_of(answer.target), 303)
    return _page(answer, text)


def _is_personal(understanding: Understanding) -> bool:
    """Whether it says who somebody is, and must not stand in a URL."""
    return bool(PERSONAL & set(understanding.kinds)) or mask_text(understanding.text) != understanding.text


def address_of(target: Target) -> str:
    """The page of the one thing that was meant."""
    addresses = {
        "contract": ("staff.contract", "contract_id"),
        "organisation": ("staff.organisation", "organisation_id"),
        "person": ("staff.person", "person_id"),
        "message": ("staff.message", "notification_id"),
        "product": ("staff.contracts", "product"),
    }
    endpoint, argument = addresses[target.kind]
    values: dict[str, Any] = {argument: target.id}
    return url_for(endpoint, **values)


def _page(answer: Answer, text: str) -> str:
    rows = contract_rows([one.line for one in answer.contracts], products())
    return render_template(
        "staff/search.html",
        q=text,
        answer=answer,
        contracts=list(zip(answer.contracts, rows, strict=True)),
        taken_for=[str(kind) for kind in answer.understanding.kinds],
        taken_for_words=[_(str(kind)) for kind in answer.understanding.kinds],
        products=products(),
    )
