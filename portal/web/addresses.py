"""Addresses that a visitor brings along."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug.routing import IntegerConverter, Map

LARGEST_NUMBER = 2**31 - 1
"""The database counts no further."""


class Number(IntegerConverter):
    """A number in an address. One that nothing can have is no address of ours."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - so it is called
        super().__init__(map, max=LARGEST_NUMBER)


def ours_or(address: str, otherwise: str) -> str:
    """The address, where a visitor who brings it may be sent: if it is ours, see ``is_ours``."""
    return address if is_ours(address) else otherwise


def is_ours(address: str) -> bool:
    """Whether an address is a path of this site; browsers take `//host` and `/\\host` for another."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
