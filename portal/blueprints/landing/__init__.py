"""(1) A buyer arrives from AWS Marketplace, and links the purchase to an organisation."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("landing", __name__, url_prefix="/marketplace")

from portal.blueprints.landing import arriving, handing, linking, taking  # noqa: E402, F401  the views register themselves
