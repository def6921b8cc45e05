"""Figures that take too long to count while a page is drawn: the clock counts them, pages show them with their time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UTCDateTime, db, insert, transaction

CHEAP_MILLISECONDS = 10
"""What took no longer the last time is counted anew for each page."""


class KeptFigure(Base):
    """One figure, or several that belong together, as they were counted last."""

    __tablename__ = "kept_figures"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    counted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    milliseconds: Mapped[int]
    """How long counting took."""


@dataclass(frozen=True)
class Kept:
    """A figure and when it was true."""

    value: Any
    counted_at: datetime


def keep(counters: Mapping[str, Callable[[datetime], Any]], now: datetime) -> None:
    """Count each, and keep it. Two clocks may do so at once: the last one stands."""
    for name, count in counters.items():
        began = monotonic()
        value = count(now)
        db.session.commit()  # counting may have taken a while, and the write begins anew
        row = {"name": name, "value": value, "counted_at": now, "milliseconds": int((monotonic() - began) * 1000)}
        statement = insert(KeptFigure).values(**row)
        again = {key: statement.excluded[key] for key in ("value", "counted_at", "milliseconds")}
        with transaction():
            db.session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=again))


def kept(names: Mapping[str, Callable[[datetime], Any]], now: datetime) -> dict[str, Kept]:
    """The figures as last counted.

    What takes no time, or was never counted, is counted here and now, and not kept: where little has been sold nobody
    has to wait for the clock.
    """
    rows = db.session.execute(
        select(KeptFigure.name, KeptFigure.value, KeptFigure.counted_at).where(
            KeptFigure.name.in_(names), KeptFigure.milliseconds > CHEAP_MILLISECONDS
        )
    )
    found = {name: Kept(value, counted_at) for name, value, counted_at in rows}
    return found | {name: Kept(count(now), now) for name, count in names.items() if name not in found}
