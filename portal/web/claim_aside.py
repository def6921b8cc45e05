"""The purchase shown beside the sign-up and sign-in forms, so that a buyer never wonders whether it is still there."""

from __future__ import annotations

from typing import Any

from portal.database import utcnow
from portal.registration import claims
from portal.registration.claims import Standing
from portal.web.services import products, support
from portal.web.views import purchase_view
from portal.web.visitor import claim_at_hand


def claim_aside() -> dict[str, Any]:
    """For the template: `claim_id`, `purchase` (None when there is none), and the product's own support and terms."""
    claim_id = claim_at_hand()
    claim = claims.find_claim(claim_id) if claim_id else None
    if claim is None or claim.contract is None or claims.standing(claim, utcnow()) is Standing.GONE:
        return {"claim_id": claim_id, "purchase": None}
    product = products().named(claim.contract.product_code)
    aside = {
        "claim_id": claim_id,
        "purchase": purchase_view(claim.contract, products()),
        "support": support(product),
    }
    if product.terms_url:
        aside["terms_url"] = product.terms_url
    if product.privacy_url:
        aside["privacy_url"] = product.privacy_url
    return aside
