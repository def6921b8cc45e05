"""The shop as a Flask application: pages for people, JSON calls for scripts. Nothing here knows AWS's wire."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from sandbox.errors import SandboxError
from sandbox.marketplace import Marketplace
from sandbox.storefront.api import api
from sandbox.storefront.pages import pages
from sandbox.storefront.words import register_words
from sandbox.storefront.workshop import workshop

PACKAGE = Path(__file__).parent.parent


def create_app(marketplace: Marketplace) -> Flask:
    """The storefront of one marketplace."""
    app = Flask("sandbox", root_path=str(PACKAGE))
    app.extensions["marketplace"] = marketplace
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024  # a million agreement ids
    app.register_blueprint(api)
    app.register_blueprint(pages)
    app.register_blueprint(workshop)
    register_words(app, marketplace)

    @app.get("/healthz")
    def health() -> dict[str, Any]:
        return {"status": "ok"}

    def refuse(message: str | None, status: int) -> tuple[str | Response, int]:
        """A script gets JSON, a person a page."""
        if request.path.startswith("/api/"):
            return jsonify(error=message), status
        return render_template("refusal.html", message=message, status=status), status

    @app.errorhandler(SandboxError)
    def refuse_request(error: SandboxError) -> tuple[str | Response, int]:
        return refuse(str(error), error.status)

    @app.errorhandler(HTTPException)
    def refuse_address(error: HTTPException) -> tuple[str | Response, int]:
        return refuse(error.description, error.code or 500)

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
