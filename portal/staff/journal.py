"""Reading the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.accounts.models import Person
from portal.audit import AuditEntry
from portal.database import db

PAGE = 50
AT_ONCE = 1_000


@dataclass(frozen=True)
class Asked:
    """Which lines are wanted; None or blank asks for all."""

    actor: str = ""
    action: str = ""
    thing: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """As the database is asked."""
        equal = ((AuditEntry.actor, self.actor), (AuditEntry.action, self.action), (AuditEntry.thing, self.thing))
        conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
        if self.since:
            conditions.append(AuditEntry.at >= self.since)
        if self.until:
            conditions.append(AuditEntry.at < self.until)
        return conditions


def page_of(asked: Asked, before: int | None = None) -> tuple[Sequence[AuditEntry], int | None]:
    """The newest lines before this one, and where the next page begins."""
    statement = select(AuditEntry).where(*asked.conditions)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    rows = db.session.scalars(statement.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def all_of(asked: Asked) -> Iterator[AuditEntry]:
    """Every line, the oldest first, a portion at a time."""
    after = 0
    while rows := db.session.scalars(
        select(AuditEntry).where(*asked.conditions, AuditEntry.id > after).order_by(AuditEntry.id).limit(AT_ONCE)
    ).all():
        yield from rows
        after = rows[-1].id
        db.session.expunge_all()


def names_of(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """What the people among the actors are called, by `person:<id>`."""
    wanted = {entry.actor for entry in entries if entry.actor.startswith("person:")}
    ids = [int(actor.partition(":")[2]) for actor in wanted if actor.partition(":")[2].isdigit()]
    if not ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {f"person:{row.id}": row.name for row in rows}
