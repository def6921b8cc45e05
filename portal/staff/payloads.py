"""Messages as they came, made readable. Pure."""

from __future__ import annotations

import json
from typing import Any

LONGEST = 20_000
"""So many characters of a message are shown."""


def pretty(body: str) -> str:
    """A body with its JSON indented, and with the JSON text that SNS wraps opened; whatever is no JSON as it is."""
    try:
        found: Any = json.loads(body)
        if isinstance(found, dict) and isinstance(found.get("Message"), str):
            found["Message"] = _opened(found["Message"])
        text = json.dumps(found, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… and {len(text) - LONGEST:,} characters more"


def _opened(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
