"""Searching the agreements: what to find, in which order, and where to go on."""

from dataclasses import dataclass, field
from datetime import datetime

from .agreements import Agreement, read_document
from .storage import Storage

# What can be sorted by; the columns hold ISO texts in UTC, which sort as the times they stand for.
END, START, CHANGE = "ends_at", "starts_at", "changed_at"

# Columns in which one value is shared by few agreements. The others get a plus, which keeps SQLite from choosing an
# index that finds half of everything and sorts it.
NARROW = ("account_id", "license_arn", "initial_agreement_id")


@dataclass(frozen=True)
class Search:
    """All of it must hold. `before` and `after` are limits on the columns that can be sorted by, exclusive."""

    equal: dict[str, str] = field(default_factory=dict)
    before: dict[str, datetime] = field(default_factory=dict)
    after: dict[str, datetime] = field(default_factory=dict)
    sort: str = END
    descending: bool = False


Place = tuple[str, int]  # of the last one found: its value in the sorted column, and its number


def search(storage: Storage, wanted: Search, place: Place | None, size: int) -> list[tuple[Place, Agreement]]:
    """At most `size` agreements after a place, each with its own place. A page costs the same wherever it lies."""
    conditions, values = ["1"], list[object]()
    for column, value in wanted.equal.items():
        conditions.append(f"{'' if column in NARROW else '+'}{column} = ?")
        values.append(value)
    for limits, comparison in ((wanted.before, "<"), (wanted.after, ">")):
        for column, moment in limits.items():
            conditions.append(f"{column} {comparison} ?")
            values.append(moment.isoformat())
    if place:
        conditions.append(f"({wanted.sort}, number) {'<' if wanted.descending else '>'} (?, ?)")
        values += place
    order = "DESC" if wanted.descending else "ASC"
    rows = storage.rows(
        f"SELECT number, {wanted.sort}, document FROM agreements WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY {wanted.sort} {order}, number {order} LIMIT ?",
        *values,
        size,
    )
    return [((str(row[wanted.sort]), int(row["number"])), read_document(row["document"])) for row in rows]
