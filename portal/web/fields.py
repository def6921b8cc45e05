"""What forms share."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
"""Invisible, but part of how some names are written."""


def one_line(text: str | None) -> str:
    """What a person typed, without control characters, with single blanks."""
    visible = "".join(character if _belongs(character) else " " for character in text or "")
    return " ".join(visible.split())


def _belongs(character: str) -> bool:
    return character in JOINERS or not unicodedata.category(character).startswith("C")
