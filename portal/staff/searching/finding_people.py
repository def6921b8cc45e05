"""Looking up people and organisations for the search box. Each reads a bounded number of rows, by an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.accounts.models import Membership, Organisation, OrganisationWord, Person, folded, words_of
from portal.contracts.models import Contract
from portal.database import db
from portal.staff.searching.beginnings import begins_with, pattern_begins_with

MOST_COUNTED = 100
"""Counts beside a result stop here: nobody needs the exact number of very many."""
MOST_LOOKED_AT = 3_000
"""So many names that share one word are looked through for the others."""


@dataclass(frozen=True)
class FoundOrganisation:
    """An organisation; `contracts` and `members` stop counting at ``MOST_COUNTED``."""

    id: int
    name: str
    contracts: int
    members: int
    exact: bool


@dataclass(frozen=True)
class FoundPerson:
    """A person, and where they belong. `email` is whole: whoever shows it masks it."""

    id: int
    name: str
    email: str
    organisations: tuple[str, ...]
    exact: bool


def people(address: str, limit: int) -> list[FoundPerson]:
    """Who has this address; if nobody has, whose address begins so."""
    rows: Sequence[Any] = []
    for exact in (True, False):
        wanted = Person.email_key == address if exact else pattern_begins_with(Person.email_key, address)
        rows = db.session.execute(select(Person.id, Person.name, Person.email).where(wanted).limit(limit)).all()
        if rows:
            break
    organisations = organisations_of([row.id for row in rows])
    ordered = sorted(rows, key=lambda row: row.email.casefold())
    return [FoundPerson(row.id, row.name, row.email, organisations.get(row.id, ()), exact) for row in ordered]


def organisations_of(person_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The names of the organisations that these people belong to."""
    statement = (
        select(Membership.person_id, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(person_ids))
        .order_by(Organisation.name)
    )
    names: dict[int, tuple[str, ...]] = {}
    for person_id, name in db.session.execute(statement) if person_ids else ():
        names[person_id] = (*names.get(person_id, ()), name)
    return names


def organisation_numbered(number: int) -> FoundOrganisation | None:
    """The organisation of this number, if there is one."""
    row = db.session.execute(_counted().where(Organisation.id == number)).one_or_none()
    return FoundOrganisation(row.id, row.name, row.contracts, row.members, exact=True) if row else None


def organisations(text: str, limit: int) -> list[FoundOrganisation]:
    """Organisations of this name, then those in whose names every word of the text begins a word."""
    key = folded(text)
    exact = list(db.session.scalars(select(Organisation.id).where(Organisation.name_key == key).limit(limit)))
    ids = dict.fromkeys([*exact, *_with_words(words_of(text), limit)])
    rows = db.session.execute(_counted().where(Organisation.id.in_(list(ids)[:limit]))).all() if ids else []
    found = [FoundOrganisation(row.id, row.name, row.contracts, row.members, row.id in exact) for row in rows]
    return sorted(found, key=lambda one: (not one.exact, not folded(one.name).startswith(key), folded(one.name)))


def _with_words(beginnings: Sequence[str], limit: int) -> list[int]:
    """The ids of organisations with all these beginnings of words.

    The rarest is looked up, and the others looked for among what it finds; where even that one is very common, among
    the first of them only.
    """
    if not beginnings:
        return []
    rarest = _rarest(beginnings) if len(beginnings) > 1 else beginnings[0]
    others = [word for word in beginnings if word != rarest]
    first = (
        select(OrganisationWord.organisation_id)
        .where(begins_with(OrganisationWord.word, rarest))
        .order_by(OrganisationWord.word, OrganisationWord.organisation_id)
        .limit(MOST_LOOKED_AT if others else limit)
        .subquery()
    )
    statement = select(first.c.organisation_id)
    for word in others:
        other = aliased(OrganisationWord)
        statement = statement.where(
            exists().where(other.organisation_id == first.c.organisation_id, begins_with(other.word, word))
        )
    return list(db.session.scalars(statement.limit(limit)))


def _rarest(beginnings: Sequence[str]) -> str:
    """The beginning that the fewest words have; counting stops at ``MOST_LOOKED_AT``."""
    counts = []
    for beginning in beginnings:
        some: Any = (
            select(literal_column("1")).where(begins_with(OrganisationWord.word, beginning)).limit(MOST_LOOKED_AT)
        )
        counts.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    row = db.session.execute(select(*counts)).one()
    return min(zip(row, beginnings, strict=True))[1]


def _counted() -> Any:
    """What ``FoundOrganisation`` begins with."""

    def count(column: InstrumentedAttribute[Any]) -> Any:
        some: Any = select(literal_column("1")).where(column == Organisation.id).limit(MOST_COUNTED)
        return select(func.count()).select_from(some.correlate(Organisation).subquery()).scalar_subquery()

    return select(
        Organisation.id,
        Organisation.name,
        count(Contract.organisation_id).label("contracts"),
        count(Membership.organisation_id).label("members"),
    )
