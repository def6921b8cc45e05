"""One query for every look at a contract page: who asks, what is theirs to see, and all that the page depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, bindparam, exists, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Membership, Organisation, Person
from portal.accounts.sessions import SEEN_STEP, PersonSession
from portal.contracts.models import Contract
from portal.database import utcnow
from portal.looking_up import LookUp
from portal.sealing import hash_secret


@dataclass(frozen=True)
class Glance:
    """Who asks, and the stamp of the contract they ask for."""

    person_id: int
    name: str
    email: str
    role: str | None
    """What they are in the organisation that has the contract."""
    stamp: tuple[Any, ...] | None
    """Other whenever the page would say something else; None when there is no such contract for this person."""
    session_id: int
    unseen: bool
    """Whether it is a while since it was written down that this session is used."""


def glance(engine: Engine, session_key: str, contract_id: UUID) -> Glance | None:
    """Look whose session this is and what they may see, as it is committed now. One query, by indexes only.

    Args:
        engine: ``portal.looking_up.look_up_engine()``.

    Returns:
        None when nobody is signed in with this key.
    """
    now = utcnow()
    row = _LOOK_UP.first(
        engine,
        key_hash=hash_secret(session_key),
        now=int(now.timestamp()),
        seen_before=_text(now - SEEN_STEP),
        contract_id=contract_id.hex,
    )
    if row is None:
        return None
    session_id, unseen, person_id, name, email, role, version, *rest = row
    stamp = None if version is None else (name, email, version, *rest, role)
    return Glance(person_id, name, email, role, stamp, session_id, bool(unseen))


def _text(at: datetime) -> str:
    """A time as SQLite keeps it and PostgreSQL reads it: what is looked up by goes to the driver as it is."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _statement() -> Any:
    # Subqueries rather than joins: each is one look into an index, and the database has nothing to choose from.
    linker, before, after, other = aliased(Person), aliased(Contract), aliased(Contract), aliased(Contract)
    wanted = bindparam("contract_id", type_=Contract.id.type)
    mine = exists().where(Membership.person_id == Person.id, Membership.organisation_id == Contract.organisation_id)
    return (
        select(
            PersonSession.id,
            PersonSession.seen_at < bindparam("seen_before"),
            Person.id,
            Person.name,
            Person.email,
            select(Membership.role)
            .where(Membership.person_id == Person.id, Membership.organisation_id == Contract.organisation_id)
            .scalar_subquery(),
            Contract.version,
            Contract.confirmed_at,
            Contract.check_requested_at,
            # What the page shows besides, and the contract's version does not tell.
            select(Organisation.name).where(Organisation.id == Contract.organisation_id).scalar_subquery(),
            select(linker.name).where(linker.id == Contract.linked_by_id).scalar_subquery(),
            select(before.id)
            .where(before.id == Contract.continues_id, before.organisation_id == Contract.organisation_id)
            .scalar_subquery(),
            select(after.id)
            .where(after.continues_id == Contract.id, after.organisation_id == Contract.organisation_id)
            .order_by(after.id)
            .limit(1)
            .scalar_subquery(),
            exists()
            .where(Membership.person_id == Person.id, Membership.organisation_id == other.organisation_id)
            .where(other.id != wanted),
        )
        .select_from(PersonSession)
        .join(Person, Person.id == PersonSession.person_id)
        .outerjoin(Contract, (Contract.id == wanted) & mine)
        .where(PersonSession.key_hash == bindparam("key_hash"), PersonSession.good_until > bindparam("now"))
    )


_LOOK_UP = LookUp(_statement())
