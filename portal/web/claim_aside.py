"""The purchase that the sign-up and sign-in forms carry along, shown beside them so that nobody wonders where it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from portal.database import utcnow
from portal.registration import claims
from portal.registration.claims import Standing
from portal.services import products, support
from portal.web.views import purchase_view
from portal.web.visitor import claim_at_hand, drop_claim


def claim_to_go_on_with() -> UUID | None:
    """The purchase at hand, unless it is used, expired or refused: then it is forgotten, and one goes on without. With
    one that was handed over another browser goes on."""
    claim_id = claim_at_hand()
    where = claims.standing(claims.find_claim(claim_id), utcnow()) if claim_id else None
    if claim_id and where in {Standing.GONE, Standing.REFUSED}:
        drop_claim(claim_id)
        return None
    return None if where is Standing.HANDED_OVER else claim_id


def claim_aside() -> dict[str, Any]:
    """For the template: `claim_id`, `purchase` (None when there is none), and the product's own support and terms."""
    claim_id = claim_at_hand()
    claim = claims.find_claim(claim_id) if claim_id else None
    if claim is None or claim.contract is None or claims.standing(claim, utcnow()) is not Standing.OPEN:
        return {"claim_id": claim_id, "purchase": None}
    product = products().named(claim.contract.product_code)
    aside: dict[str, Any] = {
        "claim_id": claim_id,
        "purchase": purchase_view(claim.contract, products()),
        "support": support(product),
    }
    if product.terms_url:
        aside["terms_url"] = product.terms_url
    if product.privacy_url:
        aside["privacy_url"] = product.privacy_url
    return aside
