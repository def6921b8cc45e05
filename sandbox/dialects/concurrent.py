"""Concurrent Agreements: EventBridge events with the shapes of the seller guide's event reference.

A direct offer makes the seller both manufacturer and proposer, and then AWS sends agreement events in their
Proposer variant only; licence events exist as Manufacturer alone. Agreement events name no product code and no
licence, licence events carry no quantities: both on purpose, as in AWS.
"""

import uuid
from typing import Any

from sandbox.agreements import SELLER_ACCOUNT_ID, Agreement, timestamp
from sandbox.catalogue import Product
from sandbox.dialects.notice import Notice, Sale

CREATED = "Purchase Agreement Created - Proposer"
AMENDED = "Purchase Agreement Amended - Proposer"
ENDED = "Purchase Agreement Ended - Proposer"
LICENSE_UPDATED = "License Updated - Manufacturer"
LICENSE_DEPROVISIONED = "License Deprovisioned - Manufacturer"


class Concurrent:
    """The dialect of products with concurrent agreements."""

    def started(self, sale: Sale) -> list[Notice]:
        return [
            _event(CREATED, sale.agreement, _terms(sale.agreement, "NEW"), NO_RESALE),
            _license_event(LICENSE_UPDATED, sale.product, sale.agreement),
        ]

    def amended(self, sale: Sale, entitlements_changed: bool) -> list[Notice]:
        terms = _terms(sale.agreement, "AMEND") | {"autoRenewalEnabled": sale.agreement.auto_renew}
        notices = [_event(AMENDED, sale.agreement, terms, NO_RESALE)]
        if entitlements_changed:
            notices.append(_license_event(LICENSE_UPDATED, sale.product, sale.agreement))
        return notices

    def renewed(self, new: Sale, old: Agreement) -> list[Notice]:
        terms = _terms(new.agreement, "RENEW") | {"previousAgreementId": old.agreement_id}
        notices = [
            _event(CREATED, new.agreement, terms, NO_RESALE),
            _license_event(LICENSE_UPDATED, new.product, new.agreement),
            _event(ENDED, old, {"status": old.status}, NO_RESALE),
        ]
        if old.license_arn != new.agreement.license_arn:
            notices.append(_license_event(LICENSE_DEPROVISIONED, new.product, old))
        return notices

    def ended(self, sale: Sale) -> list[Notice]:
        return [
            _event(ENDED, sale.agreement, {"status": sale.agreement.status}, NO_RESALE),
            _license_event(LICENSE_DEPROVISIONED, sale.product, sale.agreement),
        ]


NO_RESALE = {"resaleAuthorization": None}  # printed as null for direct offers


def _terms(agreement: Agreement, intent: str) -> dict[str, Any]:
    terms = {
        "intent": intent,
        "status": agreement.status,
        "acceptanceTime": timestamp(agreement.accepted_at),
        "startTime": timestamp(agreement.starts_at),
    }
    if agreement.ends_at:  # pay as you go has no end
        terms["endTime"] = timestamp(agreement.ends_at)
    return terms


def _license_event(name: str, product: Product, agreement: Agreement) -> Notice:
    # The event reference prints licence ARNs without "arn:" and without "license:", unlike the APIs. Integrations
    # have to cope with it, so this is the form they get to practise on.
    license_id = agreement.license_arn.rsplit(":", 1)[-1]
    event_arn = f"aws:license-manager:us-east-1:{SELLER_ACCOUNT_ID}:{license_id}"
    more = {"product": {"code": product.code, "id": product.id}, "license": {"arn": event_arn}}
    return _event(name, agreement, {}, more)


def _event(name: str, agreement: Agreement, terms: dict[str, Any], more: dict[str, Any]) -> Notice:
    detail = {
        "requestId": str(uuid.uuid4()),
        "catalog": "AWSMarketplace",
        "agreement": {"id": agreement.agreement_id, **terms},
        "acceptor": {"accountId": agreement.account_id},
        "proposer": {"accountId": SELLER_ACCOUNT_ID},
        "offer": {"id": agreement.offer_id},
        **more,
    }
    body = {
        "source": "aws.agreement-marketplace",
        "detail-type": name,
        "time": timestamp(agreement.changed_at),
        "resources": [f"arn:aws:aws-marketplace::aws:agreement:{agreement.agreement_id}"],
        "detail": detail,
    }
    return Notice(name=name, body=body)
