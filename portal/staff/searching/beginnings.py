"""Finding by the beginning of a text, as a range of an index, on every database."""

from __future__ import annotations

from sqlalchemy import Boolean, ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from portal.database import db

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def begins_with(column: InstrumentedAttribute[str], beginning: str) -> ColumnElement[bool]:
    """The condition, for a column that is compared as it is stored (``database.ByteOrder``)."""
    return and_(column >= beginning, column < just_after(beginning))


def pattern_begins_with(column: InstrumentedAttribute[str], beginning: str) -> ColumnElement[bool]:
    """The condition, for a column in the language of the database whose index is one of patterns.

    `LIKE` would say the same, but a statement that is prepared for every value can no longer use the index for it.
    """
    if db.engine.dialect.name != "postgresql":
        return begins_with(column, beginning)
    return and_(
        column.op("~>=~", return_type=Boolean())(beginning),
        column.op("~<~", return_type=Boolean())(just_after(beginning)),
    )


def just_after(beginning: str) -> str:
    """The first text that no longer begins so, in the order of bytes. At least one character is needed."""
    head, last = beginning[:-1], beginning[-1]
    if ord(last) >= _LAST:
        return just_after(head) if head else beginning + last
    following = ord(last) + 1
    return head + chr(_SURROGATES.stop if following in _SURROGATES else following)
