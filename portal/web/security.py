"""What every answer carries: security headers, and rules for caches."""

from __future__ import annotations

import re
from hashlib import sha256
from secrets import token_urlsafe

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

from portal.web.cookies import bound

LARGEST_BODY = 64 * 1024
"""Forms are small; AWS's POST is one token."""

MOST_FIELDS = 200
"""In one form."""

SECRET_ADDRESSES = frozenset(
    {
        "shared.show",
        "landing.see_hand_over",
        "landing.take_over",
        "moving.show_offer",
        "moving.accept",
        "moving.refuse",
        "organisation.open_invitation",
        "organisation.invitation",
        "verifying.show",
        "verifying.verify",
        "password.choose",
        "password.reset",
        "profile.open_address_link",
        "profile.use_address_link",
        "profile.refuse_address_link",
    }
)
"""Where whoever knows the address may look: it is told to nobody, not even to our own pages."""

POLICY = "Content-Security-Policy"
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
_NONCE = re.compile(r"'nonce-([^']+)'")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but signed with HMAC-SHA-256 where it would take SHA-1."""

    digest_method = staticmethod(sha256)


def init_app(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer, and the cookies' flags."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_FIELDS,
        SESSION_COOKIE_NAME=bound("session", https=https),
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A form stays good as long as its session: a buyer may have a long coffee before sending it.
        WTF_CSRF_TIME_LIMIT=None,
        # The oldest first: a form that was drawn before the key changed may still be sent.
        WTF_CSRF_SECRET_KEY=[*app.config["SECRET_KEY_FALLBACKS"], app.config["SECRET_KEY"]],
        WTF_CSRF_SSL_STRICT=https,
    )

    app.session_interface = Sessions()
    app.jinja_env.globals["nonce"] = nonce
    headers = [*_HEADERS.items(), *([("Strict-Transport-Security", _HSTS)] if https else [])]

    @app.after_request
    def add_headers(response: Response) -> Response:
        if response.status_code != 304:  # with that, a browser keeps the page it has, and the nonces in it
            response.headers.setdefault(POLICY, _POLICY.format(nonce=nonce()))  # the logo has a stricter one
        response.headers.extend(headers)  # no view has any of these of its own, and looking takes longer than adding
        if request.endpoint in SECRET_ADDRESSES:
            response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint != "static":
            # Pages are private. One that sets its own rule (the contract page, with an ETag) keeps it.
            response.headers.setdefault("Cache-Control", "no-store")
        elif "v" in request.args and response.status_code in {200, 304}:
            # The address changes with the file (see filters.static_url), so a browser need never ask again.
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def nonce() -> str:
    """What the scripts of this answer carry, and no script that somebody slipped in can know."""
    if "nonce" not in g:
        g.nonce = token_urlsafe(16)
    found: str = g.nonce
    return found


def with_new_nonce(headers: list[tuple[str, str]], body: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """An answer that was drawn before, with a nonce that was not told before."""
    told = next((_NONCE.search(value) for name, value in headers if name == POLICY), None)
    if told is None:
        return headers, body
    old, new = told[1], token_urlsafe(16)
    return [(name, value.replace(old, new) if name == POLICY else value) for name, value in headers], body.replace(
        f'nonce="{old}"'.encode(), f'nonce="{new}"'.encode()
    )
