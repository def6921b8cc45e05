"""What every answer carries: security headers, and rules for caches."""

from __future__ import annotations

from flask import Flask, Response, request

LARGEST_BODY = 64 * 1024
"""Forms are small; AWS's POST is one token."""

SECRET_ADDRESSES = frozenset({"shared.show", "landing.see_hand_over", "landing.take_over"})
"""Where whoever knows the address may look: it is told to nobody, not even to our own pages."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer, and the cookies' flags."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A form stays good as long as its session: a buyer may have a long coffee before sending it.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=https,
    )

    headers = [*_HEADERS.items(), *([("Strict-Transport-Security", _HSTS)] if https else [])]

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(headers)  # no view has any of them of its own, and looking takes longer than adding
        if request.endpoint in SECRET_ADDRESSES:
            response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint != "static":
            # Pages are private. One that sets its own rule (the contract page, with an ETag) keeps it.
            response.headers.setdefault("Cache-Control", "no-store")
        elif "v" in request.args and response.status_code in {200, 304}:
            # The address changes with the file (see filters.static_url), so a browser need never ask again.
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
