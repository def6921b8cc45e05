"""The invitation that a browser brought: it stays with it through signing in, signing up and signing out.

The session holds the hash of the link's token, not the token; that it is there shows that the link was opened here.
"""

from __future__ import annotations

from flask import session

from portal.accounts import joining
from portal.accounts.models import Invitation
from portal.database import utcnow
from portal.web.visitor import INVITATION


def bring_invitation(token_hash: str) -> None:
    """Remember the invitation whose link this browser opened; the latest counts."""
    session[INVITATION] = token_hash


def drop_invitation() -> None:
    """Forget it: it is accepted, or good no more."""
    session.pop(INVITATION, None)


def invitation_hash() -> str | None:
    """What this browser has of the link."""
    token_hash: str | None = session.get(INVITATION)
    return token_hash


def invitation_at_hand() -> Invitation | None:
    """The invitation that this browser brought, while it can be accepted."""
    token_hash = invitation_hash()
    return joining.find(token_hash, utcnow()) if token_hash else None
