"""Creating an account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length, ValidationError

from portal.accounts import passwords, verifying
from portal.accounts.models import Invitation
from portal.accounts.people import NewPerson, email_key, person_with_email, sign_up
from portal.database import after_commit, transaction, utcnow
from portal.extensions import csrf
from portal.jobs import later
from portal.language import DEFAULT, language, lazily
from portal.language import gettext as _
from portal.mail import letters, outbox
from portal.registration import claims
from portal.services import sender, settings
from portal.web.claim_aside import claim_aside, claim_to_go_on_with
from portal.web.fields import one_line
from portal.web.invited import invitation_at_hand
from portal.web.new_password import complain
from portal.web.visitor import claim_at_hand

blueprint = Blueprint("signup", __name__)

SHORTEST_PASSWORD, LONGEST_PASSWORD = passwords.SHORTEST, passwords.LONGEST
PREFILL = "prefill_email"
INVITED = "invitation"
"""In the address where somebody signs up to accept the invitation they brought."""


def _not_too_long_when_folded(_form: FlaskForm, field: EmailField) -> None:
    # One character may stand for many: folding for comparison writes them out.
    if len(email_key(field.data or "")) > 320:
        raise ValidationError(_("Please enter a shorter email address."))


class SignUpForm(FlaskForm):  # type: ignore[misc]
    """Who signs up. Nothing about payment is asked: AWS Marketplace alone charges."""

    name = StringField(
        lazily("Your name"),
        filters=[one_line],
        validators=[DataRequired(lazily("Please enter your name.")), Length(max=200)],
    )
    email = EmailField(
        lazily("Work email"),
        filters=[one_line],
        # Whether the address works is found out by writing to it; DNS may not be at hand, and consumer mail is welcome.
        validators=[
            DataRequired(lazily("Please enter your email address.")),
            Email(lazily("Please enter an email address such as name@example.com."), check_deliverability=False),
            Length(max=320),
            _not_too_long_when_folded,
        ],
    )
    password = PasswordField(
        lazily("Password"),
        validators=[
            DataRequired(lazily("Please choose a password.")),
            Length(
                SHORTEST_PASSWORD,
                LONGEST_PASSWORD,
                lazily("Please use %(least)s to %(most)s characters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD),
            ),
        ],
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


class InvitedForm(SignUpForm):
    """Who signs up to accept an invitation: its address is theirs, and its organisation too."""

    email = None
    organization = None


@blueprint.get("/signup")
def show() -> ResponseReturnValue:
    """The form; somebody signed in already goes on with what they have."""
    claim_id = claim_to_go_on_with()
    if current_user.is_authenticated:
        return redirect(url_for("landing.choose", claim_id=claim_id) if claim_id else url_for("contracts.index"))
    invitation = _invitation()
    if invitation is None and INVITED in request.args:
        return redirect(url_for("organisation.invitation"))  # which says that it is good no more
    return _page(InvitedForm(formdata=None) if invitation else SignUpForm(formdata=None), invitation)


@blueprint.post("/signup")
@csrf.exempt  # the form checks its own token, and keeps what was typed when that is stale
def create() -> ResponseReturnValue:
    """Create the account, and ask to sign in with it; known and unknown addresses get the same answer."""
    invitation = _invitation()
    if invitation is None and INVITED in request.args:
        return redirect(url_for("organisation.invitation"), 303)
    form = InvitedForm() if invitation else SignUpForm()
    email = invitation.email if invitation else form.email.data
    founded = None if invitation else form.organization.data
    joined = invitation.organisation.name if invitation else str(founded or "")
    if not form.validate() or complain(form.password, form.name.data, email, joined):
        return _page(form, invitation), 400
    new = NewPerson(form.name.data, email, form.password.data, founded)
    with transaction():
        person = sign_up(new, utcnow())
        if person:
            person.language = spoken if (spoken := language()) != DEFAULT else None  # letters come as the page did
            link = settings().portal_url + url_for("verifying.show", token=verifying.link_for(person, utcnow()))
            outbox.post(person, letters.welcome(sender(), person.name, joined, link))
        elif known := person_with_email(new.email):
            outbox.post_rarely(known, letters.already_a_customer(sender(), known.name), utcnow())
        claims.note_known(claim_at_hand(), utcnow(), person.id if person else None)
        after_commit(later.send_mail)
    session[PREFILL] = new.email
    flash(_("Your account is ready. Sign in with the email address and password you chose."), "success")
    if invitation:
        return redirect(url_for("signin.show", next=url_for("organisation.invitation")), 303)
    return redirect(url_for("signin.show", claim=claim_at_hand()), 303)


def _invitation() -> Invitation | None:
    """The invitation that somebody signs up to accept, if they came from its page."""
    return invitation_at_hand() if INVITED in request.args else None


def _page(form: SignUpForm, invitation: Invitation | None = None) -> str:
    return render_template("signup/signup.html", form=form, invitation=invitation, **claim_aside())
