"""What the portal's cookies are called.

With HTTPS every cookie is bound to this very host by its name: `__Host-` makes browsers refuse one that another host of
the same domain has set, or that has travelled without TLS (RFC 6265bis).
"""

from __future__ import annotations

from flask import current_app


def bound(name: str, *, https: bool) -> str:
    """The name under which a cookie travels."""
    return f"__Host-{name}" if https else name


def bound_here(name: str) -> str:
    """As ``bound``, for the running application."""
    return bound(name, https=current_app.config["SESSION_COOKIE_SECURE"])
