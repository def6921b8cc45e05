"""How commands answer: tables, times, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import click


def choice(of: type[StrEnum]) -> click.Choice[str]:
    """An option that takes one of these words, with hyphens so that nobody has to quote them."""
    return click.Choice([word.replace(" ", "-") for word in of])


def chosen(words: Sequence[str]) -> list[str]:
    """The words that were meant by such an option."""
    return [word.replace("-", " ") for word in words]


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their headings, columns as wide as they need to be."""
    widths = [max(len(row[n]) for row in [headings, *rows]) for n in range(len(headings))]
    for row in [headings, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_json(value: Any) -> None:
    """Print a value for a program."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    click.echo(json.dumps(plain, indent=2, ensure_ascii=False, default=_plain))


def when(moment: datetime | None) -> str:
    """A time for people: UTC, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def counts(of: Mapping[str, int]) -> str:
    """`3 active, 1 ended`; `none` when there is nothing."""
    return ", ".join(f"{number:,} {name}" for name, number in of.items() if number) or "none"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
