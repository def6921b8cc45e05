"""Leaving for good: the account goes, what belongs to organisations stays.

The person's row stays as well, without anything that says who they were, because the history of contracts and the
audit log point at it. Nobody can sign in as it: its address is nobody's, and it has no password, factor or session.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update

from portal import audit
from portal.accounts.gone import NO_ORGANISATION, NOBODY
from portal.accounts.kept_about import KEPT, Leaving
from portal.accounts.models import InvitationState, Membership, Organisation, Person, Role
from portal.accounts.people import memberships_of
from portal.database import Base, changed, db
from portal.sealing import new_secret

NOWHERE = "@deleted.invalid"
"""An address that nobody has, nor can have."""
WITH_IT = frozenset({"memberships", "organisation_words", "invitations"})
"""What goes with an organisation."""


class StillNeeded(Exception):
    """There was a person without whom some organisations would have no owner. `names` are those organisations."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"{len(names)} organisations")
        self.names = names


class StillStaff(Exception):
    """There was somebody who works in the console: an admin takes them out first."""


@dataclass
class Parting:
    """What leaving would mean for the organisations of a person."""

    handed_over_first: list[Organisation] = field(default_factory=list)
    """They have other members, or contracts, and no other owner."""
    going: list[Organisation] = field(default_factory=list)
    """Nobody else belongs to them, and they have no contract."""
    staying: list[Organisation] = field(default_factory=list)


def parting(person_id: int) -> Parting:
    """What leaving would mean."""
    found = Parting()
    for membership in memberships_of(person_id):
        organisation = membership.organisation
        if _count(Membership.organisation_id == organisation.id, Membership.person_id != person_id) == 0:
            (found.handed_over_first if _has_contracts(organisation.id) else found.going).append(organisation)
        elif membership.role == Role.OWNER and not _has_another_owner(organisation.id, person_id):
            found.handed_over_first.append(organisation)
        else:
            found.staying.append(organisation)
    return found


def is_staff(person_id: int) -> bool:
    """Whether this person works in the console, or is about to."""
    staff = Base.metadata.tables["staff_members"]
    return db.session.scalar(select(staff.c.id).where(staff.c.person_id == person_id)) is not None


def leave(person: Person) -> bool:
    """Delete an account. Inside a transaction.

    Returns:
        False when it was deleted already.

    Raises:
        StillNeeded, StillStaff.
    """
    email, email_key = person.email, person.email_key
    if email.endswith(NOWHERE):
        return False
    if is_staff(person.id):
        raise StillStaff(f"person:{person.id}")
    _hold_organisations_of(person.id)
    found = parting(person.id)
    if found.handed_over_first:
        raise StillNeeded([organisation.name for organisation in found.handed_over_first])
    nobody = f"deleted-{new_secret()}{NOWHERE}"
    gone = changed(
        update(Person)
        .where(Person.id == person.id, Person.email_key == email_key)
        .values(
            name=NOBODY,
            email=nobody,
            email_key=nobody.lower(),
            email_verified_at=None,
            password_hash=None,
            language=None,
            time_zone=None,
        )
    )
    if not gone:
        return False
    _forget(person.id, email)
    for organisation in found.going:
        _close(organisation.id)
    audit.record(
        f"person:{person.id}",
        "deleted their account",
        f"person:{person.id}",
        organisations_closed=[organisation.id for organisation in found.going],
        organisations_left=[organisation.id for organisation in found.staying],
    )
    return True


def _hold_organisations_of(person_id: int) -> None:
    """Of two owners who leave at the same moment, one comes first; the other finds that there is nobody else."""
    mine = select(Membership.organisation_id).where(Membership.person_id == person_id)
    held = select(Organisation.id).where(Organisation.id.in_(mine)).order_by(Organisation.id).with_for_update()
    db.session.execute(held).all()
    db.session.expire_all()


def _forget(person_id: int, email: str) -> None:
    for kept in KEPT:
        if kept.leaving is Leaving.GOES:
            table = Base.metadata.tables[kept.table]
            db.session.execute(delete(table).where(or_(*(table.c[column] == person_id for column in kept.whose))))
    letters, invitations = Base.metadata.tables["letters"], Base.metadata.tables["invitations"]
    db.session.execute(delete(letters).where(or_(letters.c.person_id == person_id, letters.c.to == email)))
    accepted = update(invitations).where(invitations.c.accepted_by_id == person_id)
    db.session.execute(accepted.values(email="", email_key=""))
    # Nobody comes in on the word of somebody who has left.
    open_ones = (invitations.c.invited_by_id == person_id, invitations.c.state == InvitationState.OPEN)
    db.session.execute(update(invitations).where(*open_ones).values(state=InvitationState.WITHDRAWN))
    offers = Base.metadata.tables["move_offers"]
    waiting = (offers.c.asked_by_id == person_id, offers.c.state == "open")
    db.session.execute(update(offers).where(*waiting).values(state="withdrawn"))


def _close(organisation_id: int) -> None:
    """Delete an organisation; where some history points at it, its name only."""
    for name in WITH_IT:
        table = Base.metadata.tables[name]
        db.session.execute(delete(table).where(table.c.organisation_id == organisation_id))
    if any(_points_at(table, column, organisation_id) for table, column in _pointing()):
        db.session.get_one(Organisation, organisation_id, populate_existing=True).name = NO_ORGANISATION
    else:
        db.session.execute(delete(Organisation).where(Organisation.id == organisation_id))


def _has_contracts(organisation_id: int) -> bool:
    return _points_at(Base.metadata.tables["contracts"], "organisation_id", organisation_id)


def _pointing() -> list[tuple[Table, str]]:
    """Every column that names an organisation, but for what goes with it."""
    return [
        (table, column.name)
        for table in Base.metadata.sorted_tables
        if table.name not in WITH_IT
        for column in table.columns
        if any(key.target_fullname == "organisations.id" for key in column.foreign_keys)
    ]


def _points_at(table: Table, column: str, organisation_id: int) -> bool:
    statement = select(table.c[column]).where(table.c[column] == organisation_id).limit(1)
    return db.session.execute(statement).first() is not None


def _has_another_owner(organisation_id: int, person_id: int) -> bool:
    owners = (Membership.organisation_id == organisation_id, Membership.role == Role.OWNER)
    return _count(*owners, Membership.person_id != person_id) > 0


def _count(*where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Membership).where(*where)) or 0
