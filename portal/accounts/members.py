"""The members of an organisation: who may do what to whom, and that somebody always owns it.

Every verb first holds the organisation's row, so whatever it then reads stays true until it is done: of two owners who
leave or demote each other at the same moment, one comes first, and the other finds that the first is no owner any more.
What takes an owner away is besides a conditional statement, which does nothing where no other owner is left.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import aliased, contains_eager

from portal import audit
from portal.accounts.models import Invitation, InvitationState, Membership, Organisation, Person, Role
from portal.database import db

RANK = {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}
RUNNING = frozenset({Role.OWNER, Role.ADMIN})
"""Who looks after an organisation: its name, its people, and which purchases are linked to it."""


class NoSuchMember(Exception):
    """There was a person who does not belong to the organisation."""


class MayNot(Exception):
    """There was a member whose role does not allow this."""


class LastOwner(Exception):
    """There was only one owner, who cannot go before there is another."""


def role_in(person_id: int, organisation_id: int) -> Role | None:
    """What this person is in the organisation; None when they do not belong to it."""
    statement = select(Membership.role).where(*_place(organisation_id, person_id))
    role = db.session.scalar(statement)
    return Role(role) if role else None


def membership_of(person_id: int, organisation_id: int) -> Membership | None:
    """A person's place in an organisation, with the organisation; one query."""
    statement = select(Membership).join(Membership.organisation).where(*_place(organisation_id, person_id))
    fresh = statement.options(contains_eager(Membership.organisation)).execution_options(populate_existing=True)
    return db.session.scalar(fresh)


def members_of(organisation_id: int) -> list[Membership]:
    """Everybody of an organisation, owners first, then by name; one query."""
    statement = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Person.name, Person.id)
        .options(contains_eager(Membership.person))
        .execution_options(populate_existing=True)
    )
    return sorted(db.session.scalars(statement), key=lambda member: -RANK[Role(member.role)])


def who_runs(organisation_ids: Collection[int]) -> dict[int, list[str]]:
    """The names of the owners and admins of some organisations, for their own members: whom to ask."""
    names: dict[int, list[str]] = {organisation_id: [] for organisation_id in organisation_ids}
    statement = (
        select(Membership.organisation_id, Person.name)
        .join(Membership.person)
        .where(Membership.organisation_id.in_(organisation_ids), Membership.role.in_(RUNNING))
        .order_by(Person.name, Person.id)
    )
    for organisation_id, name in db.session.execute(statement):
        names[organisation_id].append(name)
    return names


def may_give(actor: Role, role: Role) -> bool:
    """Whether who has one role may invite others to another."""
    return actor is Role.OWNER or (actor is Role.ADMIN and role is not Role.OWNER)


def may_change(actor: Role, them: Role) -> bool:
    """Whether who has one role may give those of another a different one, or remove them."""
    return may_give(actor, them)


def rename(organisation_id: int, name: str, actor_id: int) -> None:
    """Give an organisation another name. Inside a transaction.

    Raises:
        NoSuchMember, MayNot.
    """
    if hold(organisation_id, actor_id) not in RUNNING:
        raise MayNot("rename")
    organisation = db.session.get_one(Organisation, organisation_id, populate_existing=True)
    if organisation.name != name:
        _note(actor_id, "renamed an organisation", organisation_id, before=organisation.name, after=name)
        organisation.name = name


def change_role(organisation_id: int, person_id: int, role: Role, actor_id: int, now: datetime) -> bool:
    """Give a member another role, which counts from their next click. Inside a transaction.

    Returns:
        Whether anything changed.

    Raises:
        NoSuchMember, MayNot, LastOwner.
    """
    actor = hold(organisation_id, actor_id)
    before = role_in(person_id, organisation_id)
    if before is None:
        raise NoSuchMember(str(person_id))
    if person_id == actor_id:
        allowed = RANK[role] <= RANK[before]
    else:
        allowed = may_change(actor, before) and may_give(actor, role)
    if not allowed:
        raise MayNot("change a role")
    if role is before:
        return False
    _end_or_lower(organisation_id, person_id, before, role)
    _withdraw_invitations(organisation_id, person_id, role, now)
    _note(actor_id, "changed a role", organisation_id, person=person_id, before=str(before), after=str(role))
    return True


def remove(organisation_id: int, person_id: int, actor_id: int, now: datetime) -> None:
    """Take somebody out of an organisation: from their next click they see nothing of it. Inside a transaction.

    Raises:
        NoSuchMember, MayNot, LastOwner.
    """
    actor = hold(organisation_id, actor_id)
    before = role_in(person_id, organisation_id)
    if before is None:
        raise NoSuchMember(str(person_id))
    leaving = person_id == actor_id
    if not leaving and not may_change(actor, before):
        raise MayNot("remove")
    _end_or_lower(organisation_id, person_id, before, None)
    _withdraw_invitations(organisation_id, person_id, None, now)
    said = "left an organisation" if leaving else "removed a member"
    _note(actor_id, said, organisation_id, person=person_id, role=str(before))


def leave(organisation_id: int, person_id: int, now: datetime) -> None:
    """Leave an organisation. Inside a transaction.

    Raises:
        NoSuchMember, LastOwner.
    """
    remove(organisation_id, person_id, person_id, now)


def hand_over(organisation_id: int, person_id: int, actor_id: int, now: datetime) -> None:
    """Make somebody else owner in one's own place, and be an admin from now on. Inside a transaction.

    Raises:
        NoSuchMember, MayNot.
    """
    if hold(organisation_id, actor_id) is not Role.OWNER or person_id == actor_id:
        raise MayNot("hand over")
    before = role_in(person_id, organisation_id)
    if before is None:
        raise NoSuchMember(str(person_id))
    for who, role in ((person_id, Role.OWNER), (actor_id, Role.ADMIN)):
        db.session.execute(update(Membership).where(*_place(organisation_id, who)).values(role=role))
    _withdraw_invitations(organisation_id, actor_id, Role.ADMIN, now)
    _note(actor_id, "handed over ownership", organisation_id, person=person_id, before=str(before))


def hold(organisation_id: int, person_id: int) -> Role:
    """Keep everybody else from changing the organisation until the transaction ends, and say what the person is there.

    Raises:
        NoSuchMember: they do not belong to it, or there is no such organisation.
    """
    hold_organisation(organisation_id)
    role = role_in(person_id, organisation_id)
    if role is None:
        raise NoSuchMember(str(person_id))
    return role


def hold_organisation(organisation_id: int) -> None:
    """Keep everybody else from changing an organisation and its people. SQLite writes one by one in any case."""
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


def _end_or_lower(organisation_id: int, person_id: int, before: Role, after: Role | None) -> None:
    here = _place(organisation_id, person_id)
    if before is Role.OWNER:
        here = (*here, _another_owner(organisation_id, person_id))
    where = update(Membership).where(*here).values(role=after) if after else delete(Membership).where(*here)
    done = db.session.execute(where.execution_options(synchronize_session=False))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise LastOwner(str(organisation_id))


def _another_owner(organisation_id: int, person_id: int) -> ColumnElement[bool]:
    other = aliased(Membership)
    return exists().where(
        other.organisation_id == organisation_id, other.person_id != person_id, other.role == Role.OWNER
    )


def _withdraw_invitations(organisation_id: int, person_id: int, role: Role | None, now: datetime) -> None:
    """Nobody comes in on the word of somebody who could not give it any more."""
    gone = [one for one in Role if role is None or not may_give(role, one)]
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.invited_by_id == person_id,
            Invitation.state == InvitationState.OPEN,
            Invitation.role.in_(gone),
        )
        .values(state=InvitationState.WITHDRAWN, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _place(organisation_id: int, person_id: int) -> tuple[ColumnElement[bool], ...]:
    return Membership.organisation_id == organisation_id, Membership.person_id == person_id


def _note(actor_id: int, action: str, organisation_id: int, **detail: Any) -> None:
    audit.record(f"person:{actor_id}", action, f"organisation:{organisation_id}", **detail)
