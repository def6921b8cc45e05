"""The settings: what is unset and matters, and what is unsafe though it is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.config import SETTINGS, SHORTEST_SECRET, Settings
from portal.doctor.lines import Line, Thing, as_written, both
from portal.doctor.subject import Subject
from portal.sentences import sentence

SECRET = Thing("settings.secret", sentence("Secret key"))
SUPPORT = Thing("settings.support", sentence("Support contact"))
SELLER = Thing("settings.seller", sentence("Seller’s name"))
PROXIES = Thing("settings.proxies", sentence("Reverse proxies"))
VERBOSITY = Thing("settings.log", sentence("Log level"))
CALLS = Thing("settings.calls", sentence("Calls to AWS"))
PRIVACY = Thing("settings.privacy", sentence("Terms and privacy notice"))

NEW_ONE = sentence("Set SECRET_KEY to the output of `python -c 'import secrets; print(secrets.token_urlsafe(48))'`.")
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
    if _GIVEN.search(key) and len(key) < 2 * SHORTEST_SECRET:
        return SECRET.wrong(sentence("It looks like one from an example, which everybody knows."), NEW_ONE)
    if len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_DIFFERENT:
        found = sentence(
            "It is too easy to guess: %(length)s characters, %(different)s of them different.",
            length=len(key),
            different=len(set(key)),
        )
        return SECRET.wrong(found, NEW_ONE) if settings.https else SECRET.warning(found, NEW_ONE)
    return SECRET.ok(sentence("It has %(length)s characters.", length=len(key)))


def _support(subject: Subject) -> Line:
    settings = subject.settings
    if settings.support_email or settings.support_url:
        return SUPPORT.ok(as_written(settings.support_email or settings.support_url or ""))
    without = [one.title for one in subject.products if not (one.support_email or one.support_url)]
    if not without and len(subject.products):
        return SUPPORT.ok(sentence("Every product names its own."))
    return SUPPORT.warning(
        sentence("Buyers are shown no way to reach you, and AWS asks for one on the landing page."),
        sentence("Set SUPPORT_EMAIL, or SUPPORT_URL."),
    )


def _seller(settings: Settings) -> Line:
    if settings.seller_name == _SELLER_DEFAULT:
        return SELLER.warning(
            sentence("Buyers read “%(name)s”, the name this software came with.", name=settings.seller_name),
            sentence("Set SELLER_NAME."),
        )
    return SELLER.ok(as_written(settings.seller_name))


def _proxies(settings: Settings) -> Line:
    if settings.trusted_proxies:
        return PROXIES.ok(sentence("Trusted: %(number)s.", number=settings.trusted_proxies))
    if settings.https:
        return PROXIES.warning(
            sentence(
                "None is trusted. Behind a proxy that ends TLS, all visitors would seem to come from one address."
            ),
            sentence(
                "Set TRUSTED_PROXIES to how many reverse proxies stand in front; leave it at 0 if the web server ends "
                "TLS itself."
            ),
        )
    return PROXIES.ok(sentence("None, on this machine alone."))


def _log(settings: Settings) -> Line:
    if settings.log_level == "DEBUG" and settings.https:
        return VERBOSITY.warning(
            sentence("DEBUG writes much that is personal into the log."), sentence("Set LOG_LEVEL=INFO.")
        )
    return VERBOSITY.ok(as_written(settings.log_level))


def _calls(settings: Settings) -> Line:
    allowed = settings.entitlement_calls_per_second
    if allowed > AWS_CALLS_PER_SECOND:
        return CALLS.warning(
            sentence(
                "%(number)s GetEntitlements calls a second; AWS allows an account %(most)s.",
                number=allowed,
                most=AWS_CALLS_PER_SECOND,
            ),
            sentence("Unset ENTITLEMENT_CALLS_PER_SECOND, unless AWS has raised your quota."),
        )
    return CALLS.ok(sentence("%(number)s GetEntitlements calls a second at the most.", number=allowed))


def _privacy(settings: Settings) -> Line:
    own = [name for name, url in (("TERMS_URL", settings.terms_url), ("PRIVACY_URL", settings.privacy_url)) if not url]
    if own and settings.https:
        return PRIVACY.warning(
            sentence("%(names)s unset: buyers are shown a general page of the portal’s own.", names=both(own)),
            sentence("Set %(names)s to your own pages.", names=both(own)),
        )
    return PRIVACY.ok(sentence("A general page of the portal’s own.") if own else sentence("Your own pages."))
