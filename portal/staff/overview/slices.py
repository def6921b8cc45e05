"""Cutting time into days and hours of UTC, inside a statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, cast, func, literal_column
from sqlalchemy.orm import InstrumentedAttribute

from portal.database import db

DAY, HOUR = "YYYY-MM-DD", "YYYY-MM-DD HH24"
_LENGTHS = {DAY: len("2026-11-25"), HOUR: len("2026-11-25 07")}


def slice_of(column: InstrumentedAttribute[Any], size: str) -> Any:
    """The `DAY` or the `HOUR` of a time as text, such as `2026-11-25 07`: all of one slice have the same."""
    if db.engine.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", column), literal_column(f"'{size}'"))
    return func.substr(cast(column, String), 1, _LENGTHS[size])  # SQLite keeps times as text that begins so
