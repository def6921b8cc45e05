"""The settings: what is unset and matters, and what is unsafe though it is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.config import SETTINGS, SHORTEST_SECRET, Settings
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject

SECRET = Thing("settings.secret", "Secret key")
SUPPORT = Thing("settings.support", "Support contact")
SELLER = Thing("settings.seller", "Seller’s name")
PROXIES = Thing("settings.proxies", "Reverse proxies")
VERBOSITY = Thing("settings.log", "Log level")
CALLS = Thing("settings.calls", "Calls to AWS")
PRIVACY = Thing("settings.privacy", "Terms and privacy notice")

NEW_ONE = "Set SECRET_KEY to the output of `python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
FEWEST_DIFFERENT = 12
"""Thirty-two random characters have far more different ones; a phrase that is typed again and again has fewer."""
AWS_CALLS_PER_SECOND = 20
_GIVEN = re.compile(
    r"change.?me|secret.?key|your.?secret|password|example|insecure|default|development|test|1234567|abcdef|qwerty",
    re.IGNORECASE,
)
_SELLER_DEFAULT = next(setting.default for setting in SETTINGS if setting.name == "SELLER_NAME")


def look(subject: Subject) -> Iterator[Line]:
    """Every setting has been read and checked before: what is left is for people to judge."""
    settings = subject.settings
    yield _secret(settings)
    yield _support(subject)
    yield _seller(settings)
    yield _proxies(settings)
    yield _log(settings)
    yield _calls(settings)
    yield _privacy(settings)


def _secret(settings: Settings) -> Line:
    key = settings.secret_key
    length = f"{len(key)} characters"
    if _GIVEN.search(key) and len(key) < 2 * SHORTEST_SECRET:
        return SECRET.wrong("It looks like one from an example, which everybody knows.", NEW_ONE)
    if len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_DIFFERENT:
        found = f"It is too easy to guess: {length}, {len(set(key))} of them different."
        return SECRET.wrong(found, NEW_ONE) if settings.https else SECRET.warning(found, NEW_ONE)
    return SECRET.ok(f"It has {length}.")


def _support(subject: Subject) -> Line:
    settings = subject.settings
    if settings.support_email or settings.support_url:
        return SUPPORT.ok(settings.support_email or settings.support_url or "")
    without = [one.title for one in subject.products if not (one.support_email or one.support_url)]
    if not without and len(subject.products):
        return SUPPORT.ok("Every product names its own.")
    return SUPPORT.warning(
        "Buyers are shown no way to reach you, and AWS asks for one on the landing page.",
        "Set SUPPORT_EMAIL, or SUPPORT_URL.",
    )


def _seller(settings: Settings) -> Line:
    if settings.seller_name == _SELLER_DEFAULT:
        return SELLER.warning(f"Buyers read “{_SELLER_DEFAULT}”, the name this software came with.", "Set SELLER_NAME.")
    return SELLER.ok(settings.seller_name)


def _proxies(settings: Settings) -> Line:
    if settings.trusted_proxies:
        return PROXIES.ok(f"Trusted: {settings.trusted_proxies}.")
    if settings.https:
        return PROXIES.warning(
            "None is trusted. Behind a proxy that ends TLS, all visitors would seem to come from one address.",
            "Set TRUSTED_PROXIES to how many reverse proxies stand in front; leave it at 0 if the web server ends TLS "
            "itself.",
        )
    return PROXIES.ok("None, on this machine alone.")


def _log(settings: Settings) -> Line:
    if settings.log_level == "DEBUG" and settings.https:
        return VERBOSITY.warning("DEBUG writes much that is personal into the log.", "Set LOG_LEVEL=INFO.")
    return VERBOSITY.ok(settings.log_level)


def _calls(settings: Settings) -> Line:
    allowed = settings.entitlement_calls_per_second
    if allowed > AWS_CALLS_PER_SECOND:
        return CALLS.warning(
            f"{allowed} GetEntitlements calls a second; AWS allows an account {AWS_CALLS_PER_SECOND}.",
            "Unset ENTITLEMENT_CALLS_PER_SECOND, unless AWS has raised your quota.",
        )
    return CALLS.ok(f"{allowed} GetEntitlements calls a second at the most.")


def _privacy(settings: Settings) -> Line:
    own = [name for name, url in (("TERMS_URL", settings.terms_url), ("PRIVACY_URL", settings.privacy_url)) if not url]
    if own and settings.https:
        return PRIVACY.warning(
            f"{' and '.join(own)} unset: buyers are shown a general page of the portal’s own.",
            f"Set {' and '.join(own)} to your own pages.",
        )
    return PRIVACY.ok("A general page of the portal’s own." if own else "Your own pages.")
