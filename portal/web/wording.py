"""The words pages use for what the records say."""

from __future__ import annotations

from portal.contracts.entitlements import in_words
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause

STATES = {
    State.WAITING: (
        "Waiting for AWS",
        "AWS has not confirmed this purchase yet. That usually takes a few minutes; this page follows by itself.",
    ),
    State.ACTIVE: ("Active", "AWS confirms this contract."),
    State.CHANGING: (
        "Changing",
        "AWS Marketplace has told us of a change, and does not show it yet. What you had until now still holds.",
    ),
    State.ENDING: ("Ending", "This contract is about to end on AWS Marketplace."),
    State.ENDED: ("Ended", "AWS Marketplace shows no entitlement for this contract any more."),
    State.SUPERSEDED: ("Continued", "Another contract renews or replaces this one."),
}
PAYMENT_FAILED = "PAYMENT_FAILED"
"""Our word for AWS's subscribe-fail, kept where AWS's words for an end are kept."""
WAITING_FOR_PAYMENT = (
    "AWS Marketplace could not begin this purchase: the payment may have failed. Please look at your payment method on "
    "AWS; as soon as AWS confirms the purchase, this page follows by itself."
)
CAUSES = {
    Cause.LANDING: "Set up from AWS Marketplace",
    Cause.NOTIFICATION: "Changed on AWS Marketplace",
    Cause.REFRESH: "Found when checking with AWS",
    Cause.SWEEP: "Found when checking with AWS",
    Cause.LINK: "Linked",
    Cause.IMPORT: "Brought in by the seller",
    Cause.RENEWAL: "Renewed on AWS Marketplace",
    Cause.MOVE: "Changed by our support",
    Cause.CONSENT: "Moved by its own people",
}
SUBJECTS = {
    "opened": "Purchase",
    "state": "Status",
    "organisation": "Organisation",
    "starts_at": "Start",
    "ends_at": "End",
    "auto_renew": "Automatic renewal",
    "ended_because": "Reason for the end",
    "continues": "Renewal",
}
REASONS = {
    "CANCELLED": "Cancelled",
    "EXPIRED": "Expired",
    "TERMINATED": "Terminated by AWS",
    "RENEWED": "Renewed",
    "REPLACED": "Replaced",
    PAYMENT_FAILED: "Payment failed",
}


def value_in_words(value: str, value_type: str, unit: str, known: bool) -> str:
    # A tier (a plan) is a known dimension that counts nothing: AWS sends 1 for "has it".
    return (
        "Included" if known and not unit and value_type == "integer" and value == "1" else in_words(value, value_type)
    )


def reason_in_words(word: str) -> str:
    return REASONS.get(word, word)
