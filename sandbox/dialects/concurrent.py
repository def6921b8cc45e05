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

    def agreed(self, sale: Sale, previous: Agreement | None) -> list[Notice]:
        terms = _terms(sale.agreement, sale.agreement.intent)
        if previous and sale.agreement.intent == "RENEW":  # of a replacement the event does not tell
            terms["previousAgreementId"] = previous.agreement_id
        return [event(CREATED, sale.agreement, terms, NO_RESALE)]

    def began(self, sale: Sale, old: Agreement | None) -> list[Notice]:
        notices = [_license_event(LICENSE_UPDATED, sale.product, sale.agreement)]
        if old:
            notices.append(event(ENDED, old, {"status": old.status}, NO_RESALE))
            if old.license_arn != sale.agreement.license_arn:
                notices.append(_license_event(LICENSE_DEPROVISIONED, sale.product, old))
        return notices

    def failed(self, _sale: Sale) -> list[Notice]:
        return []  # what says so is that no License Updated comes

    def amended(self, sale: Sale, entitlements_changed: bool) -> list[Notice]:
        terms = _terms(sale.agreement, "AMEND") | {"autoRenewalEnabled": sale.agreement.auto_renew}
        notices = [event(AMENDED, sale.agreement, terms, NO_RESALE)]
        if entitlements_changed and sale.agreement.is_licensed:
            notices.append(_license_event(LICENSE_UPDATED, sale.product, sale.agreement))
        return notices

    def ended(self, sale: Sale) -> list[Notice]:
        notices = [event(ENDED, sale.agreement, {"status": sale.agreement.status}, NO_RESALE)]
        if sale.agreement.is_licensed:
            notices.append(_license_event(LICENSE_DEPROVISIONED, sale.product, sale.agreement))
        return notices


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
    return event(name, agreement, {}, more)


def event(name: str, agreement: Agreement, terms: dict[str, Any], more: dict[str, Any]) -> Notice:
    """An event about an agreement: `terms` stand beside its id, `more` beside the parties."""
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
