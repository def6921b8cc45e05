"""The shop as a Flask application: pages for people, JSON calls for scripts. Nothing here knows AWS's wire."""

from pathlib import Path
from typing import Any

from flask import Flask, Response

from ..marketplace import Marketplace
from . import api, pages, workshop
from .words import register_words

PACKAGE = Path(__file__).parent.parent


def create_app(marketplace: Marketplace) -> Flask:
    """The storefront of one marketplace."""
    app = Flask("sandbox", root_path=str(PACKAGE))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.register_blueprint(api.blueprint(marketplace))
    app.register_blueprint(pages.blueprint(marketplace))
    app.register_blueprint(workshop.blueprint(marketplace))
    register_words(app, marketplace)

    @app.get("/healthz")
    def health() -> dict[str, Any]:
        return {"status": "ok"}

    @app.after_request
    def harden(response: Response) -> Response:
        # Pages hold fresh tokens and the state of this second: going back must draw them anew.
        if response.mimetype in ("text/html", "application/json"):
            response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers.setdefault(
            "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'"
        )
        return response

    return app
