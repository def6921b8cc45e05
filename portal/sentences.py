"""Sentences that are made where something is found out, and said later in the language of whoever reads them. Pure.

A sentence is its own English: it can be printed, logged and compared like any text. It remembers what it was made of,
so `portal.language.say` says it in another language, today or, when it was kept (``noted``), in a year.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

Value = str | int | float | tuple[str, ...]
"""What can be filled in: names, other sentences, numbers (each language groups them in its own way), lists of names."""


class Sentence(str):
    """A text in English that knows its pattern and what was filled in.

    Attributes:
        pattern: the text with `%(name)s` where something is filled in.
        many: the pattern for more than one, of a sentence that counts.
    """

    __slots__ = ("many", "pattern", "values")
    pattern: str
    many: str | None
    values: Mapping[str, Value]

    def __new__(
        cls,
        english: str,
        pattern: str | None = None,
        many: str | None = None,
        values: Mapping[str, Value] | None = None,
    ) -> Sentence:
        made = super().__new__(cls, english)
        made.pattern, made.many, made.values = pattern or english, many, values or {}
        return made


def sentence(text: str, **values: Value) -> Sentence:
    """A sentence with `%(name)s` filled in; a percent sign is written `%%`."""
    return _made(text, None, values, text)


def counted(one: str, many: str, num: int, **values: Value) -> Sentence:
    """A sentence about one thing or many; `%(num)s` is how many."""
    values = {**values, "num": num}
    return _made(one, many, values, one if num == 1 else many)


def together(first: str, second: str, *more: str) -> Sentence:
    """Sentences one after another; not every language leaves a space between."""
    made = sentence("%(first)s %(second)s", first=first, second=second)
    return together(made, *more) if more else made


def listed(names: Iterable[str]) -> Sentence:
    """Names or sentences with commas between; empty for none."""
    return _joined("%(names)s", {"names": tuple(names)})


def noted(text: str) -> Any:
    """A text as JSON that can be read again: a sentence with its pattern and values, another text as it is."""
    if not isinstance(text, Sentence):
        return text
    values = {name: _noted_value(value) for name, value in text.values.items()}
    return {"pattern": text.pattern, **({"many": text.many} if text.many else {}), "values": values}


def read(told: Any) -> str:
    """What ``noted`` wrote down.

    Raises:
        KeyError, TypeError, ValueError: It did not write this.
    """
    if isinstance(told, str):
        return told
    values = {str(name): _read_value(value) for name, value in told["values"].items()}
    pattern, many = told["pattern"], told.get("many")
    return _made(pattern, many, values, many if many and values["num"] != 1 else pattern)


def recognised(text: str, patterns: Iterable[str], words: Collection[str] = ()) -> str:
    """A text that was kept as its English: the sentence whose pattern it was made by, or the text as it is.

    Args:
        words: the names of what is filled in with a word that is said in turn, as a status.
    """
    for pattern in patterns:
        if found := _shape(pattern).fullmatch(text):
            values = {name: Sentence(one) if name in words else one for name, one in found.groupdict().items()}
            return Sentence(text, pattern, values=values)
    return text


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", pattern)
    shape = re.escape(parts[0].replace("%%", "%"))
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        shape += f"(?P<{name}>.+?){re.escape(after.replace('%%', '%'))}"
    return re.compile(shape, re.DOTALL)


def _made(pattern: str, many: str | None, values: Mapping[str, Value], english: str) -> Sentence:
    return Sentence(english % _in_english(values), pattern, many, values)


def _joined(pattern: str, values: Mapping[str, Value]) -> Sentence:
    """A pattern of nothing but places, which no language translates."""
    return _made(pattern, None, values, pattern)


def _noted_value(value: Value) -> Any:
    if isinstance(value, tuple):
        return [noted(one) for one in value]
    return noted(value) if isinstance(value, str) else value


def _read_value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(read(one) for one in value)
    return read(value) if isinstance(value, dict) else value


def _in_english(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: _english(value) for name, value in values.items()}


def _english(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:,}" if isinstance(value, int | float) else value
