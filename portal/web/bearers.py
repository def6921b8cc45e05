"""Who has come from an identity provider, as its signed token says. What it says is the provider's, and looked at as
what anybody types is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from portal.accounts.identities import LONGEST
from portal.accounts.people import email_key
from portal.config.identity_providers import IdentityProvider
from portal.web.fields import one_line

LONGEST_ADDRESS, LONGEST_NAME = 320, 200
_KINDS_OF_FACTORS = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sms", "tel", "sc"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)
"""What somebody knows, has, and is: methods (`amr`) by RFC 8176."""


class ProviderRefused(Exception):
    """There was an answer that is not to be believed, or a no; the text is for the log."""


@dataclass(frozen=True)
class Bearer:
    """A person of one provider."""

    issuer: str
    subject: str
    email: str
    """Empty when it tells none, or something that is none."""
    is_confirmed: bool
    """The provider knows that they read mail at this address."""
    name: str
    second_factor_given: bool


def bearer_of(claims: Any, settings: IdentityProvider) -> Bearer:
    """Who that is.

    Raises:
        ProviderRefused: they cannot be told from others.
    """
    subject, verified = claims.get("sub"), claims.get("email_verified")
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= LONGEST:
        raise ProviderRefused("the subject is none")
    name = claims.get("name")
    return Bearer(
        issuer=settings.issuer,
        subject=subject,
        email=_address(claims.get("email")),
        is_confirmed=verified is True or (settings.confirms_addresses and verified is None),
        name=one_line(name)[:LONGEST_NAME] if isinstance(name, str) else "",
        second_factor_given=settings.asks_second_factor and _are_several(claims.get("amr")),
    )


def _address(told: object) -> str:
    """An address as the sign-up takes one, for letters are sent to it."""
    if not isinstance(told, str) or len(told) > LONGEST_ADDRESS or len(email_key(told)) > LONGEST_ADDRESS:
        return ""
    try:
        validate_email(told, check_deliverability=False)
    except EmailNotValidError:
        return ""
    return told


def _are_several(methods: object) -> bool:
    """Whether these are two factors of different kinds; a code by itself (`otp`) is one only."""
    if not isinstance(methods, list):
        return False
    said = {method for method in methods if isinstance(method, str)}
    return "mfa" in said or sum(bool(said & kind) for kind in _KINDS_OF_FACTORS) > 1
