"""Handing a purchase over: to a colleague by mail, to another browser, or to oneself for later."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Email, Length

from portal.accounts.models import Person
from portal.accounts.people import email_key
from portal.blueprints.landing import blueprint
from portal.blueprints.landing.standing import claim_or_problem, contract_of, gone
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.language import lazily
from portal.registration import giving, handover
from portal.registration.giving import Post
from portal.registration.handed import links_of
from portal.registration.handover import Giver, TooManyLetters, TooManyLinks
from portal.registration.linking import ClaimGone
from portal.registration.models import Claim, Way
from portal.services import products, sender, support
from portal.web.fields import one_line
from portal.web.views import purchase_view
from portal.web.visitor import brought, visitor


class ColleagueForm(FlaskForm):  # type: ignore[misc]
    """Who is to set the purchase up, and who asks them to."""

    name = StringField(
        lazily("Your name"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter your name, so that your colleague knows who asks.")),
            Length(max=80, message=lazily("Please use up to 80 characters for your name.")),
        ],
    )
    email = EmailField(
        lazily("Your colleague’s email address"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter your colleague’s email address.")),
            Email(lazily("Please enter an email address such as name@example.com."), check_deliverability=False),
            Length(max=320),
        ],
    )


@blueprint.get("/purchases/<uuid:claim_id>/hand-over")
def hand_over(claim_id: UUID) -> ResponseReturnValue:
    """The ways to have somebody else, or another browser, go on with the purchase."""
    claim, problem = claim_or_problem(claim_id)
    return _page(claim, ColleagueForm(formdata=None)) if problem is None else problem


@blueprint.post("/purchases/<uuid:claim_id>/hand-over/mail")
def hand_over_by_mail(claim_id: UUID) -> ResponseReturnValue:
    """Send a link to a colleague."""
    claim, problem = claim_or_problem(claim_id)
    if problem is not None:
        return problem
    form = ColleagueForm()
    if current_user.is_authenticated:
        form.name.data = visitor().name
    if not form.validate() or len(email_key(form.email.data)) > 320:
        return _page(claim, form), 400
    try:
        with transaction():
            giving.mail_to_colleague(claim_id, _giver(form.name.data), form.email.data, _post(), utcnow())
            after_commit(later.send_mail)
    except ClaimGone:
        return gone()
    except (TooManyLinks, TooManyLetters) as error:
        return _page(claim, form, problem=_too_many(error)), 429
    flash(_("The link is on its way to %(email)s.", email=form.email.data), "success")
    return redirect(url_for("landing.hand_over", claim_id=claim_id), 303)


@blueprint.post("/purchases/<uuid:claim_id>/hand-over/copy")
def hand_over_by_copy(claim_id: UUID) -> ResponseReturnValue:
    """Make a link for another browser. It is in this answer and nowhere else."""
    claim, problem = claim_or_problem(claim_id)
    if problem is not None:
        return problem
    form = ColleagueForm(formdata=None)
    try:
        with transaction():
            link = handover.offer(claim_id, Way.COPY, _giver(None), utcnow())
    except ClaimGone:
        return gone()
    except TooManyLinks as error:
        return _page(claim, form, problem=_too_many(error)), 429
    return _page(claim, form, address=_post().address(link), works_until=link.hand_over.expires_at)


@blueprint.post("/purchases/<uuid:claim_id>/hand-over/later")
@login_required
def hand_over_to_later(claim_id: UUID) -> ResponseReturnValue:
    """Send the visitor a link to go on with later, from whatever browser."""
    claim, problem = claim_or_problem(claim_id)
    if problem is not None:
        return problem
    person = db.session.get_one(Person, visitor().person_id)
    try:
        with transaction():
            giving.mail_to_themselves(claim_id, person, _post(), utcnow())
            after_commit(later.send_mail)
    except ClaimGone:
        return gone()
    except (TooManyLinks, TooManyLetters) as error:
        return _page(claim, ColleagueForm(formdata=None), problem=_too_many(error)), 429
    flash(_("The link is on its way to %(email)s.", email=person.email), "success")
    return redirect(url_for("landing.hand_over", claim_id=claim_id), 303)


@blueprint.post("/purchases/<uuid:claim_id>/hand-over/<int:link_id>/revoke")
def revoke_hand_over(claim_id: UUID, link_id: int) -> ResponseReturnValue:
    """Let a link that nobody has used do nothing."""
    if not brought(claim_id):
        return gone()
    with transaction():
        revoked = handover.revoke(claim_id, link_id, _giver(None).actor, utcnow())
    if not revoked:
        return abort(404) if not any(one.id == link_id for one in links_of(claim_id)) else gone()
    flash(_("The link does nothing any more."), "success")
    return redirect(url_for("landing.hand_over", claim_id=claim_id), 303)


@blueprint.post("/purchases/<uuid:claim_id>/take-back")
def take_back(claim_id: UUID) -> ResponseReturnValue:
    """Go on in this browser after all, while nobody has linked the purchase."""
    if not brought(claim_id):
        return gone()
    try:
        with transaction():
            handover.take_back(claim_id, _giver(None).actor, utcnow())
    except ClaimGone:
        flash(_("It is too late to take it back."), "warning")
    else:
        flash(_("You have the purchase back. The other browser cannot go on with it."), "success")
    return redirect(url_for("landing.choose", claim_id=claim_id), 303)


def _giver(name: str | None) -> Giver:
    """Who is before this browser; a name that was typed counts for strangers only."""
    return Giver(visitor().name, visitor().person_id) if current_user.is_authenticated else Giver(name)


def _post() -> Post:
    return Post(sender(), products())


def _too_many(error: Exception) -> str:
    if isinstance(error, TooManyLetters):
        return _("This address has got several such links today. Please use another way, or wait until tomorrow.")
    return _("This purchase has as many links as one day allows. Please use one of them, or wait until tomorrow.")


def _page(claim: Claim | None, form: ColleagueForm, **more: object) -> str:
    contract = contract_of(claim)
    now = utcnow()
    links = links_of(claim.id) if claim else ()
    return render_template(
        "landing/hand_over.html",
        claim_id=claim.id if claim else None,
        purchase=purchase_view(contract, products()),
        support=support(products().get(contract.product_code)),
        form=form,
        links=[one for one in links if one.is_open(now)],
        wanted=one_line(request.args.get("to"))[:320],
        **more,
    )
