"""The languages that the portal speaks: words are written in English where they are used, and said in another.

Mark a text that is said at once with ``gettext`` (``_``), one that counts with ``ngettext``, and one that stands at the
top of a module with ``marked``; whoever uses a marked text says it with ``gettext`` when the reader is known. What is
found out long before anybody reads it is a ``portal.sentences.Sentence``, and said with ``say``. The
translations are `portal/translations/<language>/LC_MESSAGES/*.po`, read as they are: nothing has to be compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import flask_babel
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from portal.sentences import Sentence, Value

LANGUAGES = {"en": "English", "ja": "日本語"}
"""Each language's code and its own name."""
DEFAULT = "en"
USUAL_ZONES = {"en": "UTC", "ja": "Asia/Tokyo"}
"""Where the readers of a language mostly live; for who has told us nothing else."""
TRANSLATIONS = Path(__file__).parent / "translations"


def gettext(text: str, **values: object) -> str:
    """The text in the reader's language, with `%(name)s` filled in; without a reader, as it is written."""
    said: str = flask_babel.gettext(text, **_said(values))
    return said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """As ``gettext``, for one thing or for many; `%(num)d` is how many."""
    said: str = flask_babel.ngettext(one, many, num, **_said(values))
    return said


def pgettext(context: str, text: str, **values: object) -> str:
    """As ``gettext``, for a word whose meaning depends on where it stands."""
    said: str = flask_babel.pgettext(context, text, **_said(values))
    return said


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: say(value) if isinstance(value, Sentence) else value for name, value in values.items()}


def marked(text: str) -> str:
    """The text itself: it is only marked as one to be translated, and ``gettext`` says it later."""
    return text


def say(text: str) -> str:
    """What was made elsewhere, in the reader's language: a ``Sentence``, or a ``marked`` text; any other as it is."""
    if not isinstance(text, Sentence):
        return gettext(text) if text else text
    values = {name: _filled_in(value) for name, value in text.values.items()}
    if text.many is None:
        return gettext(text.pattern) % values
    num = text.values["num"]
    pattern: str = translations(language()).ungettext(text.pattern, text.many, num if isinstance(num, int) else 0)
    return pattern % values


def _filled_in(value: Value) -> str:
    if isinstance(value, tuple):
        return pgettext("between the names of a list", ", ").join(map(_filled_in, value))
    if isinstance(value, int | float):
        return number(value)
    return say(value) if isinstance(value, Sentence) else value


def lazily(text: str, **values: object) -> str:
    """A text that finds its language when it is drawn; for labels and messages of forms, which take no other."""
    said: Any = flask_babel.lazy_gettext(text, **values)
    said_later: str = said
    return said_later


def language() -> str:
    """The code of the language that is spoken now."""
    locale = flask_babel.get_locale()
    return locale.language if locale else DEFAULT


@contextmanager
def speaking(code: str | None, zone: str | None = None) -> Iterator[None]:
    """Speak this language for a while, as for a letter, and tell times in this zone. Inside an application context.

    The default language for none, or for one that is not spoken here; for no zone, the usual one of the language.
    """
    code = code if code in LANGUAGES else DEFAULT
    before = _ZONE.set(zone_named(zone) or ZoneInfo(USUAL_ZONES.get(code, "UTC")))
    try:
        with flask_babel.force_locale(code):
            yield
    finally:
        _ZONE.reset(before)


_ZONE: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


def zone_named(name: str | None) -> ZoneInfo | None:
    """The time zone of this name; None when there is none, or the name is not one."""
    return ZoneInfo(name) if name in _zones() else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def time_zone() -> tzinfo:
    """The zone in which times are told now."""
    try:
        return _ZONE.get() or flask_babel.get_timezone() or UTC
    except RuntimeError:  # outside an application nobody reads
        return UTC


PATTERNS = {
    "en": {"day": "d MMMM y", "moment": "d MMMM y, HH:mm", "short": "d MMM", "clock": "HH:mm:ss"},
    "ja": {"day": "y年M月d日", "moment": "y年M月d日 HH:mm", "short": "M月d日", "clock": "HH:mm:ss"},
}
"""How each language writes a day, a moment, a day among others of its year, and a time of day."""
SCALES = {
    "en": {"month": "MMM y", "short_day": "d MMM y", "short_moment": "d MMM y, HH:mm", "hour": "dd MMM, HH:00"},
    "ja": {"month": "y年M月", "short_day": "y年M月d日", "short_moment": "y年M月d日 HH:mm", "hour": "M月d日 HH:00"},
}
"""What there is room for in a picture."""


def said(at: datetime, how: str) -> str:
    """A moment as the reader's language writes it, where the reader is; `how` is a name of ``PATTERNS``."""
    code = language()
    pattern = PATTERNS.get(code, PATTERNS[DEFAULT])[how]
    return format_datetime(at.astimezone(time_zone()), pattern, locale=code)


def said_in_utc(at: date, pattern: str) -> str:
    """A day or a moment of a picture whose scale is UTC; `pattern` is a name of ``PATTERNS`` or of ``SCALES``."""
    code = language()
    patterns = {**PATTERNS.get(code, PATTERNS[DEFAULT]), **SCALES.get(code, SCALES[DEFAULT])}
    if not isinstance(at, datetime):
        return format_date(at, patterns[pattern], locale=code)
    return format_datetime(at.astimezone(UTC), patterns[pattern], locale=code)


def zone_in_words(at: datetime) -> str:
    """The zone in which a moment is told, in short: `UTC`, `JST`, `UTC+03`."""
    name = at.astimezone(time_zone()).tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def number(value: Decimal | float) -> str:
    """A number as the reader's language writes it: `12,500`, `2.5`."""
    return format_decimal(value, "#,##0.######", locale=language())


class Speech(flask_babel.Babel):  # type: ignore[misc]
    """Flask-Babel, with the translations as they are written."""

    @property
    def domain_instance(self) -> flask_babel.Domain:
        return _DOMAIN

    def speak(self, app: Any, choose: Callable[[], str | None], time_zone: Callable[[], tzinfo | str | None]) -> None:
        """Let an application speak: `choose` names the language of a request, `time_zone` where its reader lives."""
        self.init_app(app, default_locale=DEFAULT, locale_selector=choose, timezone_selector=time_zone)


class _Domain(flask_babel.Domain):  # type: ignore[misc]
    def get_translations(self) -> Translations | NullTranslations:
        return translations(language())


_DOMAIN = _Domain()


@cache
def translations(code: str) -> Translations | NullTranslations:
    """All that was translated into a language."""
    files = sorted((TRANSLATIONS / code / "LC_MESSAGES").glob("*.po"))
    if not files:
        return NullTranslations()
    together = Catalog(locale=Locale.parse(code))
    for file in files:
        with file.open("rb") as lines:
            for message in read_po(lines, locale=code):
                if message.id and message.string:
                    together[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return Translations(compiled)
