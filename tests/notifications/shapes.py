"""Messages in every shape AWS is known to send, made from their parts."""

import json
from typing import Any

PRODUCT = "4tidemarkarchive000000002"
CUSTOMER = "ifAPi5AcF3"
AGREEMENT = "agmt-1a2b3c4d5e6f7g8h9i0jklmno"
LICENCE = "arn:aws:license-manager::123456789012:license:l-0123456789abcdef0123456789abcdef"
LICENCE_OF_EVENTS = "aws:license-manager:us-east-1:123456789012:l-0123456789abcdef0123456789abcdef"
ACCOUNT = "098765432109"


def action(name: str = "entitlement-updated", **others: Any) -> dict[str, Any]:
    """What a legacy product says."""
    return {"action": name, "customer-identifier": CUSTOMER, "product-code": PRODUCT} | others


def wrapped(message: Any, message_id: str = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", **others: Any) -> str:
    """What SNS makes of it in a queue without raw delivery: JSON text inside JSON."""
    envelope = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": f"arn:aws:sns:us-east-1:287250355862:aws-mp-entitlement-notification-{PRODUCT}",
        "Message": json.dumps(message) if isinstance(message, dict) else message,
        "Timestamp": "2026-11-21T10:11:12.345Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/cert.pem",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    }
    return json.dumps(envelope | others)


def event(name: str = "License Updated - Manufacturer", detail: dict[str, Any] | None = None, **others: Any) -> str:
    """An event of Concurrent Agreements, as EventBridge puts it into a queue."""
    body = {
        "version": "0",
        "id": "01234567-0123-0123-0123-0123456789xy",
        "detail-type": name,
        "source": "aws.agreement-marketplace",
        "account": "123456789012",
        "time": "2026-11-21T10:11:12Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:agreement:{AGREEMENT}"],
        "detail": licence_detail() if detail is None else detail,
    }
    return json.dumps(body | others)


def licence_detail(**others: Any) -> dict[str, Any]:
    return {
        "requestId": "3d4f0f5c-request",
        "catalog": "AWSMarketplace",
        "agreement": {"id": AGREEMENT},
        "acceptor": {"accountId": ACCOUNT},
        "proposer": {"accountId": "123456789012"},
        "offer": {"id": "offer-1"},
        "product": {"id": "prod-abc", "code": PRODUCT},
        "license": {"arn": LICENCE_OF_EVENTS},
    } | others


def agreement_detail(**agreement: Any) -> dict[str, Any]:
    return {
        "requestId": "9a8b7c6d-request",
        "catalog": "AWSMarketplace",
        "agreement": {"id": AGREEMENT} | agreement,
        "acceptor": {"accountId": ACCOUNT},
        "proposer": {"accountId": "123456789012"},
        "offer": {"id": "offer-1"},
        "resaleAuthorization": {"id": None},
    }


CREATED = agreement_detail(
    intent="NEW",
    status="ACTIVE",
    acceptanceTime="2026-11-21T10:00:00Z",
    startTime="2026-11-21T10:00:00.000Z",
    endTime="2027-11-21T11:00:00+01:00",
)
AMENDED = agreement_detail(intent="AMEND", status="ACTIVE", autoRenewalEnabled="false", endTime="2028-01-01T00:00:00Z")
CANCELLATION = {
    "requestId": "1",
    "catalog": "AWSMarketplace",
    "agreement": {"id": AGREEMENT, "acceptorId": ACCOUNT, "productId": "prod-abc", "offerId": "offer-1"},
    "agreementCancellationRequest": {"id": "acr-1", "reasonCode": "OTHER", "statusCode": "APPROVED"},
}

ALL = [
    wrapped(action()),
    wrapped(action("subscribe-success", isFreeTrialTermPresent="true", **{"offer-identifier": "offer-1"})),
    json.dumps(action("unsubscribe-pending")),
    json.dumps({"Type": "Notification", "Message": action()}),
    event(),
    event("License Deprovisioned - Manufacturer"),
    event("Purchase Agreement Created - Proposer", CREATED),
    event("Purchase Agreement Amended - Manufacturer", AMENDED),
    event("Purchase Agreement Ended - Proposer", agreement_detail(status="EXPIRED")),
    event("Agreement Cancellation Request Approved - Proposer", CANCELLATION, resources=[]),
]
