"""What the views of an organisation share: whose page it is, the page itself, and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, abort, render_template
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import DataRequired, Email, Length, ValidationError

from portal.accounts import invitations, members
from portal.accounts.models import Membership, Role
from portal.accounts.people import email_key
from portal.database import utcnow
from portal.language import lazily, marked
from portal.web.fields import one_line
from portal.web.visitor import visitor

blueprint = Blueprint("organisation", __name__)

ROLES: dict[str, str] = {Role.OWNER: marked("Owner"), Role.ADMIN: marked("Admin"), Role.MEMBER: marked("Member")}
MAY_NOT = marked("Your role here does not allow that. An owner can do it, or give you another role.")


class NameForm(FlaskForm):  # type: ignore[misc]
    """What an organisation is called."""

    name = StringField(
        lazily("Name of the organisation"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter a name.")),
            Length(max=200, message=lazily("Please use up to 200 characters.")),
        ],
    )


def _not_too_long_when_folded(_form: FlaskForm, typed: EmailField) -> None:
    if len(email_key(typed.data or "")) > 320:
        raise ValidationError(lazily("Please enter a shorter email address."))


def _may_be_given(_form: FlaskForm, chosen: SelectField) -> None:
    if chosen.data not in {value for value, _words in chosen.choices}:
        raise ValidationError(lazily("Please choose one of these roles."))


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """Who is invited, and as what."""

    email = EmailField(
        lazily("Email of your colleague"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter an email address.")),
            Email(lazily("Please enter an email address such as name@example.com."), check_deliverability=False),
            Length(max=320, message=lazily("Please enter a shorter email address.")),
            _not_too_long_when_folded,
        ],
    )
    role = SelectField(lazily("Role"), choices=[], validate_choice=False, validators=[_may_be_given])


@dataclass
class Draft:
    """What was typed or went wrong, for the page that is drawn again."""

    problem: str | None = None
    name: NameForm = field(default_factory=lambda: NameForm(formdata=None))
    invitation: InvitationForm = field(default_factory=lambda: InvitationForm(formdata=None))


def my_place(organisation_id: int) -> Membership:
    """The visitor's place in this organisation; for everybody else there is no such page."""
    return members.membership_of(visitor().person_id, organisation_id) or abort(404)


def roles_to_give(role: str) -> list[tuple[str, str]]:
    """What this role may invite others as, the least first."""
    given = [one for one in (Role.MEMBER, Role.ADMIN, Role.OWNER) if members.may_give(Role(role), one)]
    return [(str(one), str(lazily(ROLES[one]))) for one in given]


def settings_page(organisation_id: int, draft: Draft | None = None) -> str:
    """The page of an organisation: its members, who is invited, its name, and the way out."""
    me, draft = my_place(organisation_id), draft or Draft()
    runs = me.role in members.RUNNING
    draft.invitation.role.choices = roles_to_give(me.role)
    if not draft.name.name.errors:
        draft.name.name.data = me.organisation.name
    everybody = members.members_of(organisation_id)
    owners = sum(one.role == Role.OWNER for one in everybody)
    return render_template(
        "organisation/show.html",
        organisation=me.organisation,
        me=me,
        runs=runs,
        members=everybody,
        may_change={
            one.person_id: one is not me and members.may_change(Role(me.role), Role(one.role)) for one in everybody
        },
        last_owner=me.role == Role.OWNER and owners == 1,
        roles=ROLES,
        choices=roles_to_give(me.role),
        may_give=[value for value, _words in roles_to_give(me.role)],
        steps_down=[(str(one), ROLES[one]) for one in (Role.ADMIN, Role.MEMBER) if _is_less(one, me.role)],
        invitations=invitations.open_invitations(organisation_id) if runs else [],
        most_open=invitations.MOST_OPEN,
        now=utcnow(),
        draft=draft,
    )


def _is_less(role: Role, than: str) -> bool:
    return members.RANK[role] < members.RANK[Role(than)]
