"""For load balancers: is the process alive, and can it serve."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.database import db
from portal.jobs import later
from portal.services import marketplace
from portal.web.filters import iso

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """200 while the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when the database answers, 503 when it does not.

    Redis is reported but does not decide: pages work without it, and the sweep makes up for what was not enqueued. Nor
    does an AWS that is not answering, of which is told since when, and when it is asked again.
    """
    parts: dict[str, object] = {"database": _database(), "redis": _redis(), **_aws()}
    return jsonify(status="ready" if parts["database"] else "not ready", **parts), 200 if parts["database"] else 503


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        current_app.logger.error("The database did not answer: %s", type(error).__name__)
        return False
    return True


def _redis() -> bool:
    try:
        return later.redis_answers()
    except (RedisError, OSError):
        return False


def _aws() -> dict[str, object]:
    """Nothing while nothing is known to be wrong. AWS is not asked now."""
    try:
        trouble = marketplace().budget.trouble()
    except (RedisError, OSError):
        return {}
    return {"aws": {"away_since": iso(trouble.since), "asked_again_at": iso(trouble.again_at)}} if trouble else {}
