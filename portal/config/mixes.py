"""Settings that are right one by one, and unsafe together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal.config.addresses import LOOPBACK_HOSTS, endpoints, laptop_endpoints, parts

if TYPE_CHECKING:
    from portal.config import Settings

SHORTEST_SECRET = 32


def unsafe_mixes(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """What is unsafe or impossible, each with its remedy."""
    problems = []
    # On a laptop, where only the sandbox stands behind the portal, any key will do.
    shortest = SHORTEST_SECRET if settings.https else 1
    if len(settings.secret_key) < shortest:
        problems.append(
            f"SECRET_KEY must have at least {SHORTEST_SECRET} characters: "
            "set it to the output of `python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    if any(len(key) < shortest for key in settings.secret_key_fallbacks):
        problems.append(f"Every key of SECRET_KEY_FALLBACKS must have at least {SHORTEST_SECRET} characters.")
    problems += _unsafe_transport(settings, environ)
    problems += [f"{name} is not an address." for name, found in endpoints(environ) if found is None]
    if settings.smtp_url and not settings.mail_from:
        problems.append("SMTP_URL is set, but not who writes: set MAIL_FROM or SUPPORT_EMAIL.")
    for name, url, schemes in (
        ("DATABASE_URL", settings.database_url, ("sqlite", "postgresql+psycopg")),
        ("REDIS_URL", settings.redis_url, ("redis", "rediss", "unix")),
        ("SMTP_URL", settings.smtp_url or "smtp:", ("smtp", "smtps")),
        ("PORTAL_URL", settings.portal_url, ("http", "https")),
    ):
        found = parts(url)
        if found is None:
            problems.append(f"{name} is not an address; special characters in it are written as %-codes.")
        elif found.scheme not in schemes:
            known = ", ".join(f"`{scheme.removesuffix('+psycopg')}:`" for scheme in schemes)
            problems.append(f"{name} must start with one of {known}.")
    return problems


def _unsafe_transport(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    portal = parts(settings.portal_url) or urlsplit("")
    scheme, host = portal.scheme, portal.hostname or ""
    if not settings.https:
        if host in LOOPBACK_HOSTS:
            return []
        return [f"HTTPS=false is for a laptop only, and PORTAL_URL names `{host}`: set HTTPS=true."]
    problems = [
        f"{name} points at this machine while HTTPS is true: unset it, or set HTTPS=false on a laptop."
        for name in laptop_endpoints(environ)
    ]
    if scheme != "https" and (environ.get("PORTAL_URL") or settings.smtp_url):
        problems.append("PORTAL_URL must be the portal's https:// address, because mail and links carry it.")
    return problems
