"""One event of every kind the portal wants to hear, as AWS sends them. Pure.

The shapes are those of the user guide's pages on EventBridge events (protocol facts, 5.5 and 5.6).
"""

from __future__ import annotations

from typing import Any

from portal.products import Product

NEEDED = (
    "License Updated - Manufacturer",
    "License Deprovisioned - Manufacturer",
    "Purchase Agreement Created - Proposer",
    "Purchase Agreement Created - Manufacturer",
    "Purchase Agreement Amended - Proposer",
    "Purchase Agreement Amended - Manufacturer",
    "Purchase Agreement Ended - Proposer",
    "Purchase Agreement Ended - Manufacturer",
)
"""A direct offer is told to the proposer only, a channel partner's to the manufacturer: both are needed."""
USEFUL = (
    "Purchase Agreement Ending - Proposer",
    "Purchase Agreement Advisory Issued - Manufacturer",
    "Purchase Agreement Advisory Resolved - Manufacturer",
    "Agreement Cancellation Request Pending Approval - Proposer",
)
"""For people to see; nothing else depends on them."""


def event(detail_type: str, product: Product, account: str) -> dict[str, Any]:
    """An event of this type about a product, in the seller's account."""
    detail: dict[str, Any] = {
        "requestId": "3d4c9f9b-b809-4f5e-9fac-a9ae98b05cbb",
        "catalog": "AWSMarketplace",
        "agreement": {"id": "agmt-1111111111111111111111111", "status": "ACTIVE", "intent": "NEW"},
        "acceptor": {"accountId": "222222222222"},
        "proposer": {"accountId": account},
        "offer": {"id": "offer-1111111111111"},
    }
    if detail_type.startswith("License"):
        detail |= {
            "license": {"arn": "arn:aws:license-manager::294406891311:license:l-11111111111111111111111111111111"},
            "product": {"id": product.id or "prod-1111111111111", "code": product.code},
        }
    return {
        "version": "0",
        "id": "01234567-0123-0123-0123-0123456789ab",
        "detail-type": detail_type,
        "source": "aws.agreement-marketplace",
        "account": account,
        "time": "2026-11-01T12:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:aws-marketplace::aws:agreement:agmt-1111111111111111111111111"],
        "detail": detail,
    }
