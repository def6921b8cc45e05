"""Sealing a registration token for the minutes in which AWS cannot be asked, and the secret that names a claim."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """Encrypts with a key of its own, derived from the portal's secret."""

    def __init__(self, secret_key: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"registration token")
        self._fernet = Fernet(urlsafe_b64encode(derive.derive(secret_key.encode())))

    def close(self, token: str) -> str:
        """The token, unreadable to anyone who has only the database."""
        return self._fernet.encrypt(token.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The token again; None when the portal's secret has changed since."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def new_secret() -> str:
    """256 random bits for the arrival cookie."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What the database keeps of an arrival secret. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
