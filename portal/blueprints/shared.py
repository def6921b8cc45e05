"""A contract, redacted, for whoever has the link to it. No account is needed, and nothing can be done here."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from portal.database import transaction, utcnow
from portal.services import products, support
from portal.staff.contract import sharing
from portal.staff.contract.contract_file import ContractFile, circumstances_of, open_file, told_to
from portal.staff.contract.explaining import explain
from portal.staff.contract.sharing import LinkEnded, NoSuchLink, Part, SharedLink
from portal.web import desk
from portal.web.contract_timeline import SHARED, timeline_of
from portal.web.redaction import is_public, redacted
from portal.web.timeline_picture import NARROW, WIDE, draw

blueprint = Blueprint("shared", __name__)


@blueprint.get("/shared/<token>")
def show(token: str) -> ResponseReturnValue:
    """The contract that a link shows, while it does."""
    try:
        with transaction():
            link = sharing.look(token, utcnow())
    except NoSuchLink:
        abort(404)
    except LinkEnded:
        return make_response(render_template("shared/ended.html"), 410)
    file = open_file(link.contract_id) or abort(404)
    return _draw(
        link, replace(file, lines=[line for line in told_to(file.lines, link.organisation_id) if is_public(line)])
    )


@blueprint.after_request
def keep_to_itself(response: Response) -> Response:
    """Nobody keeps the page, finds it by searching, or learns its address from where its reader goes next."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _draw(link: SharedLink, file: ContractFile) -> ResponseReturnValue:
    now, part = utcnow(), Part(link.part)
    product = products().named(file.contract.product_code)
    timeline = timeline_of(file, product, now, None, private=False) if part is not Part.PAGE else None
    sizes = (("wide", WIDE), ("narrow", NARROW)) if timeline else ()
    return render_template(
        "shared/show.html",
        contract=redacted(desk.page_now(file, products(), now), names_shown=link.names_shown),
        link=link,
        timeline=timeline,
        pictures=[draw(timeline, name, width, SHARED) for name, width in sizes if timeline],
        explanation=explain(circumstances_of(file, products(), now)) if part is Part.EXPLANATION else None,
        support=support(product),
    )
