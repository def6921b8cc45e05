"""Names that people typed, in a letter that goes to others: words only, whatever somebody called themselves."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
_DOT = re.compile(r"[.\uff0e\u3002\uff61](?=\w)")
"""A dot with something behind it: mail programs make links of such words by themselves."""


def harmless(name: str) -> str:
    """A name on one line, not long, and without anything that a mail program makes a link of.

    What only looks the same takes the place of dots, slashes and signs that addresses are made of; invisible
    characters, among them those that turn the direction of writing, are gone.
    """
    seen = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in name)
    seen = "".join(sign for sign in seen if not unicodedata.category(sign).startswith("C"))
    short = " ".join(seen.split())
    short = short if len(short) <= LONGEST else f"{short[: LONGEST - 1].rstrip()}…"
    plain = _DOT.sub("\u2024", short).replace("://", "\u2236 ")
    return plain.translate(_LOOKALIKES)


_LOOKALIKES = str.maketrans({"@": "\uff20", "/": "\u2215", "<": "\u2039", ">": "\u203a"})
