"""Talking to the seller's identity providers: OpenID Connect, the code flow with PKCE, through Authlib.

What Authlib leaves to its user is here: which signatures are taken, for how long what a provider says of itself is
believed, that it is the one it was asked to be, and how long it may take.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App
from authlib.integrations.flask_client.integration import FlaskIntegration
from joserfc.errors import JoseError
from requests import RequestException

from portal.accounts.identities import LONGEST
from portal.config.identity_providers import IdentityProvider

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
LEEWAY_SECONDS = 60
"""By so much a provider's clock may differ from ours."""
BELIEVED_SECONDS = 3600.0
"""What a provider says of itself is not asked again for so long; a key that is not known is looked for at once."""
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures with a private key. `none` is no signature, and `HS256` would take a public key for a secret."""
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "sms", "sc"})
"""Methods (`amr`, RFC 8176) that are more than a password."""


class ProviderAway(Exception):
    """There was no answer from the provider in time."""


class ProviderRefused(Exception):
    """There was an answer that is not to be believed, or a no; the text is for the log."""


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it is to be known by when it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Bearer:
    """Who has come from a provider, as its signed token says."""

    issuer: str
    subject: str
    email: str
    is_confirmed: bool
    """The provider knows that they read mail at this address."""
    name: str
    second_factor_given: bool


class Provider:
    """One provider. Nothing is asked before somebody wants to sign in with it."""

    def __init__(self, settings: IdentityProvider, timeout: float = TIMEOUT_SECONDS) -> None:
        self.settings = settings
        self._lock = Lock()
        self._client: Any = FlaskOAuth2App(
            FlaskIntegration(settings.key),
            name=settings.key,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.scopes,
                "code_challenge_method": "S256",
                "default_timeout": timeout,
            },
        )

    def begin(self, redirect_uri: str) -> Begun:
        """Where to send the browser.

        Raises:
            ProviderAway
            ProviderRefused: it says something of itself that cannot be.
        """
        with _told():
            self._know()
            begun = self._client.create_authorization_url(redirect_uri)
        return Begun(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    def finish(self, redirect_uri: str, begun: Begun, answer: dict[str, str]) -> Bearer:
        """Who has come back with this answer: its code is changed for a signed token, which is checked.

        Raises:
            ProviderAway
            ProviderRefused
        """
        with _told():
            self._know()
            told_issuer = answer.get("iss")
            must_tell = self._client.server_metadata.get("authorization_response_iss_parameter_supported")
            if (told_issuer or must_tell) and told_issuer != self.settings.issuer:
                raise ProviderRefused("the answer is another issuer's")  # RFC 9207, against mix-ups
            if "error" in answer or not answer.get("code"):
                raise ProviderRefused(f"it says {answer.get('error', 'nothing')[:60]!r}")
            token = self._client.fetch_access_token(
                redirect_uri, code=answer["code"], code_verifier=begun.verifier, state=begun.state
            )
            claims = self._client.parse_id_token(token, nonce=begun.nonce, leeway=LEEWAY_SECONDS)
            if claims is None:
                raise ProviderRefused("there is no ID token")
            if "email" not in claims and "userinfo_endpoint" in self._client.server_metadata:
                more = self._client.userinfo(token=token)
                if more.get("sub") == claims["sub"]:  # OpenID Connect Core 5.3.2
                    claims = {**more, **claims}
        return self._bearer(claims)

    def _bearer(self, claims: Any) -> Bearer:
        subject, methods = str(claims["sub"]), claims.get("amr")
        if not subject or len(subject) > LONGEST:
            raise ProviderRefused("the subject is empty, or too long")
        known = set(methods) & SECOND_FACTORS if isinstance(methods, list) else set()
        return Bearer(
            issuer=self.settings.issuer,
            subject=subject,
            email=str(claims.get("email") or "")[:320],
            is_confirmed=claims.get("email_verified") is True
            or (self.settings.confirms_addresses and claims.get("email_verified") is None),
            name=" ".join(str(claims.get("name") or "").split())[:200],
            second_factor_given=self.settings.asks_second_factor and bool(known),
        )

    def _know(self) -> None:
        """Read what the provider says of itself, unless that was a while ago only."""
        with self._lock:
            known = self._client.server_metadata
            if known.get("_loaded_at", 0) > time.time() - BELIEVED_SECONDS:
                return
            kept = dict(known)
            known.clear()
            try:
                self._client.load_server_metadata()
                self._check(known)
            except BaseException as error:
                known.clear()
                if kept and isinstance(error, RequestException):
                    known.update(kept)  # it was right an hour ago; tokens are checked all the same
                    logger.warning(
                        "Identity provider %s does not tell of itself; going on as before", self.settings.key
                    )
                    return
                raise

    def _check(self, known: dict[str, Any]) -> None:
        if known.get("issuer") != self.settings.issuer:
            raise ProviderRefused("it says that it is another issuer")
        scheme = urlsplit(self.settings.issuer).scheme
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(str(known.get(name))).scheme not in {"https", scheme}:
                raise ProviderRefused(f"its {name} is not safe")
        offered = known.get("id_token_signing_alg_values_supported") or ["RS256"]
        taken = [name for name in offered if name in ALGORITHMS]
        if not taken:
            raise ProviderRefused("it signs in no way that is taken")
        known["id_token_signing_alg_values_supported"] = taken


class _told:  # noqa: N801 - reads as a word where it is used
    """Says what went wrong in our words, and nothing of what was sent."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ProviderAway | ProviderRefused):
            return
        if isinstance(error, RequestException):
            raise ProviderAway(type(error).__name__) from None
        if isinstance(error, AuthlibBaseError | JoseError | ValueError | KeyError | TypeError | RuntimeError):
            raise ProviderRefused(type(error).__name__) from None
