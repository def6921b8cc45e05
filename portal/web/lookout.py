"""What pages sight for the integration confirmation, while a run of it is open.

Contract pages are mostly answered ahead of Flask (``portal.web.ahead``), so this stands before that; everything else is
seen as Flask answers it. Nothing here may spoil an answer: what cannot be written is logged.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from portal.confirmation.leaks import cookies_set, leaks
from portal.confirmation.models import SightingKind
from portal.confirmation.sightings import Lookout, note
from portal.web.ahead import ADDRESS, GLANCE
from portal.web.visitor import claim_at_hand, visitor

logger = logging.getLogger(__name__)

LANDING = "landing.receive"
STEPS = {
    ("landing.choose", 200): "choice",
    ("signup.show", 200): "sign-up page",
    ("signup.create", 303): "signed up",
    ("signin.show", 200): "sign-in page",
    ("signin.enter", 303): "signed in",
    ("landing.organisation", 200): "organisation",
    ("landing.link", 200): "confirmation page",
}


def init_app(app: Flask) -> None:
    """Begin to look, before everything that answers."""
    app.extensions["lookout"] = Lookout()
    app.before_request(_begin)
    app.after_request(_saw_answer)
    app.wsgi_app = _Before(app)  # type: ignore[method-assign]


def tell_arrival(*, claim_id: UUID | None = None, problem: str | None = None, product_code: str | None = None) -> None:
    """Say what this arrival came to, for whoever is watching."""
    g.arrival = {"claim_id": claim_id, "problem": problem, "product_code": product_code}


def _begin() -> None:
    if request.endpoint == LANDING:
        g.began = time.monotonic()


def _saw_answer(response: Response) -> Response:
    endpoint = request.endpoint or ""
    step = STEPS.get((endpoint, response.status_code))
    lookout: Lookout = current_app.extensions["lookout"]
    if (endpoint != LANDING and step is None) or lookout.is_quiet:
        return response
    try:
        for run in lookout.runs():
            if step is None:
                _saw_arrival(run.id, response)
            else:
                _saw_step(run.id, step)
    except Exception:
        logger.exception("A sighting could not be written")
    return response


def _saw_arrival(run_id: UUID, response: Response) -> None:
    arrival = g.get("arrival") or {}
    cookies = cookies_set(response.headers.getlist("Set-Cookie"))
    token = request.form.get("x-amzn-marketplace-token", "").strip()
    claim_id = arrival.get("claim_id")
    note(
        run_id,
        SightingKind.ARRIVAL,
        str(claim_id or uuid4()),
        claim_id=claim_id,
        detail={
            "status": response.status_code,
            "milliseconds": round((time.monotonic() - g.get("began", time.monotonic())) * 1000),
            "cookies": sorted(cookies),
            "leaks": leaks(token, cookies, response.headers.get("Location", "")) if token else [],
            "problem": arrival.get("problem") or (None if claim_id else "NoToken"),
            "product_code": arrival.get("product_code"),
            "https": request.is_secure,
        },
    )


def _saw_step(run_id: UUID, step: str) -> None:
    claim_id = (request.view_args or {}).get("claim_id") or claim_at_hand()
    if claim_id is None:
        return
    person_id = visitor().person_id if current_user.is_authenticated else None
    note(run_id, SightingKind.STEP, f"{claim_id}:{step}", claim_id=claim_id, person_id=person_id, detail={"step": step})


class _Before:
    """Sees contract pages being shown, whoever answers them."""

    def __init__(self, app: Flask) -> None:
        self._app, self._next = app, app.wsgi_app
        self._lookout: Lookout = app.extensions["lookout"]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._lookout.is_quiet or environ["REQUEST_METHOD"] != "GET":
            return self._next(environ, start_response)
        address = ADDRESS.fullmatch(environ["PATH_INFO"])
        if address is None:
            return self._next(environ, start_response)

        def start(status: str, headers: Any, *rest: Any) -> Any:
            if status[:3] in {"200", "304"}:
                self._saw(environ, UUID(address[1]))
            return start_response(status, headers, *rest)

        return self._next(environ, start)

    def _saw(self, environ: dict[str, Any], contract_id: UUID) -> None:
        seen = environ.get(GLANCE)
        if seen is None or seen.stamp is None:
            return
        try:
            with self._app.app_context():
                self._lookout.saw_page(contract_id, seen.person_id, seen.stamp[2])
        except Exception:
            logger.exception("A sighting could not be written")
