"""Somebody has come from a provider whom no account knows: they join their account, or get one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from portal.accounts.identities import join, sign_up
from portal.accounts.models import Invitation, Person
from portal.accounts.people import email_key, person_with_email
from portal.blueprints.oidc.door import bearer_at_hand, blueprint, forget_bearer, provider
from portal.blueprints.signup import PREFILL
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import lazily
from portal.mail import letters, outbox
from portal.services import sender
from portal.web import entering, visitor
from portal.web.claim_aside import claim_aside
from portal.web.confirming import confirmed_first, is_confirmed
from portal.web.fields import one_line
from portal.web.invited import invitation_at_hand


class NewForm(FlaskForm):  # type: ignore[misc]
    """What a new account needs besides what the provider says."""

    name = StringField(
        lazily("Your name"),
        filters=[one_line],
        validators=[DataRequired(lazily("Please enter your name.")), Length(max=200)],
    )
    organization = StringField(
        lazily("Organisation"),
        filters=[one_line],
        validators=[DataRequired(lazily("Please enter your organisation's name.")), Length(max=200)],
    )
    accept_terms = BooleanField(
        lazily("I accept the terms and the privacy notice"),
        validators=[DataRequired(lazily("Please accept the terms to go on."))],
    )


class InvitedForm(NewForm):
    """Who comes to accept an invitation: its organisation is theirs."""

    organization = None


@blueprint.get("/signin/joining")
def settle() -> ResponseReturnValue:
    """What is to become of them: join the account that is signed in, sign in to join the two, or get a new one."""
    bearer = bearer_at_hand()
    if bearer is None:
        return _nobody()
    if current_user.is_authenticated:
        may_join = _may_join(bearer, _me())
        if may_join and not is_confirmed(utcnow()):  # asked now, so that one press of the button is enough
            return redirect(url_for("profile.confirm", next=request.full_path.removesuffix("?")), 303)
        return _page("oidc/join.html", bearer, may_join=may_join)
    if not bearer["is_confirmed"] or not bearer["email"]:
        return _page("oidc/unconfirmed.html", bearer)
    if person_with_email(bearer["email"]):
        session[PREFILL] = bearer["email"]
        return _page("oidc/known.html", bearer)
    invitation = _invitation(bearer)
    form = InvitedForm(formdata=None) if invitation else NewForm(formdata=None)
    form.name.data = bearer["name"]
    return _page("oidc/new.html", bearer, form=form, invitation=invitation)


@blueprint.post("/signin/joining/new")
def make_account() -> ResponseReturnValue:
    """An account for them."""
    bearer = bearer_at_hand()
    if bearer is None or current_user.is_authenticated or not bearer["is_confirmed"] or not bearer["email"]:
        return _nobody()
    invitation = _invitation(bearer)
    form = InvitedForm() if invitation else NewForm()
    if not form.validate():
        return _page("oidc/new.html", bearer, form=form, invitation=invitation), 400
    founded = None if invitation else form.organization.data
    joined = invitation.organisation.name if invitation else form.organization.data
    identity = (bearer["issuer"], bearer["subject"], bearer["provider"])
    with transaction():
        person = sign_up(form.name.data, bearer["email"], founded, identity, utcnow())
        if person is not None:
            outbox.post(person, letters.welcome(sender(), person.name, joined))
            after_commit(later.send_mail)
    if person is None:  # somebody was quicker: there is an account by now
        return redirect(url_for("oidc.settle", claim=request.args.get("claim")), 303)
    forget_bearer()
    wanted = url_for("organisation.invitation") if invitation else None
    given = bool(bearer.get("second_factor_given"))
    where = entering.enter(person, bearer["provider"], second_factor_given=given, wanted=wanted)
    return redirect(where, 303)


@blueprint.post("/signin/joining")
@confirmed_first("oidc.settle")
def join_account() -> ResponseReturnValue:
    """They are whoever is signed in here."""
    bearer, me = bearer_at_hand(), _me()
    if bearer is None:
        return _nobody()
    if not _may_join(bearer, me):
        return _page("oidc/join.html", bearer, may_join=False), 403
    now = utcnow()
    with transaction():
        joined = join(me.id, bearer["issuer"], bearer["subject"], bearer["provider"], now)
        if joined and me.email_verified_at is None and bearer["is_confirmed"] and _is_address_of(bearer, me):
            me.email_verified_at = now
        if joined:
            outbox.post(me, letters.identity_joined(sender(), me.name, provider(bearer["provider"]).settings.name, now))
            after_commit(later.send_mail)
    forget_bearer()
    if not joined:
        flash(_("Somebody is joined to that already."), "warning")
        return redirect(url_for("oidc.identities"), 303)
    name = provider(bearer["provider"]).settings.name
    flash(_("From now on you can sign in with %(provider)s.", provider=name), "success")
    return redirect(entering.where_to(me.id), 303)


@blueprint.post("/signin/joining/leave")
def leave() -> ResponseReturnValue:
    """They do not want to be joined to anybody."""
    forget_bearer()
    return redirect(url_for("oidc.identities") if current_user.is_authenticated else url_for("signin.show"), 303)


def _invitation(bearer: dict[str, Any]) -> Invitation | None:
    """The invitation that they come to accept: nobody with another address can."""
    found = invitation_at_hand()
    return found if found and email_key(found.email) == email_key(bearer["email"]) else None


def _may_join(bearer: dict[str, Any], me: Person) -> bool:
    """Who was signed in when they set out may join whom they like; else both must have one address, and the provider
    must know that it is theirs."""
    return bearer["person"] == me.id or (bearer["is_confirmed"] and _is_address_of(bearer, me))


def _is_address_of(bearer: dict[str, Any], me: Person) -> bool:
    return bool(bearer["email"]) and email_key(bearer["email"]) == me.email_key


def _me() -> Person:
    return db.session.get_one(Person, visitor.visitor().person_id, populate_existing=True)


def _nobody() -> ResponseReturnValue:
    flash(_("That took too long, or was done already. Please sign in again."), "notice")
    return redirect(url_for("oidc.identities") if current_user.is_authenticated else url_for("signin.show"), 303)


def _page(template: str, bearer: dict[str, Any], **more: Any) -> str:
    settings = provider(bearer["provider"]).settings
    return render_template(
        template, bearer=bearer, provider=settings, next=request.args.get("next", ""), **claim_aside(), **more
    )
