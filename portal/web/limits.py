"""How often one address may ask for what costs us something, or could be guessed by asking often.

Counted in Redis for all processes together (Flask-Limiter); while Redis is away each process counts for itself, so
that nobody is let in more often than so many times the processes, and nobody is shut out. What a password or a code
is guessed by is counted by account besides, where it is checked.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter

from portal.config import Settings

EVERYTHING = "240 per minute"
"""Of all that changes something, for which nothing else is said. Looking at pages is not counted."""
LIMITS = {
    "landing.receive": "60 per minute",  # each asks AWS
    "signup.create": "10 per minute; 60 per hour",  # each hashes a password and sends a letter
    "organisation.invite": "30 per minute; 120 per hour",  # each sends a letter
    "landing.hand_over_by_mail": "10 per minute; 30 per hour",  # each sends a letter
    "landing.hand_over_to_later": "10 per minute; 30 per hour",  # each sends a letter
    "landing.hand_over_by_copy": "30 per minute",
    "landing.take_over": "30 per minute; 120 per hour",  # a link could be guessed at
    "moving.offer": "10 per minute; 30 per hour",  # each sends a letter
    "password.ask": "10 per minute; 30 per hour",  # each may send a letter
    "password.reset": "10 per minute; 60 per hour",  # each may hash a password
    "verifying.again": "10 per minute; 30 per hour",  # each may send a letter
    "signin.enter": "30 per minute; 300 per hour",  # each hashes a password
}
"""By the name of a view. An office full of people may come from one address."""
LIMITER = "portal.limiter"
_PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0}


def init_app(app: Flask, settings: Settings) -> None:
    """Count from now on. Call it before forms are checked: whoever sends rubbish is counted as well."""
    if not settings.rate_limits:
        return
    url = settings.redis_url
    app.extensions[LIMITER] = Limiter(
        address,
        app=app,
        default_limits=[EVERYTHING],
        default_limits_per_method=True,
        default_limits_exempt_when=_only_looks,
        storage_uri=f"redis+{url}" if url.startswith("unix:") else url,
        storage_options=dict(_PATIENCE),  # type: ignore[arg-type]
        strategy="moving-window",
        key_prefix="portal:limits",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        headers_enabled=True,
    )


def count_views(app: Flask) -> None:
    """Count those views that have limits of their own. Call it when all views are there."""
    limiter: Any = app.extensions.get(LIMITER)
    if limiter is None:
        return
    for endpoint, limit in LIMITS.items():
        app.view_functions[endpoint] = limiter.limit(limit)(app.view_functions[endpoint])


def address() -> str:
    """Where a request comes from. Of IPv6 the network: one household has as many addresses as it likes."""
    text = request.remote_addr or "nowhere"
    try:
        found = ip_address(text)
    except ValueError:
        return text
    if isinstance(found, IPv6Address) and not found.ipv4_mapped:
        return found.exploded[:19]
    return str(getattr(found, "ipv4_mapped", None) or found)


def _only_looks() -> bool:
    return request.method in {"GET", "HEAD", "OPTIONS"}
