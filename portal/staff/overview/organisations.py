"""An organisation and a person, as support looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.invitations import open_invitations
from portal.accounts.models import Invitation, Membership, Organisation, Person, Role
from portal.contracts.models import Contract
from portal.database import db
from portal.staff.overview.lines import Line, lines, read

SHOWN = 50
"""So many contracts, and so many members, stand on a page; the list of contracts has the others."""


@dataclass(frozen=True)
class Member:
    """Somebody of an organisation. `email` is whole: whoever shows it masks it."""

    person_id: int
    name: str
    email: str
    role: str
    since: datetime


@dataclass(frozen=True)
class OrganisationPage:
    """An organisation with its contracts, the newest first, and its members; `more_…` says that there are others."""

    id: int
    name: str
    created_at: datetime
    contracts: list[Line]
    members: list[Member]
    more_contracts: bool
    more_members: bool
    has_owner: bool
    invited: Invitation | None
    """The newest invitation that waits."""


@dataclass(frozen=True)
class Place:
    """An organisation that a person belongs to."""

    organisation_id: int
    name: str
    role: str
    since: datetime


@dataclass(frozen=True)
class PersonPage:
    """A person, where they belong, and the contracts of those organisations, the newest first."""

    id: int
    name: str
    email: str
    created_at: datetime
    places: list[Place]
    contracts: list[Line]
    more_contracts: bool


def name_of(organisation_id: int) -> str | None:
    """What an organisation is called; None where there is none of this number."""
    return db.session.scalar(select(Organisation.name).where(Organisation.id == organisation_id))


def organisation(organisation_id: int) -> OrganisationPage | None:
    """The organisation with this number."""
    found = db.session.execute(
        select(Organisation.id, Organisation.name, Organisation.created_at).where(Organisation.id == organisation_id)
    ).first()
    if found is None:
        return None
    members = db.session.execute(
        select(Person.id, Person.name, Person.email, Membership.role, Membership.created_at)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Person.name, Person.id)
        .limit(SHOWN + 1)
    ).all()
    contracts = _contracts_of([organisation_id])
    return OrganisationPage(
        found.id,
        found.name,
        found.created_at,
        contracts[:SHOWN],
        [Member(*row) for row in members[:SHOWN]],
        len(contracts) > SHOWN,
        len(members) > SHOWN,
        has_owner=_has_owner(organisation_id),
        invited=next(iter(open_invitations(organisation_id)), None),
    )


def _has_owner(organisation_id: int) -> bool:
    here = Membership.organisation_id == organisation_id, Membership.role == Role.OWNER
    return db.session.scalar(select(Membership.id).where(*here).limit(1)) is not None


def person(person_id: int) -> PersonPage | None:
    """The person with this number."""
    found = db.session.execute(
        select(Person.id, Person.name, Person.email, Person.created_at).where(Person.id == person_id)
    ).first()
    if found is None:
        return None
    places = db.session.execute(
        select(Organisation.id, Organisation.name, Membership.role, Membership.created_at)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id)
        .order_by(Organisation.name, Organisation.id)
        .limit(SHOWN)
    ).all()
    contracts = _contracts_of([row.id for row in places])
    return PersonPage(
        found.id,
        found.name,
        found.email,
        found.created_at,
        [Place(*row) for row in places],
        contracts[:SHOWN],
        len(contracts) > SHOWN,
    )


def _contracts_of(organisation_ids: list[int]) -> list[Line]:
    if not organisation_ids:
        return []
    statement = lines().where(Contract.organisation_id.in_(organisation_ids))
    return read(statement.order_by(Contract.created_at.desc(), Contract.id).limit(SHOWN + 1))
