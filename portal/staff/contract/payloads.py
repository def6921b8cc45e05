"""Messages as they came, made readable. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from portal.language import gettext as _

LONGEST = 20_000
"""So many characters of a message are shown."""


@dataclass(frozen=True)
class Layer:
    """One layer of a message's body."""

    title: str
    text: str


def layers(body: str) -> list[Layer]:
    """The body, indented where it is JSON; and apart, and first, what SNS has wrapped into it as text."""
    outer = _json(body)
    if outer is None:
        return [Layer(_("As it came (no JSON)"), _bounded(body))]
    inner = _json(outer.get("Message")) if isinstance(outer, dict) else None
    if inner is None:
        return [Layer(_("As it came"), _indented(outer))]
    return [Layer(_("What it says"), _indented(inner)), Layer(_("What SNS put around it"), _indented(outer))]


def _json(text: Any) -> Any:
    if not isinstance(text, str):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _indented(value: Any) -> str:
    return _bounded(json.dumps(value, indent=2, ensure_ascii=False))


def _bounded(text: str) -> str:
    return (
        text
        if len(text) <= LONGEST
        else _(
            "%(begin)s\n… and %(left)s characters more",
            begin=text[:LONGEST],
            left=f"{len(text) - LONGEST:,}",
        )
    )
