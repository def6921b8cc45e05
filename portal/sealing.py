"""Sealing what must be read again but not by anyone who has only the database, and the secrets that name things."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """Encrypts with a key of its own, derived from the portal's secret; each purpose has another.

    What was closed with an earlier secret still opens, while that is among the `fallbacks`.
    """

    def __init__(self, secret_key: str, purpose: str = "registration token", fallbacks: Sequence[str] = ()) -> None:
        self._fernet = MultiFernet([_fernet(secret, purpose) for secret in (secret_key, *fallbacks)])

    def close(self, text: str) -> str:
        """The text, unreadable to anyone who has only the database."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None when it was closed with a secret that the portal has no more."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def _fernet(secret: str, purpose: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return Fernet(urlsafe_b64encode(derive.derive(secret.encode())))


def new_secret() -> str:
    """256 random bits, to be held by one browser or one person."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What the database keeps of such a secret. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
