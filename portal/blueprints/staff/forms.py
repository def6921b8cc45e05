"""What the forms of the console share: a reason, and rows that were ticked."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request

from portal.language import marked
from portal.web.fields import one_line

WHY_MISSING = marked("Please say why, in a few words: it stands in the audit log.")
NOTHING_TICKED = marked("Please tick what you mean first.")
LONGEST_REASON = 500


def reason() -> str:
    """Why it is done, as it was typed; blank when it was not."""
    return one_line(request.form.get("why"))[:LONGEST_REASON]


def ticked() -> list[int]:
    """The numbers of the rows that are meant: the one whose own button was pressed, or those that are ticked."""
    return [_number(text) for text in _ticked()]


def ticked_contracts() -> list[UUID]:
    """The same, where the rows are contracts."""
    try:
        return [UUID(text) for text in _ticked()]
    except ValueError:
        abort(400)


def _ticked() -> list[str]:
    only = request.form.get("only")
    return [only] if only else request.form.getlist("id")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        abort(400)
    return int(text)
