"""Moving a contract by its own people: within their organisations, to somebody who consents, and back within a day."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("moving", __name__)

from portal.blueprints.moving import answering, asking, choosing, undoing  # noqa: E402, F401  the views register themselves
