"""Passwords: Argon2id through pwdlib, with the library's recommended cost."""

from __future__ import annotations

from functools import cache

from pwdlib import PasswordHash

_hasher = PasswordHash.recommended()


def hash_password(password: str) -> str:
    """The Argon2id hash of a password; takes about a tenth of a second on purpose."""
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the hashed one; for no hash at all, false after the same time.

    Without that, a quick "no" would tell a stranger which addresses have an account.
    """
    matches = _hasher.verify(password, password_hash or _hash_of_nobody())
    return matches and password_hash is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")
