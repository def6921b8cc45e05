"""Browsers that people have signed in with before: a cookie that says so, signed, and good for nothing else.

It opens no door. It only keeps strangers' wrong passwords from making its owner wait (``portal.accounts.lockout``).
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.web.cookies import bound_here

KEPT_FOR = timedelta(days=180)
MOST_PEOPLE = 4
"""Who share a browser."""


def name_for(person_id: int) -> str | None:
    """What this browser is called, if the person has signed in with it before."""
    return _known().get(str(person_id))


def remember(person_id: int) -> None:
    """With the present answer, let this browser be known as the person's."""
    before = _known()
    name = before.pop(str(person_id), None) or token_urlsafe(9)
    others = list(before.items())[: MOST_PEOPLE - 1]
    value = _signing().dumps(dict([(str(person_id), name), *others]))

    @after_this_request
    def hand_over(response: Response) -> Response:
        response.set_cookie(
            bound_here("device"),
            str(value),
            max_age=KEPT_FOR,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
        return response


def _known() -> dict[str, str]:
    try:
        found = _signing().loads(request.cookies.get(bound_here("device"), ""), max_age=int(KEPT_FOR.total_seconds()))
    except BadData:
        return {}
    return {str(person): str(name) for person, name in found.items()} if isinstance(found, dict) else {}


def _signing() -> URLSafeTimedSerializer:
    # The oldest first: a cookie that was signed before the key changed is still good.
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="known device", signer_kwargs={"digest_method": sha256})
