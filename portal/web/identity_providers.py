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
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException, TooManyRedirects

from portal.config.identity_providers import IdentityProvider
from portal.web.bearers import Bearer, ProviderRefused, bearer_of

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
LEEWAY_SECONDS = 60
"""By so much a provider's clock may differ from ours."""
BELIEVED_SECONDS = 3600.0
"""What a provider says of itself is not asked again for so long; a key that is not known is looked for at once."""
AWAY_SECONDS = 5.0
"""One that did not answer is not asked again for so long: nobody waits for it behind others who wait."""
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures with a private key. `none` is no signature, and `HS256` would take a public key for a secret."""
_READ = frozenset(
    {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "id_token_signing_alg_values_supported",
        "authorization_response_iss_parameter_supported",
        "_loaded_at",
    }
)
"""What is taken of what a provider says of itself: Authlib would let it set our time limit, or put PKCE away."""


class ProviderAway(Exception):
    """There was no answer from the provider in time."""


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it is to be known by when it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


class _GoesNowhereElse(OAuth2Session):  # type: ignore[misc]
    """Asks where it is told to, and follows nobody on from there: with a redirect, code and secret would go along."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.max_redirects = 0


class _Client(FlaskOAuth2App):  # type: ignore[misc]
    client_cls = _GoesNowhereElse


class Provider:
    """One provider. Nothing is asked before somebody wants to sign in with it."""

    def __init__(self, settings: IdentityProvider, timeout: float = TIMEOUT_SECONDS) -> None:
        self.settings = settings
        self._timeout = timeout
        self._lock = Lock()
        self._client: Any = None
        """Authlib's, with what the provider said of itself; never changed, but replaced by one that read it anew."""
        self._away_until = 0.0

    def begin(self, redirect_uri: str) -> Begun:
        """Where to send the browser.

        Raises:
            ProviderAway
            ProviderRefused: it says something of itself that cannot be.
        """
        with _told():
            begun = self._known().create_authorization_url(redirect_uri)
        return Begun(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    def finish(self, redirect_uri: str, begun: Begun, answer: dict[str, str]) -> Bearer:
        """Who has come back with this answer: its code is changed for a signed token, which is checked.

        Raises:
            ProviderAway
            ProviderRefused
        """
        with _told():
            client = self._known()
            told_issuer = answer.get("iss")
            must_tell = client.server_metadata.get("authorization_response_iss_parameter_supported")
            if (told_issuer or must_tell) and told_issuer != self.settings.issuer:
                raise ProviderRefused("the answer is another issuer's")  # RFC 9207, against mix-ups
            if "error" in answer or not answer.get("code"):
                raise ProviderRefused(f"it says {answer.get('error', 'nothing')[:60]!r}")
            token = client.fetch_access_token(
                redirect_uri, code=answer["code"], code_verifier=begun.verifier, state=begun.state
            )
            claims = client.parse_id_token(token, nonce=begun.nonce, leeway=LEEWAY_SECONDS)
            if claims is None:
                raise ProviderRefused("there is no ID token")
            if "email" not in claims and "userinfo_endpoint" in client.server_metadata:
                more = client.userinfo(token=token)
                if more.get("sub") == claims["sub"]:  # OpenID Connect Core 5.3.2
                    claims = {**more, **claims}
        return bearer_of(claims, self.settings)

    def _known(self) -> Any:
        """A client that has read what the provider says of itself, a while ago at most.

        One asks at a time. Others go on with what was known before; where nothing was, they wait for it.
        """
        client = self._client
        if client is not None and not _is_old(client):
            return client
        if not self._lock.acquire(timeout=0 if client else self._timeout):
            return _or_away(client, "somebody else is asking it")
        try:
            client = self._client
            if client is not None and not _is_old(client):
                return client
            if time.monotonic() < self._away_until:
                return _or_away(client, "it did not answer a moment ago")
            self._client = self._read(client)
            return self._client
        finally:
            self._lock.release()

    def _read(self, before: Any) -> Any:
        client: Any = _Client(
            FlaskIntegration(self.settings.key),
            name=self.settings.key,
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
            server_metadata_url=f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": self.settings.scopes,
                "code_challenge_method": "S256",
                "default_timeout": self._timeout,
            },
        )
        try:
            client.load_server_metadata()
        except RequestException:
            self._away_until = time.monotonic() + AWAY_SECONDS
            if before is None:
                raise
            logger.warning("Identity provider %s does not tell of itself; going on as before", self.settings.key)
            return before  # it was right an hour ago; tokens are checked all the same
        client.server_metadata = self._checked(client.server_metadata)
        return client

    def _checked(self, told: dict[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in told.items() if name in _READ}
        if known.get("issuer") != self.settings.issuer:
            raise ProviderRefused("it says that it is another issuer")
        scheme = urlsplit(self.settings.issuer).scheme
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            if name == "userinfo_endpoint" and name not in known:
                continue
            if urlsplit(str(known.get(name))).scheme not in {"https", scheme}:
                raise ProviderRefused(f"its {name} is not safe")
        offered = known.get("id_token_signing_alg_values_supported") or ["RS256"]
        taken = [name for name in offered if name in ALGORITHMS]
        if not taken:
            raise ProviderRefused("it signs in no way that is taken")
        return {**known, "id_token_signing_alg_values_supported": taken}


def _is_old(client: Any) -> bool:
    return bool(client.server_metadata["_loaded_at"] <= time.time() - BELIEVED_SECONDS)


def _or_away(client: Any, why: str) -> Any:
    if client is None:
        raise ProviderAway(why)
    return client


class _told:  # noqa: N801 - reads as a word where it is used
    """Says what went wrong in our words, and nothing of what was sent."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ProviderAway | ProviderRefused):
            return
        if isinstance(error, TooManyRedirects):
            raise ProviderRefused("it leads elsewhere") from None
        if isinstance(error, RequestException):
            raise ProviderAway(type(error).__name__) from None
        if isinstance(error, AuthlibBaseError | JoseError | ValueError | KeyError | TypeError | RuntimeError):
            raise ProviderRefused(type(error).__name__) from None
