"""Where a brought purchase stands, and the page for each way in which there is nothing to go on with."""

from __future__ import annotations

from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.contracts.models import Contract
from portal.contracts.overview import may_see
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.mail import letters, outbox
from portal.marketplace.errors import MarketplaceRefused, TokenExpired, TokenInvalid
from portal.registration import claims
from portal.registration.arrival import NotOurProduct, PurchaseUnclear
from portal.registration.claims import Standing
from portal.registration.handed import fate_of
from portal.registration.models import Claim
from portal.services import products, sender, settings, support
from portal.web.views import purchase_view
from portal.web.visitor import brought, drop_claim, visitor

WAIT_SECONDS = 5

_PROBLEMS: dict[str, tuple[str, int]] = {
    TokenInvalid.__name__: ("landing/token_unreadable.html", 400),
    TokenExpired.__name__: ("landing/token_expired.html", 410),
    NotOurProduct.__name__: ("landing/not_ours.html", 422),
    PurchaseUnclear.__name__: ("landing/unclear.html", 409),
    MarketplaceRefused.__name__: ("landing/refused.html", 502),
}


def claim_or_problem(claim_id: UUID) -> tuple[Claim, None] | tuple[None, ResponseReturnValue]:
    """The open claim that this browser brought, or the page that says why there is none to work with."""
    claim = claims.find_claim(claim_id) if brought(claim_id) else None
    where = claims.standing(claim, utcnow())
    if claim is None or where is Standing.GONE:
        drop_claim(claim_id)
        return None, gone()
    if where is Standing.WAITING:
        page = render_template("landing/waiting.html", claim_id=claim_id, refresh_seconds=WAIT_SECONDS)
        return None, (page, 503, {"Retry-After": str(WAIT_SECONDS)})
    if where is Standing.REFUSED:
        return None, problem(claim.problem or TokenInvalid.__name__)
    if where is Standing.HANDED_OVER:
        return None, _handed_over(claim)
    if where is Standing.LINKED:
        return None, _linked(claim)
    return claim, None


def _linked(claim: Claim) -> ResponseReturnValue:
    """A purchase that is set up already: its own people go straight to it, others learn no more than that."""
    contract = contract_of(claim)
    if not current_user.is_authenticated:
        return render_template(
            "landing/already_linked_sign_in.html", claim_id=claim.id, purchase=purchase_view(contract, products())
        )
    if may_see(visitor().person_id, contract.id):
        drop_claim(claim.id)
        return redirect(url_for("contracts.show", contract_id=contract.id), 303)
    return taken(claim)


def _handed_over(claim: Claim) -> ResponseReturnValue:
    """Another browser goes on with it, or has; who belongs to where it was linked goes straight to the contract."""
    contract = contract_of(claim)
    if current_user.is_authenticated and may_see(visitor().person_id, contract.id):
        drop_claim(claim.id)
        return redirect(url_for("contracts.show", contract_id=contract.id), 303)
    return render_template(
        "landing/handed_over.html",
        claim_id=claim.id,
        product_title=products().named(contract.product_code).title,
        fate=fate_of(claim.id),
    )


def taken(claim: Claim) -> ResponseReturnValue:
    """Linked to an organisation that is not the visitor's; whose, is not said."""
    return _conflict("landing/taken.html", claim)


def lost_race(claim: Claim | None) -> ResponseReturnValue:
    """Somebody else linked it while this visitor was about to."""
    return _conflict("landing/lost_race.html", claim)


def _conflict(template: str, claim: Claim | None) -> ResponseReturnValue:
    if claim is not None:
        drop_claim(claim.id)  # so that the next sign-in does not lead here again
    product = products().get(contract_of(claim).product_code)
    return render_template(template, support=support(product)), 409


def gone() -> ResponseReturnValue:
    """Used, expired, or never this browser's."""
    return render_template("landing/claim_gone.html"), 410


def problem(name: str) -> ResponseReturnValue:
    """AWS, or the products file, said no: the page for the error of this name."""
    template, status = _PROBLEMS.get(name, _PROBLEMS[TokenInvalid.__name__])
    told = name == MarketplaceRefused.__name__ and _tell_support()
    return render_template(template, support_told=told), status


def _tell_support() -> bool:
    """Write to support that AWS refuses us, once an hour; whether there is a way to."""
    email = support().email
    if not email or not settings().smtp_url:
        return False
    with transaction():
        outbox.post_rarely(email, letters.aws_refuses(sender()), utcnow())
        after_commit(later.send_mail)
    return True


def contract_of(claim: Claim | None) -> Contract:
    """The purchase of a claim that has one."""
    if claim is None or claim.contract is None:
        abort(410)
    return claim.contract
