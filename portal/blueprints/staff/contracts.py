"""The list of contracts: what of them, in which order, stands in the address; and the same as a file."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from portal import audit
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.contracts.lifecycle import State
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.language import marked
from portal.products import Products
from portal.services import products
from portal.staff.overview.contracts_list import MOST_COUNTED, PAGE, Filters, count, filters_from, page
from portal.staff.overview.dashboard import count_contracts
from portal.staff.overview.figures import kept
from portal.staff.overview.organisations import name_of
from portal.staff.overview.places import Place, Sort
from portal.web.contracts_file import as_csv
from portal.web.fields import one_line
from portal.web.found import contract_rows
from portal.web.wording import STATES

WITHIN = (7, 30, 60, 90, 180, 365)
HEADINGS = (
    (marked("Contract"), None, None),
    (marked("Organisation"), None, None),
    (marked("Status"), None, None),
    (marked("AWS account"), None, None),
    (marked("End"), Sort.ENDING_FIRST, Sort.ENDING_LAST),
    (marked("Confirmed with AWS"), Sort.LONGEST_UNCONFIRMED, Sort.LATELY_CONFIRMED),
    (marked("Known since"), Sort.NEWEST, Sort.OLDEST),
)


@blueprint.get("/contracts")
def contracts() -> ResponseReturnValue:
    """One page of the list."""
    filters, problems = filters_from(request.args.to_dict(flat=False))
    after, now = request.args.get("after", ""), utcnow()
    place = Place.from_text(after) if after else None
    if after and place is None:
        problems.append(_("This place in the list cannot be read, so it is shown from its beginning."))
    shown = page(filters, place, now)
    html = render_template(
        "staff/contracts.html",
        rows=contract_rows(shown.lines, products()),
        filters=filters,
        arguments=filters.arguments(),
        following=shown.following.as_text() if shown.following else None,
        is_first=place is None,
        problems=problems,
        states=[(state, _(STATES[state][0])) for state in State],
        choices=product_choices(products(), filters.product_code),
        within=sorted({*WITHIN, filters.ending_within or WITHIN[0]}),
        organisation=name_of(filters.organisation_id) if filters.organisation_id else None,
        total=_total(filters),
        only=next((name for name in ("stale", "unlinked") if filters.is_only(name)), None),
        headings=[_heading(filters, *heading) for heading in HEADINGS],
        page_size=PAGE,
    )
    return html, 400 if problems else 200


@blueprint.get("/contracts.csv")
def contracts_file() -> ResponseReturnValue:
    """The list as a file, with accounts by their last digits."""
    return _file(whole_accounts=False, why=None)


@blueprint.post("/contracts.csv")
def contracts_file_unmasked() -> ResponseReturnValue:
    """The same with whole accounts, for operators: written down with the reason they give."""
    why = one_line(request.form.get("why"))
    if not why:
        title = _("Please say why")
        words = _("A file with whole AWS accounts is written down in the audit log with the reason for it.")
        return render_template("errors/error.html", code=400, title=title, message=words), 400
    return _file(whole_accounts=True, why=why)


def _file(*, whole_accounts: bool, why: str | None) -> ResponseReturnValue:
    filters, problems = filters_from(request.args.to_dict(flat=False))
    if problems:
        return contracts()
    with transaction():
        told = {"filters": filters.arguments(), "accounts": "whole" if whole_accounts else "masked"}
        audit.record(staff_member().actor, "exported", "page:contracts", why=why, **told)
    now = utcnow()
    pieces = as_csv(filters, products(), now, whole_accounts=whole_accounts)
    headers = {"Content-Disposition": f"attachment; filename=contracts-{now:%Y-%m-%d-%H%M}.csv"}
    return Response(stream_with_context(pieces), mimetype="text/csv", headers=headers)


def _total(filters: Filters) -> dict[str, Any]:
    """How many there are, as cheaply as that can be told: from what the clock counted, or counted up to a number."""
    now = utcnow()
    if filters == Filters(states=filters.states, sort=filters.sort):
        figure = kept({"contracts": count_contracts}, now)["contracts"]
        states = figure.value["states"]
        number = sum(states.get(str(state), 0) for state in filters.states) if filters.states else sum(states.values())
        if number > MOST_COUNTED:
            return {"number": number, "as_of": figure.counted_at, "more": False}
    number = count(filters, now)
    return {"number": min(number, MOST_COUNTED), "as_of": None, "more": number > MOST_COUNTED}


def product_choices(known: Products, chosen: str | None) -> list[tuple[str, str]]:
    """The products one can choose: those of the file, and the one that is chosen, should it have left the file."""
    choices = [(product.code, product.title) for product in known]
    if chosen and known.get(chosen) is None:
        choices.append((chosen, chosen))
    return choices


def _heading(filters: Filters, words: str, first: Sort | None, second: Sort | None) -> dict[str, Any]:
    """A column's heading: how it is sorted, and what pressing it asks for."""
    if first is None or second is None:
        return {"words": words, "arguments": None, "sorted": None}
    following = second if filters.sort is first else first
    arguments = {**filters.arguments(), "sort": None if following is Sort.NEWEST else str(following)}
    descending = {Sort.NEWEST, Sort.ENDING_LAST, Sort.LATELY_CONFIRMED}
    how = None if filters.sort not in (first, second) else "descending" if filters.sort in descending else "ascending"
    return {"words": words, "arguments": arguments, "sorted": how}
