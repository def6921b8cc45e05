"""Names of who or what was deleted: kept in English, and said in the language of whoever reads them.

Rows stay when a person or an organisation goes, because histories point at them. A page draws their names like any
other; in files and commands they stay as they are kept.
"""

from __future__ import annotations

from markupsafe import escape
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from portal.language import marked, say
from portal.sentences import Sentence

NOBODY = marked("Deleted person")
NO_ORGANISATION = marked("Deleted organisation")


class Gone(Sentence):
    """Such a name; templates say it by themselves."""

    __slots__ = ()

    def __html__(self) -> str:
        """As a page shows it."""
        return escape(say(self))


_NAMES = {name: Gone(name) for name in (NOBODY, NO_ORGANISATION)}


class Name(TypeDecorator[str]):
    """A column of names, from which those of the deleted come as ``Gone``."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """A name goes in as plain text."""
        return str(value) if isinstance(value, Sentence) else value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """What came out, said when it is shown."""
        return _NAMES.get(value, value) if value else value
