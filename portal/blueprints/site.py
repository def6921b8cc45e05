"""The first page, and the seller's terms and privacy notice where the seller has no pages of their own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

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
