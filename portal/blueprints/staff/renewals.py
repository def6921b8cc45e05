"""The renewal cockpit: what ends in the next days, and how it goes on."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.contracts import product_choices
from portal.blueprints.staff.gate import blueprint
from portal.database import utcnow
from portal.language import gettext as _
from portal.services import products
from portal.staff.overview.figures import kept
from portal.staff.overview.places import Place
from portal.staff.overview.renewals import PERIODS, Outlook, ahead, count_ends
from portal.web.renewal_words import CLASSES, OUTLOOKS, ends, renewal_rows


@blueprint.get("/renewals")
def renewals() -> ResponseReturnValue:
    """What ends within a period, as a picture and as a table. The picture is of all products."""
    problems: list[str] = []
    days = _days(request.args.get("days", ""), problems)
    outlook = _outlook(request.args.get("outlook", ""), problems)
    product = request.args.get("product", "").strip() or None
    place = Place.from_text(request.args.get("after", ""))
    now = utcnow()
    shown = ahead(days, now, product_code=product, outlook=outlook, place=place)
    figure = kept({"ends": count_ends}, now)["ends"]
    arguments = {"days": days, "outlook": str(outlook) if outlook else None, "product": product}
    html = render_template(
        "staff/renewals.html",
        rows=renewal_rows(shown.renewals, products(), now),
        following=shown.following.as_text() if shown.following else None,
        is_first=place is None,
        ends=ends(figure.value, days, now),
        as_of=figure.counted_at,
        days=days,
        periods=PERIODS,
        outlook=outlook,
        outlooks=[(one, _(OUTLOOKS[one][0]), CLASSES[one]) for one in Outlook],
        product=product,
        choices=product_choices(products(), product),
        arguments={name: value for name, value in arguments.items() if value},
        problems=problems,
    )
    return html, 400 if problems else 200


def _days(text: str, problems: list[str]) -> int:
    if not text:
        return 90
    if text in map(str, PERIODS):
        return int(text)
    problems.append(
        _("The days ahead can be %(periods)s, not “%(typed)s”.", periods=", ".join(map(str, PERIODS)), typed=text[:40])
    )
    return 90


def _outlook(text: str, problems: list[str]) -> Outlook | None:
    if text and text not in list(Outlook):
        problems.append(_("There is no outlook “%(typed)s”.", typed=text[:40]))
        return None
    return Outlook(text) if text else None
