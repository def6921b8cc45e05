"""Inviting colleagues by mail: a link that is good once, for a week."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts import invitations, members
from portal.accounts.invitations import Invited
from portal.accounts.models import Role
from portal.blueprints.organisation.frame import (
    MAY_NOT,
    Draft,
    InvitationForm,
    blueprint,
    my_place,
    roles_to_give,
    settings_page,
)
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import language, marked
from portal.mail import letters, outbox
from portal.services import sender
from portal.web.visitor import visitor

_REFUSALS = {
    invitations.AlreadyMember: marked("This person belongs to the organisation already."),
    invitations.AlreadyInvited: marked("This address is invited already. Below you can send the invitation again."),
    invitations.TooSoon: marked("A letter went to this address a moment ago. Please wait five minutes."),
    invitations.TooManyInvitations: marked(
        "There are too many invitations: at most 20 may wait at a time, and a person makes at most 60 a day. "
        "Withdraw some that are not needed any more, or wait until they are accepted."
    ),
    invitations.InvitationEnded: marked("This invitation does not wait any more: it was accepted or withdrawn."),
}
_REFUSED = tuple(_REFUSALS)


@blueprint.post("/organisations/<int:organisation_id>/invitations")
@login_required
def invite(organisation_id: int) -> ResponseReturnValue:
    """Invite somebody."""
    me = my_place(organisation_id)
    if me.role not in members.RUNNING:
        return settings_page(organisation_id, Draft(problem=_(MAY_NOT))), 403
    form = InvitationForm()
    form.role.choices = roles_to_give(me.role)
    if not form.validate():
        return settings_page(organisation_id, Draft(invitation=form)), 400
    try:
        with transaction():
            role = Role(form.role.data)
            send(invitations.invite(organisation_id, form.email.data, role, visitor().person_id, utcnow()))
    except _REFUSED as error:
        form.email.errors = [_(_REFUSALS[type(error)])]
        return settings_page(organisation_id, Draft(invitation=form)), 409
    except members.MayNot:
        return settings_page(organisation_id, Draft(problem=_(MAY_NOT))), 403
    flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/invitations/<int:invitation_id>/again")
@login_required
def send_again(organisation_id: int, invitation_id: int) -> ResponseReturnValue:
    """Send it once more; the older link is good no more."""
    my_place(organisation_id)
    try:
        with transaction():
            send(invitations.send_again(organisation_id, invitation_id, visitor().person_id, utcnow()))
    except _REFUSED as error:
        return settings_page(organisation_id, Draft(problem=_(_REFUSALS[type(error)]))), 409
    except members.MayNot:
        return settings_page(organisation_id, Draft(problem=_(MAY_NOT))), 403
    flash(_("The invitation is sent again. The link in the older letter is good no more."), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/invitations/<int:invitation_id>/withdraw")
@login_required
def withdraw(organisation_id: int, invitation_id: int) -> ResponseReturnValue:
    """Let its link be good no more."""
    my_place(organisation_id)
    try:
        with transaction():
            invitations.withdraw(organisation_id, invitation_id, visitor().person_id, utcnow())
    except _REFUSED as error:
        return settings_page(organisation_id, Draft(problem=_(_REFUSALS[type(error)]))), 409
    except members.MayNot:
        return settings_page(organisation_id, Draft(problem=_(MAY_NOT))), 403
    flash(_("The invitation is withdrawn. Its link is good no more."), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


def send(invited: Invited) -> None:
    """Put the letter with the link into the outbox. Inside a transaction."""
    one = invited.invitation
    link = sender().portal_url + url_for("organisation.open_invitation", token=invited.token)
    inviter = one.invited_by.name if one.invited_by else None
    letter = letters.invited(sender(), inviter, one.organisation.name, one.role, link, one.expires_at)
    outbox.post(one.email, letter, language=language())
    after_commit(later.send_mail)
