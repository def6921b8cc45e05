"""Addresses that a visitor brings along."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_ours(address: str) -> bool:
    """Whether an address is a path of this site; browsers take `//host` and `/\\host` for another."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
