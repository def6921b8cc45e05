"""The first page, and the seller's terms and privacy notice where the seller has no pages of their own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.config.colours import OURS
from portal.database import utcnow
from portal.language import LANGUAGES
from portal.services import settings
from portal.web import speech
from portal.web.addresses import ours_or
from portal.web.security import POLICY

STANDS = timedelta(days=180)
"""For so long what is said about security may be relied on."""

FOR_GOOD = "public, max-age=31536000, immutable"
MARK = Path(__file__).parents[1] / "static" / "mark.svg"
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Customers go to their contracts; strangers read what this is."""
    if current_user.is_authenticated:
        return redirect(url_for("contracts.index"))
    return render_template("site/index.html")


@blueprint.get("/terms")
def terms() -> ResponseReturnValue:
    """What one agrees to at sign-up."""
    return render_template("site/terms.html")


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What the portal keeps about people, and why."""
    return render_template("site/privacy.html")


@blueprint.get(f"/language/<any({', '.join(LANGUAGES)}):code>")
def speak(code: str) -> ResponseReturnValue:
    """Choose a language, and stay where one is.

    A link rather than a form: it changes nothing but how this browser is spoken to, and a form's token would need a
    session, which the page that answers AWS's POST must not begin (see ``web.visitor.hand_arrival_cookie``).
    """
    speech.choose(code)
    wanted = request.args.get("next", "")
    return redirect(ours_or(wanted, url_for("site.index")), 303)


@blueprint.get("/brand.css")
def brand_css() -> ResponseReturnValue:
    """The seller's colour, laid over our own. Its address changes with it (see ``web.branding``)."""
    colours = settings().brand_colours
    if colours is None:
        abort(404)
    return Response(colours.stylesheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_GOOD})


@blueprint.get("/brand/mark.svg")
def brand_mark() -> ResponseReturnValue:
    """The mark of a tab or a bookmark: our own, in the seller's colour. Its address changes with the colour."""
    colours = settings().brand_colours
    if colours is None:
        abort(404)
    drawn = MARK.read_text(encoding="utf-8").replace(OURS.light.accent, colours.light.accent)
    mark = drawn.replace('stroke="#fff"', f'stroke="{colours.light.on_accent}"')
    return Response(mark, content_type="image/svg+xml", headers={"Cache-Control": FOR_GOOD, POLICY: LOGO_POLICY})


@blueprint.get("/brand/logo")
def brand_logo() -> ResponseReturnValue:
    """The seller's logo. Opened by itself, an SVG is a document: it may do nothing, and fetch nothing."""
    logo = settings().brand_logo
    if logo is None:
        abort(404)
    headers = {"Cache-Control": FOR_GOOD, POLICY: LOGO_POLICY}
    return Response(logo.content, content_type=logo.content_type, headers=headers)


@blueprint.get("/security")
def security() -> ResponseReturnValue:
    """How to report a weakness, and what happens then."""
    return render_template("site/security.html", report_to=settings().security_contact)


@blueprint.get("/.well-known/security.txt")
def security_txt() -> ResponseReturnValue:
    """The same for programs (RFC 9116)."""
    contact = settings().security_contact
    if not contact:
        abort(404)
    expires_at = (utcnow() + STANDS).replace(hour=0, minute=0, second=0, microsecond=0)
    portal = settings().portal_url
    lines = [
        f"Contact: {contact if '://' in contact else 'mailto:' + contact}",
        f"Expires: {expires_at:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {portal}{url_for('site.security_txt')}",
        f"Policy: {portal}{url_for('site.security')}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
