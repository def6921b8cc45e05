"""Whose a contract is, who moves it, and the page from which it is moved."""

from __future__ import annotations

from uuid import UUID

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import DataRequired, Email, Length

from portal.accounts.members import who_runs
from portal.accounts.models import Person, Role
from portal.accounts.people import memberships_of
from portal.contracts.models import Contract
from portal.contracts.overview import contract_of
from portal.database import db, utcnow
from portal.language import gettext as _
from portal.language import lazily
from portal.registration import consent
from portal.registration.by_customers import Mover
from portal.registration.giving import Post
from portal.registration.linking import LINKING_ROLES
from portal.services import products, sender
from portal.web.fields import one_line
from portal.web.views import contract_card
from portal.web.visitor import visitor


class OfferForm(FlaskForm):  # type: ignore[misc]
    """The owner who is asked."""

    email = EmailField(
        lazily("Email address of an owner there"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter the email address of an owner there.")),
            Email(lazily("Please enter an email address such as name@example.com."), check_deliverability=False),
            Length(max=320),
        ],
    )


def mine(contract_id: UUID) -> tuple[Contract, Role | None]:
    """A contract of the visitor's, and their role there; 404 for what is not theirs."""
    overview = contract_of(visitor().person_id, contract_id) or abort(404)
    db.session.refresh(overview.contract)
    contract = overview.contract
    found = [one for one in memberships_of(visitor().person_id) if one.organisation_id == contract.organisation_id]
    return contract, Role(found[0].role) if found else None


def choose_page(contract: Contract, role: Role | None, form: OfferForm | None = None, problem: str = "") -> str:
    others = [one for one in memberships_of(visitor().person_id) if one.organisation_id != contract.organisation_id]
    return render_template(
        "moving/choose.html",
        contract=contract_card(contract, products()),
        form=form or OfferForm(formdata=None),
        owner=role is Role.OWNER,
        others=others,
        whom_to_ask=who_runs([one.organisation_id for one in others if one.role not in LINKING_ROLES]),
        may_take=LINKING_ROLES,
        chosen=request.values.get("to", ""),
        offer=consent.open_offer(contract.id, contract.organisation_id or 0, utcnow()),
        problem=problem,
    )


def may_not(contract: Contract) -> ResponseReturnValue:
    organisation_id = contract.organisation_id or 0
    names = who_runs([organisation_id])[organisation_id]
    return render_template("moving/may_not.html", contract=contract_card(contract, products()), names=names), 403


def changed() -> str:
    return _("The contract changed while you looked. Please read this again before you confirm.")


def number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(400)
    return int(text)


def person() -> Person:
    return db.session.get_one(Person, visitor().person_id)


def mover() -> Mover:
    return Mover(visitor().person_id, visitor().name)


def post() -> Post:
    return Post(sender(), products())
