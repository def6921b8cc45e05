"""Who belongs to an organisation, and as what: other roles, removing, leaving, handing over."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts import members
from portal.accounts.models import Membership, Role
from portal.blueprints.organisation.frame import (
    MAY_NOT,
    ROLES,
    Draft,
    blueprint,
    my_place,
    settings_page,
)
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import marked
from portal.mail import letters, outbox
from portal.services import sender
from portal.web.addresses import LARGEST_NUMBER
from portal.web.confirming import is_confirmed
from portal.web.visitor import visitor

LAST_OWNER = marked(
    "An organisation always has an owner, and there is no other one. Make somebody else an owner first, or hand over."
)
NO_SUCH_MEMBER = marked("That person does not belong to the organisation any more.")


@blueprint.post("/organisations/<int:organisation_id>/members/<int:person_id>/role")
@login_required
def change_role(organisation_id: int, person_id: int) -> ResponseReturnValue:
    """Give a member, or oneself, another role."""
    my_place(organisation_id)
    role, me = _role(), visitor().person_id
    if role is Role.OWNER and not is_confirmed(utcnow()):
        return _confirm_first(organisation_id)

    def change() -> None:
        them = members.membership_of(person_id, organisation_id)
        if members.change_role(organisation_id, person_id, role, me, utcnow()) and them and person_id != me:
            _tell_of_role(them, role)

    refused = _refusal(organisation_id, change)
    if refused:
        return refused
    flash(_("The role is now: %(role)s.", role=_(ROLES[role])), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/members/<int:person_id>/remove")
@login_required
def remove(organisation_id: int, person_id: int) -> ResponseReturnValue:
    """Take somebody else out."""
    my_place(organisation_id)
    if person_id == visitor().person_id:
        abort(400)  # leaving has a button of its own
    name = ""

    def take_out() -> None:
        nonlocal name
        them = members.membership_of(person_id, organisation_id)
        members.remove(organisation_id, person_id, visitor().person_id, utcnow())
        if them:
            name = them.person.name
            outbox.post(them.person, letters.removed(sender(), name, them.organisation.name))
            after_commit(later.send_mail)

    refused = _refusal(organisation_id, take_out)
    if refused:
        return refused
    flash(_("%(name)s does not belong to the organisation any more.", name=name), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/leave")
@login_required
def leave(organisation_id: int) -> ResponseReturnValue:
    """Leave it."""
    name = my_place(organisation_id).organisation.name
    refused = _refusal(organisation_id, lambda: members.leave(organisation_id, visitor().person_id, utcnow()))
    if refused:
        return refused
    flash(_("You have left %(name)s.", name=name), "success")
    return redirect(url_for("organisation.index"), 303)


@blueprint.post("/organisations/<int:organisation_id>/hand-over")
@login_required
def hand_over(organisation_id: int) -> ResponseReturnValue:
    """Make somebody else the owner in one's own place."""
    my_place(organisation_id)
    person_id = request.form.get("person", type=int)
    if person_id is None or not 0 < person_id <= LARGEST_NUMBER:
        return settings_page(organisation_id, Draft(problem=_("Please choose who is to be the owner."))), 400
    if not is_confirmed(utcnow()):
        return _confirm_first(organisation_id)

    def give() -> None:
        members.hand_over(organisation_id, person_id, visitor().person_id, utcnow())
        them = members.membership_of(person_id, organisation_id)
        if them:
            _tell_of_role(them, Role.OWNER)

    refused = _refusal(organisation_id, give)
    if refused:
        return refused
    flash(_("Ownership is handed over. You are an admin now."), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


def _confirm_first(organisation_id: int) -> ResponseReturnValue:
    """Whoever is to be an owner can take the organisation away, so nobody makes one from a browser left open."""
    flash(_("Nothing was changed yet: please confirm that it is you, and do it again."), "notice")
    back = url_for("organisation.show", organisation_id=organisation_id)
    return redirect(url_for("profile.confirm", next=back), 303)


def _refusal(organisation_id: int, do: Callable[[], None]) -> ResponseReturnValue | None:
    """Do it; where it cannot be, the page that says why."""
    try:
        with transaction():
            do()
    except members.LastOwner:
        return settings_page(organisation_id, Draft(problem=_(LAST_OWNER))), 409
    except members.NoSuchMember:
        return settings_page(organisation_id, Draft(problem=_(NO_SUCH_MEMBER))), 409
    except members.MayNot:
        return settings_page(organisation_id, Draft(problem=_(MAY_NOT))), 403
    return None


def _tell_of_role(them: Membership, role: Role) -> None:
    letter = letters.role_changed(sender(), them.person.name, them.organisation.name, role, them.organisation_id)
    outbox.post(them.person, letter, organisation_id=them.organisation_id)
    after_commit(later.send_mail)


def _role() -> Role:
    role = request.form.get("role", "")
    if role not in list(Role):
        abort(400)
    return Role(role)
