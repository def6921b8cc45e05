"""Contract pages that are drawn already, answered ahead of Flask.

Every open page asks again every few seconds, and mostly nothing is new. Who asks, and whether it is theirs to see, is
looked up each time (one query, see ``portal.contracts.glance``). If what Flask answered last is what it would answer
now, that is the answer; whatever is unusual goes on to Flask, which decides by the same look-up and the same ETag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask, Response, request
from itsdangerous import BadData
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie, parse_etags

from portal.contracts.glance import Glance, glance
from portal.looking_up import look_up_engine
from portal.web.kept import Answer, Kept
from portal.web.security import with_new_nonce
from portal.web.speech import Voice, voice_for
from portal.web.visitor import renews_itself

MOST_KEPT = 4 * 1024 * 1024
"""Bytes of answers that each process keeps: a few hundred pages."""
ADDRESS = re.compile(r"/contracts/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
GLANCE = "portal.glance"
"""Where a request's environment holds what was looked up for it."""


def init_app(app: Flask) -> None:
    """Stand in front of the application. Afterwards nothing may change how it signs its sessions."""
    app.wsgi_app = _Ahead(app)  # type: ignore[method-assign]


def glance_of(session_key: str, contract_id: UUID) -> Glance | None:
    """What was looked up for this request already, or is looked up now."""
    environ = request.environ
    if GLANCE not in environ:
        environ[GLANCE] = glance(look_up_engine(), session_key, contract_id)
    found: Glance | None = environ[GLANCE]
    return found


def etag_of(
    session_key: str, csrf_token: str, edition: str, voice: Voice, contract_id: UUID, stamp: tuple[Any, ...]
) -> str:
    """What the page depends on: the contract, how this edition draws it, in whose words, and the session its forms are
    good for."""
    return sha256(repr((session_key, csrf_token, edition, voice, contract_id, stamp)).encode()).hexdigest()


class _Ahead:
    def __init__(self, app: Flask) -> None:
        self._app, self._flask, self._kept = app, app.wsgi_app, Kept(MOST_KEPT)
        self._sessions: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._voice = partial(voice_for, https=app.config["SESSION_COOKIE_SECURE"])
        self._longest = int(app.permanent_session_lifetime.total_seconds())
        with app.app_context():
            self._engine = look_up_engine()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        etag = self._etag_now(environ)
        if etag is None:
            return self._flask(environ, start_response)
        name = (etag, parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains(etag))
        answer = self._kept.get(name)
        if answer is None:
            response = Response.from_app(self._flask, environ, buffered=True)
            if response.get_etag()[0] != etag or "Set-Cookie" in response.headers:
                return response(environ, start_response)
            answer = Answer(response.status, response.get_wsgi_headers(environ).to_wsgi_list(), response.get_data())
            self._kept.put(name, answer)
        headers, body = with_new_nonce(answer.headers, answer.body)
        start_response(answer.status, headers)
        return [body]

    def _etag_now(self, environ: dict[str, Any]) -> str | None:
        """The ETag of the page that is asked for; None where it is not that simple."""
        address = ADDRESS.fullmatch(environ["PATH_INFO"])
        if address is None or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        try:
            session = self._sessions.loads(parse_cookie(environ).get(self._cookie, ""), max_age=self._longest)
            key, csrf_token = session["_user_id"], session["csrf_token"]
        except (BadData, KeyError):
            return None
        if "_flashes" in session:  # a message for once
            return None
        contract_id = UUID(address[1])
        try:
            environ[GLANCE] = seen = glance(self._engine, key, contract_id)
        except SQLAlchemyError:
            return None  # Flask will see the same, and has a page that says so
        if seen is None or seen.stamp is None:
            return None
        if seen.unseen and not renews_itself(environ.get("HTTP_SEC_FETCH_DEST")):
            return None  # Flask writes down that the session is used
        return etag_of(key, csrf_token, self._app.extensions["edition"], self._voice(environ), contract_id, seen.stamp)
