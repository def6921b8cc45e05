"""Passwords: Argon2id through pwdlib, with the library's recommended cost.

A password may be any text, blanks and all. The same letters are the same password however a keyboard composes them or
how wide it writes them (NFKC), so that who signs in on another device, or with a Japanese input method switched on, is
let in. Which passwords are too easy to guess is in ``guessing``.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from pwdlib import PasswordHash

SHORTEST, LONGEST = 12, 256
_hasher = PasswordHash.recommended()


def hash_password(password: str) -> str:
    """The Argon2id hash of a password; takes about a tenth of a second on purpose."""
    return _hasher.hash(spelled(password))


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the hashed one, see ``compare``."""
    return compare(password, password_hash)[0]


def compare(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether the password is the hashed one; for no hash at all, false after the same time.

    Without that, a quick "no" would tell a stranger which addresses have an account, and which accounts a password.

    Returns:
        With it, a new hash, to be kept instead, when the old one was made at another cost than is usual today.
    """
    against = password_hash or _hash_of_nobody()
    matches, better = _hasher.verify_and_update(spelled(password), against)
    if not matches and spelled(password) != password:
        # As it was typed: so it was kept before wide and composed letters were the same.
        matches, _kept = _hasher.verify_and_update(password, against)
        better = hash_password(password) if matches else None
    return (matches, better) if password_hash is not None else (False, None)


def spelled(password: str) -> str:
    """A password in the one spelling that is hashed."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")
