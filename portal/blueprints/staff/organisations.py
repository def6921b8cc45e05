"""An organisation and a person: where a search may lead; and the first owner of an organisation that has none."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.accounts import invitations, sessions
from portal.accounts.invitations import Invited
from portal.accounts.members import MayNot
from portal.blueprints.staff.forms import WHY_MISSING, reason
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.services import products, sender
from portal.staff.overview import organisations
from portal.web.fields import one_line
from portal.web.found import contract_rows


@blueprint.get("/organisations/<int:organisation_id>")
def organisation(organisation_id: int) -> ResponseReturnValue:
    """An organisation, its contracts and its members."""
    return _organisation_page(organisation_id)


@blueprint.post("/organisations/<int:organisation_id>/first-owner")
def invite_first_owner(organisation_id: int) -> ResponseReturnValue:
    """Invite somebody to own an organisation that nobody owns; a second invitation ends the first."""
    organisations.organisation(organisation_id) or abort(404)
    why, typed = reason(), one_line(request.form.get("email"))
    try:
        email = validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        problem = _("Please enter an email address, such as alice@example.com.")
        return _organisation_page(organisation_id, problem, typed, why, "email"), 400
    if not why:
        return _organisation_page(organisation_id, _(WHY_MISSING), typed, wrong="why"), 400
    try:
        with transaction():
            _send(invitations.invite_first_owner(organisation_id, email, staff_member().person_id, why, utcnow()))
    except MayNot:
        problem = _("It has an owner by now, who invites the others.")
        return _organisation_page(organisation_id, problem, typed, why), 409
    flash(_("The invitation is on its way. Its link is good once, for seven days."), "success")
    return redirect(url_for("staff.organisation", organisation_id=organisation_id), 303)


def _send(asked: Invited) -> None:
    link = sender().portal_url + url_for("organisation.open_invitation", token=asked.token)
    one = asked.invitation
    outbox.post(one.email, letters.invited(sender(), None, one.organisation.name, one.role, link, one.expires_at))
    after_commit(later.send_mail)


def _organisation_page(
    organisation_id: int, problem: str | None = None, typed: str = "", why: str = "", wrong: str = ""
) -> str:
    found = organisations.organisation(organisation_id) or abort(404)
    return render_template(
        "staff/organisation.html",
        organisation=found,
        contracts=contract_rows(found.contracts, products()),
        problem=problem,
        typed=typed,
        why=why,
        wrong=wrong,
    )


@blueprint.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """A person, where they belong, and what that organisation has."""
    return _person_page(person_id)


@blueprint.post("/people/<int:person_id>/sign-out")
def sign_out_person(person_id: int) -> ResponseReturnValue:
    """Sign a person out in all browsers, as when they tell support that one was stolen."""
    organisations.person(person_id) or abort(404)
    why = reason()
    if not why:
        return _person_page(person_id, _(WHY_MISSING)), 400
    with transaction():
        sessions.end_all(person_id)
        audit.record(staff_member().actor, "signed somebody out", f"person:{person_id}", why=why)
    flash(_("They are signed out in all browsers."), "success")
    return redirect(url_for("staff.person", person_id=person_id), 303)


def _person_page(person_id: int, problem: str | None = None) -> str:
    found = organisations.person(person_id) or abort(404)
    return render_template(
        "staff/person.html",
        who=found,
        contracts=contract_rows(found.contracts, products()),
        browsers=len(sessions.sessions_of(person_id, utcnow())),
        problem=problem,
    )
