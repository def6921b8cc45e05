"""The body of a message as people can read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Body:
    """One layer of a body."""

    title: str
    text: str


def layers(body: str) -> list[Body]:
    """The body, indented where it is JSON; and apart what SNS has wrapped into it as text."""
    outer = _json(body)
    if outer is None:
        return [Body("As it came (no JSON)", body)]
    inner = _json(outer.get("Message")) if isinstance(outer, dict) else None
    if inner is None:
        return [Body("As it came", _indented(outer))]
    return [Body("What it says", _indented(inner)), Body("What SNS put around it", _indented(outer))]


def _json(text: Any) -> Any:
    if not isinstance(text, str):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
