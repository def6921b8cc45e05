"""What forms share."""

from __future__ import annotations

import unicodedata


def one_line(text: str | None) -> str:
    """What a person typed, without control characters, with single blanks."""
    visible = "".join(" " if unicodedata.category(character).startswith("C") else character for character in text or "")
    return " ".join(visible.split())
