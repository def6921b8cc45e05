"""The words pages use for what the records say."""

from __future__ import annotations

from decimal import Decimal

from portal.contracts.lifecycle import State
from portal.contracts.models import Cause
from portal.language import gettext as _
from portal.language import marked, number

STATES = {
    State.WAITING: (
        marked("Waiting for AWS"),
        marked(
            "AWS has not confirmed this purchase yet. That usually takes a few minutes; this page follows by itself."
        ),
    ),
    State.ACTIVE: (marked("Active"), marked("AWS confirms this contract.")),
    State.CHANGING: (
        marked("Changing"),
        marked(
            "AWS Marketplace has told us of a change, and does not show it yet. What you had until now still holds."
        ),
    ),
    State.ENDING: (marked("Ending"), marked("This contract is about to end on AWS Marketplace.")),
    State.ENDED: (marked("Ended"), marked("AWS Marketplace shows no entitlement for this contract any more.")),
    State.SUPERSEDED: (marked("Continued"), marked("Another contract renews or replaces this one.")),
}
PAYMENT_FAILED = "PAYMENT_FAILED"
"""Our word for AWS's subscribe-fail, kept where AWS's words for an end are kept."""
WAITING_FOR_PAYMENT = marked(
    "AWS Marketplace could not begin this purchase: the payment may have failed. Please look at your payment method on "
    "AWS; as soon as AWS confirms the purchase, this page follows by itself."
)
CAUSES = {
    Cause.LANDING: marked("Set up from AWS Marketplace"),
    Cause.NOTIFICATION: marked("Changed on AWS Marketplace"),
    Cause.REFRESH: marked("Found when checking with AWS"),
    Cause.SWEEP: marked("Found when checking with AWS"),
    Cause.LINK: marked("Linked"),
    Cause.IMPORT: marked("Brought in by the seller"),
    Cause.RENEWAL: marked("Renewed on AWS Marketplace"),
    Cause.MOVE: marked("Changed by our support"),
    Cause.CONSENT: marked("Moved by its own people"),
}
SUBJECTS = {
    "opened": marked("Purchase"),
    "state": marked("Status"),
    "organisation": marked("Organisation"),
    "starts_at": marked("Start"),
    "ends_at": marked("End"),
    "auto_renew": marked("Automatic renewal"),
    "ended_because": marked("Reason for the end"),
    "continues": marked("Renewal"),
}
REASONS = {
    "CANCELLED": marked("Cancelled"),
    "EXPIRED": marked("Expired"),
    "TERMINATED": marked("Terminated by AWS"),
    "RENEWED": marked("Renewed"),
    "REPLACED": marked("Replaced"),
    PAYMENT_FAILED: marked("Payment failed"),
}


def value_in_words(value: str, value_type: str, unit: str, known: bool) -> str:
    """A value in the reader's language; AWS's own text as it is."""
    # A tier (a plan) is a known dimension that counts nothing: AWS sends 1 for "has it".
    if is_had(value, value_type, unit, known):
        return _("Included")
    if value_type == "boolean":
        return _("Not included")
    if value_type in {"integer", "double"}:
        return number(Decimal(value))
    return value or _("Granted")


def is_had(value: str, value_type: str, unit: str, known: bool) -> bool:
    """Whether it says no more than that the contract has it."""
    if value_type == "boolean":
        return value == "true"
    return known and not unit and value_type == "integer" and value == "1"


def reason_in_words(word: str) -> str:
    return _(REASONS[word]) if word in REASONS else word
