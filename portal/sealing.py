"""Sealing what must be read again but not by anyone who has only the database, and the secrets that name things."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """Encrypts with a key of its own, derived from the portal's secret; each purpose has another."""

    def __init__(self, secret_key: str, purpose: str = "registration token") -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        self._fernet = Fernet(urlsafe_b64encode(derive.derive(secret_key.encode())))

    def close(self, text: str) -> str:
        """The text, unreadable to anyone who has only the database."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None when the portal's secret has changed since."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def new_secret() -> str:
    """256 random bits, to be held by one browser or one person."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What the database keeps of such a secret. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
