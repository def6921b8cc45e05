"""Whether an answer gives a registration token away (AWS's checklist: the token is not stored in a cookie). Pure."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote

from portal.sentences import sentence

LOCATION = sentence("the address it led to")
_MOST = 1_000_000


def cookies_set(headers: Iterable[str]) -> dict[str, str]:
    """Names and values of the cookies in Set-Cookie headers."""
    found: dict[str, str] = {}
    for header in headers:
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        except CookieError:
            name, _, value = header.partition("=")
            found[name] = value.partition(";")[0]
    return found


def leaks(token: str, cookies: dict[str, str], location: str) -> list[str]:
    """The names of the cookies that hold the token, plainly, quoted, or packed as Flask packs its sessions.

    `LOCATION` stands for the address in the Location header.
    """
    held = [name for name, value in cookies.items() if _holds(value, token)]
    return held + [LOCATION] * (token in unquote(location))


def _holds(value: str, token: str) -> bool:
    if token in value or token in unquote(value):
        return True
    return any(token.encode() in unpacked for part in value.strip('"').split(".") for unpacked in _unpacked(part))


def _unpacked(part: str) -> list[bytes]:
    """What a piece of a cookie may stand for: base64, and what was compressed before that."""
    try:
        plain = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        return []
    try:
        return [plain, zlib.decompressobj().decompress(plain, _MOST)]
    except zlib.error:
        return [plain]
