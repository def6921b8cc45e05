"""Invitations to an organisation: by mail, with a role, for a week, good once.

Whoever holds the mailed link has shown that they read mail at the invited address (see ``portal.accounts.joining``).
The database keeps only a hash of what is in the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal import audit
from portal.accounts.members import MayNot, hold, hold_organisation, may_give
from portal.accounts.models import Invitation, InvitationState, Membership, Person, Role
from portal.accounts.people import email_key
from portal.database import db
from portal.sealing import hash_secret, new_secret

LIFETIME = timedelta(days=7)
MOST_OPEN = 20
"""So many open invitations an organisation may have."""
MOST_A_DAY = 60
"""So many one person may make in a day: what is withdrawn was sent all the same."""
PAUSE = timedelta(minutes=5)
"""Between two letters to one address."""


class AlreadyMember(Exception):
    """There was an address whose person belongs to the organisation already."""


class AlreadyInvited(Exception):
    """There was an address with an invitation that is still good."""


class TooManyInvitations(Exception):
    """There were more invitations than an organisation, or a person in a day, may make."""


class TooSoon(Exception):
    """There was a letter to this address a moment ago."""


class InvitationEnded(Exception):
    """There was an invitation that is used, withdrawn, expired, or nobody's."""


@dataclass(frozen=True)
class Invited:
    """An invitation that is to be mailed now; its token is kept nowhere."""

    invitation: Invitation
    token: str


def invite(organisation_id: int, email: str, role: Role, actor_id: int, now: datetime) -> Invited:
    """Ask somebody to join. Inside a transaction.

    Raises:
        NoSuchMember, MayNot, AlreadyMember, AlreadyInvited, TooManyInvitations, TooSoon.
    """
    if not may_give(hold(organisation_id, actor_id), role):
        raise MayNot("invite")
    _spare_members(organisation_id, email)
    last = _last_to(organisation_id, email)
    if last and last.state == InvitationState.OPEN:
        if last.expires_at > now:
            raise AlreadyInvited
        _end(last, InvitationState.WITHDRAWN, now)
    if last and last.sent_at > now - PAUSE:
        raise TooSoon
    today = select(func.count()).where(
        Invitation.invited_by_id == actor_id, Invitation.created_at > now - timedelta(days=1)
    )
    if len(open_invitations(organisation_id)) >= MOST_OPEN or (db.session.scalar(today) or 0) >= MOST_A_DAY:
        raise TooManyInvitations
    return _make(organisation_id, email, role, actor_id, now)


def invite_first_owner(organisation_id: int, email: str, staff_id: int, why: str, now: datetime) -> Invited:
    """Support asks somebody to be the owner of an organisation that has none. Inside a transaction.

    An invitation that support made before is withdrawn.

    Raises:
        MayNot: it has an owner, who invites.
    """
    hold_organisation(organisation_id)
    owner = select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.role == Role.OWNER)
    if db.session.scalar(owner.limit(1)):
        raise MayNot("invite the first owner")
    for earlier in open_invitations(organisation_id):
        _end(earlier, InvitationState.WITHDRAWN, now)
    return _make(organisation_id, email, Role.OWNER, None, now, staff_id, why)


def send_again(organisation_id: int, invitation_id: int, actor_id: int, now: datetime) -> Invited:
    """Send an open invitation once more, good for another week; the older link is not good any more. Inside a
    transaction.

    Raises:
        NoSuchMember, MayNot, InvitationEnded, TooSoon.
    """
    role, invitation = hold(organisation_id, actor_id), _open_one(organisation_id, invitation_id)
    if not may_give(role, Role(invitation.role)):
        raise MayNot("send again")
    if invitation.sent_at > now - PAUSE:
        raise TooSoon
    token = new_secret()
    invitation.token_hash, invitation.sent_at, invitation.expires_at = hash_secret(token), now, now + LIFETIME
    invitation.invited_by_id = actor_id  # on whose word somebody comes in, and in whose name the letter is
    note(f"person:{actor_id}", "sent an invitation again", invitation)
    return Invited(invitation, token)


def withdraw(organisation_id: int, invitation_id: int, actor_id: int, now: datetime) -> None:
    """Let an invitation be good no more. Inside a transaction.

    Raises:
        NoSuchMember, MayNot, InvitationEnded.
    """
    role, invitation = hold(organisation_id, actor_id), _open_one(organisation_id, invitation_id)
    if not may_give(role, Role(invitation.role)):
        raise MayNot("withdraw")
    _end(invitation, InvitationState.WITHDRAWN, now)
    note(f"person:{actor_id}", "withdrew an invitation", invitation)


def open_invitations(organisation_id: int) -> list[Invitation]:
    """Those that wait, the newest first; expired ones among them, to be sent again or withdrawn."""
    statement = select(Invitation).where(
        Invitation.organisation_id == organisation_id, Invitation.state == InvitationState.OPEN
    )
    return list(db.session.scalars(with_names(statement).order_by(Invitation.id.desc())))


def _make(
    organisation_id: int,
    email: str,
    role: Role,
    inviter_id: int | None,
    now: datetime,
    staff_id: int | None = None,
    why: str | None = None,
) -> Invited:
    token = new_secret()
    invitation = Invitation(
        organisation_id=organisation_id,
        email=email,
        email_key=email_key(email),
        role=role,
        token_hash=hash_secret(token),
        invited_by_id=inviter_id,
        created_at=now,
        sent_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(invitation)
    db.session.flush()
    note(f"person:{inviter_id or staff_id}", "invited", invitation, why)
    return Invited(invitation, token)


def _spare_members(organisation_id: int, email: str) -> None:
    belongs = (
        select(Membership.id)
        .join(Membership.person)
        .where(Membership.organisation_id == organisation_id, Person.email_key == email_key(email))
    )
    if db.session.scalar(belongs):
        raise AlreadyMember


def _last_to(organisation_id: int, email: str) -> Invitation | None:
    statement = select(Invitation).where(
        Invitation.organisation_id == organisation_id, Invitation.email_key == email_key(email)
    )
    newest = statement.order_by(Invitation.id.desc()).limit(1).execution_options(populate_existing=True)
    return db.session.scalar(newest)


def _open_one(organisation_id: int, invitation_id: int) -> Invitation:
    invitation = db.session.get(Invitation, invitation_id, populate_existing=True)
    if invitation is None or invitation.organisation_id != organisation_id or invitation.state != InvitationState.OPEN:
        raise InvitationEnded
    return invitation


def _end(invitation: Invitation, state: InvitationState, now: datetime) -> None:
    invitation.state, invitation.ended_at = state, now
    db.session.flush()


def with_names(statement: Select[Invitation]) -> Select[Invitation]:
    """With the organisation and who invites."""
    return statement.options(joinedload(Invitation.organisation), joinedload(Invitation.invited_by)).execution_options(
        populate_existing=True
    )


def note(actor: str, action: str, invitation: Invitation, why: str | None = None) -> None:
    """Write down what was done with an invitation."""
    detail = {"invitation": invitation.id, "role": invitation.role}
    audit.record(actor, action, f"organisation:{invitation.organisation_id}", why=why, **detail)
