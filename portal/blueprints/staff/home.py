"""Where the console begins."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.gate import blueprint


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The search, and the ways on."""
    return render_template("staff/home.html")
