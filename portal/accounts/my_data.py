"""Everything that is kept about one person, as a file of JSON, piece by piece.

Secrets are not in it: passwords, keys and codes are kept as hashes or sealed, and would serve only whoever found the
file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from portal.accounts.factors import factor_of
from portal.accounts.kept_about import KEPT, Kept
from portal.accounts.models import Membership, Organisation, Person
from portal.audit import AuditEntry
from portal.database import Base, db
from portal.language import gettext as _
from portal.language import marked

AT_ONCE = 200
"""So many rows are fetched at a time."""
NOT_HERE = marked(
    "Passwords, keys of authenticator apps and passkeys, recovery codes, and the secrets of your browsers and of our "
    "letters are kept as hashes or sealed, if at all, and are not part of this file."
)


def pieces(person_id: int, now: datetime) -> Iterator[str]:
    """The file's text, a little at a time. Reads as it goes, so exhaust it inside one application context."""
    head = {"made_at": _said(now), "not_in_this_file": _(NOT_HERE), "person": _person(person_id)}
    yield json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}")
    for name, rows in _sections(person_id):
        yield f',\n  "{name}": ['
        first = True
        for row in rows:
            yield ("\n    " if first else ",\n    ") + json.dumps(row, ensure_ascii=False)
            first = False
        yield "]" if first else "\n  ]"
    yield "\n}\n"


def _sections(person_id: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    actor = f"person:{person_id}"
    yield "organisations", _rows(_organisations(person_id))
    for kept in KEPT:
        yield kept.section, _rows(_told(kept, person_id))
    yield "letters", _rows(_letters(person_id))
    own = select(AuditEntry.at, AuditEntry.action, AuditEntry.thing, AuditEntry.why, AuditEntry.detail)
    yield "log_of_what_you_did", _rows(own.where(AuditEntry.actor == actor).order_by(AuditEntry.id))
    others = select(AuditEntry.at, AuditEntry.action, AuditEntry.why)
    about = others.where(AuditEntry.thing == actor, AuditEntry.actor != actor)
    yield "log_of_what_others_did_with_your_account", _rows(about.order_by(AuditEntry.id))


def _person(person_id: int) -> dict[str, Any]:
    person, factor = db.session.get_one(Person, person_id, populate_existing=True), factor_of(person_id)
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "email_verified_at": _said(person.email_verified_at),
        "language": person.language,
        "time_zone": person.time_zone,
        "terms_accepted_at": _said(person.terms_accepted_at),
        "created_at": _said(person.created_at),
        "has_password": person.password_hash is not None,
        "has_authenticator_app": bool(factor and factor.sealed_key),
    }


def _organisations(person_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Organisation.id, Organisation.name, Membership.role, Membership.created_at.label("member_since"))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id)
        .order_by(Organisation.id)
    )


def _told(kept: Kept, person_id: int) -> Select[*tuple[Any, ...]]:
    table = Base.metadata.tables[kept.table]
    whose = or_(*(table.c[column] == person_id for column in kept.whose))
    return select(*(table.c[column] for column in kept.shown)).where(whose).order_by(*table.primary_key.columns)


def _letters(person_id: int) -> Select[*tuple[Any, ...]]:
    """By subject and time. What they said is gone from here once they are sent."""
    letters = Base.metadata.tables["letters"]
    return (
        select(
            *(letters.c[column] for column in ("to", "kind", "subject", "language", "state", "created_at", "sent_at"))
        )
        .where(letters.c.person_id == person_id)
        .order_by(letters.c.id)
    )


def _rows(statement: Select[*tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for row in db.session.execute(statement.execution_options(yield_per=AT_ONCE)):
        yield {name: _said(value) for name, value in row._mapping.items()}


def _said(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, UUID) else value
