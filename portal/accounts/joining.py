"""Joining an organisation by an invitation.

The mailed link shows that its holder reads mail at the invited address, and nobody else can be let in by it: the person
who accepts must have that address here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from portal.accounts.invitations import InvitationEnded, note, with_names
from portal.accounts.members import hold_organisation
from portal.accounts.models import Invitation, InvitationState, Membership, Person
from portal.database import db, insert


class SomebodyElses(Exception):
    """There was a person whose address is not the invited one."""


def accept(token_hash: str, person_id: int, now: datetime) -> Invitation:
    """Join. The mailed link proves the address, so the person's counts as verified. Inside a transaction.

    Raises:
        InvitationEnded, SomebodyElses.
    """
    invitation = find(token_hash, now)
    if invitation is None:
        raise InvitationEnded
    hold_organisation(invitation.organisation_id)
    person = db.session.get_one(Person, person_id, populate_existing=True)
    if person.email_key != invitation.email_key:
        raise SomebodyElses
    taken = db.session.execute(
        update(Invitation)
        .where(Invitation.token_hash == token_hash, Invitation.state == InvitationState.OPEN)
        .where(Invitation.expires_at > now)
        .values(state=InvitationState.ACCEPTED, ended_at=now, accepted_by_id=person_id)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise InvitationEnded
    place = {"person_id": person_id, "organisation_id": invitation.organisation_id, "role": invitation.role}
    # Whoever belongs to it by another way meanwhile keeps the role they have.
    db.session.execute(insert(Membership).values(**place, created_at=now).on_conflict_do_nothing())
    if person.email_verified_at is None:
        person.email_verified_at = now
    note(f"person:{person_id}", "joined an organisation", invitation)
    return invitation


def find(token_hash: str, now: datetime) -> Invitation | None:
    """The invitation that can be accepted with a token, with its organisation and who invites; one query."""
    statement = select(Invitation).where(
        Invitation.token_hash == token_hash, Invitation.state == InvitationState.OPEN, Invitation.expires_at > now
    )
    return db.session.scalar(with_names(statement))


def accepted_with(token_hash: str, person_id: int) -> int | None:
    """The organisation that this person joined with a token and belongs to, for whoever follows the link once more."""
    return db.session.scalar(
        select(Invitation.organisation_id)
        .join(Membership, Membership.organisation_id == Invitation.organisation_id)
        .where(
            Invitation.token_hash == token_hash,
            Invitation.accepted_by_id == person_id,
            Membership.person_id == person_id,
        )
    )
