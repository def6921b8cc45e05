"""Events that change no entitlement: advisories, reminders of the end, and cancellation requests.

EventBridge has them, SNS has nothing like them. Their shapes are those of the seller guide's event reference.
"""

from datetime import datetime

from sandbox.agreements import Agreement, timestamp
from sandbox.dialects.concurrent import event
from sandbox.dialects.notice import Notice, Sale

ADVISORIES = {False: "Purchase Agreement Advisory Issued - Manufacturer",
              True: "Purchase Agreement Advisory Resolved - Manufacturer"}  # fmt: skip
ENDING = "Purchase Agreement Ending - Proposer"
REMINDERS = (180, 120, 90, 60, 30)  # days before the end
REQUESTS = {
    "PENDING_APPROVAL": "Agreement Cancellation Request Pending Approval - Proposer",
    "APPROVED": "Agreement Cancellation Request Approved - Proposer",
    "REJECTED": "Agreement Cancellation Request Rejected - Proposer",
    "CANCELLED": "Agreement Cancellation Request Cancelled - Proposer",
    "VALIDATION_FAILED": "Agreement Cancellation Request Validation Failed - Proposer",
}


def advisory(sale: Sale, resolved: bool, now: datetime) -> Notice:
    """AWS suspects something about the buyer's account, or no longer does."""
    when = {"resolvedAt" if resolved else "issuedAt": timestamp(now)}
    notice = event(ADVISORIES[resolved], sale.agreement, {}, {"product": {"id": sale.product.id}, "advisory": when})
    return _at(notice, now)


def ending(sale: Sale, days: int, now: datetime) -> Notice:
    """The end of the term is so many days away."""
    agreement = sale.agreement
    terms = {
        "startTime": timestamp(agreement.starts_at),
        "endTime": timestamp(agreement.ends_at),
        "status": agreement.status,
        "daysBeforeEndTime": days,
        "autoRenewalEnabled": agreement.auto_renew,
    }
    return _at(event(ENDING, agreement, terms, {}), now)


def cancellation(sale: Sale, now: datetime) -> Notice:
    """How the seller's request to cancel stands. Flat inside `agreement`, and with no resources, unlike the others."""
    agreement: Agreement = sale.agreement
    request = agreement.cancellation_request or {}
    notice = _at(event(REQUESTS[request["statusCode"]], agreement, {}, {}), now)
    notice.body["resources"] = []
    notice.body["detail"] = {
        "requestId": notice.body["detail"]["requestId"],
        "catalog": "AWSMarketplace",
        "agreement": {
            "id": agreement.agreement_id,
            "acceptorId": agreement.account_id,
            "productId": sale.product.id,
            "offerId": agreement.offer_id,
        },
        "agreementCancellationRequest": request,
    }
    return notice


def _at(notice: Notice, now: datetime) -> Notice:
    notice.body["time"] = timestamp(now)  # the agreement itself did not change
    return notice
