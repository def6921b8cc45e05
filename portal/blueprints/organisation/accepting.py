"""The page of an invitation's link, for whoever it finds: signed in as the invited person, as somebody else, or not.

The address of the link holds its secret, so the browser is sent on at once to an address without it; what it brought
stays in its session. Of a link that is good no more nothing is told, whatever the reason.
"""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from portal.accounts import joining
from portal.accounts.invitations import InvitationEnded
from portal.accounts.models import Invitation
from portal.accounts.people import email_key
from portal.blueprints.organisation.frame import ROLES, blueprint
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.sealing import hash_secret
from portal.services import sender
from portal.web.claim_aside import claim_to_go_on_with
from portal.web.invited import bring_invitation, drop_invitation, invitation_at_hand, invitation_hash
from portal.web.visitor import visitor


@blueprint.get("/invitations/<token>")
def open_invitation(token: str) -> ResponseReturnValue:
    """The mailed link."""
    token_hash = hash_secret(token)
    if joining.find(token_hash, utcnow()) is None:
        return _already_in(token_hash) or _gone()
    bring_invitation(token_hash)
    return redirect(url_for("organisation.invitation"), 303)


@blueprint.get("/invitations")
def invitation() -> ResponseReturnValue:
    """Who invites whom to what, and the ways on."""
    found = invitation_at_hand()
    if found is None:
        drop_invitation()
        return _gone()
    return render_template(
        "organisation/invitation.html",
        invitation=found,
        role=ROLES[found.role],
        is_for_visitor=current_user.is_authenticated and _is_for(found),
    )


@blueprint.post("/invitations/accept")
@login_required
def accept() -> ResponseReturnValue:
    """Join. A purchase that the browser brought is gone on with afterwards."""
    token_hash = invitation_hash()
    try:
        if token_hash is None:
            raise InvitationEnded
        with transaction():
            joined = joining.accept(token_hash, visitor().person_id, utcnow())
            _tell_inviter(joined)
    except InvitationEnded:
        drop_invitation()
        return _already_in(token_hash) or _gone()
    except joining.SomebodyElses:
        return redirect(url_for("organisation.invitation"), 303)
    drop_invitation()
    flash(_("Welcome! You belong to %(organisation)s now.", organisation=joined.organisation.name), "success")
    claim_id = claim_to_go_on_with()
    if claim_id:
        return redirect(url_for("landing.organisation", claim_id=claim_id), 303)
    return redirect(url_for("contracts.index"), 303)


def _is_for(found: Invitation) -> bool:
    return email_key(visitor().email) == found.email_key


def _tell_inviter(joined: Invitation) -> None:
    inviter = joined.invited_by
    if inviter is None:
        return
    where = joined.organisation
    letter = letters.joined(sender(), inviter.name, visitor().name, where.name, where.id)
    outbox.post(inviter, letter, organisation_id=joined.organisation_id)
    after_commit(later.send_mail)


def _already_in(token_hash: str | None) -> ResponseReturnValue | None:
    """Whoever accepted it follows the link once more: to where it led."""
    if token_hash is None or not current_user.is_authenticated:
        return None
    organisation_id = joining.accepted_with(token_hash, visitor().person_id)
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303) if organisation_id else None


def _gone() -> Response:
    return make_response(render_template("organisation/invitation_gone.html"), 410)
