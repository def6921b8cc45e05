"""An identity provider over HTTP that can be told to misbehave: what no honest one would answer.

The happy paths are tried with one that a package brings (tests/blueprints/oidc/test_real_provider.py).
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from threading import Thread
from typing import Any

from flask import Flask, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "portal", "a secret between the two"


@dataclass
class IdentityProvider:
    """What it answers. `claims` goes over what an honest one would say; None takes a claim away."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: a_key("first"))
    shown: list[RSAKey] = field(default_factory=list)
    """The keys that it tells of."""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    signing_key: Any = None
    delay: float = 0.0
    down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    nonsense: dict[str, str] = field(default_factory=dict)
    """What it answers at a path instead of what it should."""
    moved: dict[str, str] = field(default_factory=dict)
    """Where it leads on to from a path, with all that was sent (307)."""

    def __post_init__(self) -> None:
        self.shown = [self.key]

    def misbehave(self) -> Any:
        """What it answers to this request instead of what it should; None when it behaves."""
        self.asked.append(request.path)
        time.sleep(self.delay)
        if self.down:
            abort(503)
        if request.path in self.moved:
            return redirect(self.moved[request.path], 307)
        if request.path in self.nonsense:
            return self.nonsense[request.path], {"Content-Type": "application/json"}
        return None

    def rotate(self, kid: str = "second") -> None:
        """Sign with a new key from now on, and tell of that only."""
        self.key = a_key(kid)
        self.shown = [self.key]

    def code_for(self, asked: dict[str, str]) -> str:
        """What the browser brings back when somebody has signed in there."""
        code = token_urlsafe(16)
        self.codes[code] = asked
        return code

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "248289761001",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked.get("nonce"),
            "email": "carol@customer.example",
            "email_verified": True,
            "name": "Carol",
        } | self.claims
        header = {"alg": "RS256", "kid": self.key.kid} | self.header
        said = {name: value for name, value in claims.items() if value is not None}
        if header["alg"] == "none":
            return b".".join((_part(header), _part(said), b"")).decode()
        if header["alg"] == "HS256":  # its public key, taken for a secret
            signed = b".".join(_part(part) for part in (header, said))
            return b".".join((signed, _encoded(hmac.digest(self.key.as_pem(private=False), signed, "sha256")))).decode()
        return jwt.encode(header, said, self.signing_key or self.key)


def _part(value: dict[str, Any]) -> bytes:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> bytes:
    return urlsafe_b64encode(value).rstrip(b"=")


@cache
def a_key(kid: str, number: int = 1) -> RSAKey:
    """Made once for all tests, for making one takes longer than using it."""
    return RSAKey.generate_key(2048, {"kid": kid})


@contextmanager
def running() -> Iterator[IdentityProvider]:
    """One that listens on this machine."""
    provider = IdentityProvider()
    app = Flask(__name__)

    app.before_request(provider.misbehave)

    @app.get("/.well-known/openid-configuration")
    def metadata() -> Any:
        return jsonify(
            {
                "issuer": provider.url,
                "authorization_endpoint": f"{provider.url}/authorize",
                "token_endpoint": f"{provider.url}/token",
                "jwks_uri": f"{provider.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
            }
            | provider.metadata
        )

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(KeySet(provider.shown).as_dict(private=False))

    @app.post("/token")
    def token() -> Any:
        asked = provider.codes.pop(request.form.get("code", ""), None)
        credentials = request.authorization
        if asked is None or credentials is None or credentials.password != CLIENT_SECRET:
            return jsonify(error="invalid_grant"), 400
        verifier = request.form.get("code_verifier", "")
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if challenge != asked.get("code_challenge") or request.form.get("redirect_uri") != asked.get("redirect_uri"):
            return jsonify(error="invalid_grant"), 400
        return jsonify(access_token="x", token_type="Bearer", expires_in=60, id_token=provider.token(asked))

    server = make_server("127.0.0.1", 0, app, threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
