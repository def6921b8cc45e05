"""News that changes no entitlement by itself: advisories, reminders, and the seller's requests to cancel."""

import secrets
from dataclasses import replace
from typing import Any

from sandbox.dialects import Sale
from sandbox.dialects.news import REMINDERS, REQUESTS, advisory, cancellation, ending

from .agreements import Agreement, timestamp
from .books import Books
from .errors import InvalidRequest, Refused
from .orders import yes_or_no

# What one can ask for, and the status code AWS has for it.
STEPS = {
    "pending": "PENDING_APPROVAL",
    "approved": "APPROVED",
    "rejected": "REJECTED",
    "cancelled": "CANCELLED",
    "failed": "VALIDATION_FAILED",
}


class News:
    """Everything EventBridge tells beside the life of an agreement. SNS, and so a legacy product, has none of it."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def advise(self, agreement_id: str, *, resolved: Any = None) -> Agreement:
        """An advisory about the buyer's account is issued, or resolved. It asks for a person, and ends nothing."""
        over = yes_or_no("resolved", resolved)
        with self._books.transaction():
            sale = self._sale(agreement_id)
            self._books.tell(sale, [advisory(sale, over, self._books.now())])
        self._books.send_due()
        return sale.agreement

    def remind(self, agreement_id: str, *, days: Any = None) -> Agreement:
        """The seller is reminded of the end, as AWS does so many days before it."""
        if isinstance(days, bool) or days not in REMINDERS:
            raise InvalidRequest(f"days must be one of {', '.join(str(each) for each in REMINDERS)}.")
        with self._books.transaction():
            sale = self._sale(agreement_id)
            if sale.agreement.ends_at is None:
                raise Refused(f"{sale.product.title} is pay as you go: there is no end to be reminded of.")
            self._books.tell(sale, [ending(sale, days, self._books.now())])
        self._books.send_due()
        return sale.agreement

    def request_cancellation(self, agreement_id: str, *, status: Any = None) -> Agreement:
        """The seller asks to cancel (`pending`, the default), or what became of it. Approval ends the agreement."""
        step = "pending" if status is None else status
        if step not in STEPS:
            raise InvalidRequest(f"status must be one of {', '.join(STEPS)}.")
        with self._books.transaction():
            sale = self._with_request(self._sale(agreement_id), STEPS[step])
            self._books.agreements.save(sale.agreement)
            self._books.tell(sale, [cancellation(sale, self._books.now())])
            if step == "approved":
                sale = self._books.end(sale, "CANCELLED")
        self._books.send_due()
        return sale.agreement

    def _with_request(self, sale: Sale, code: str) -> Sale:
        request = sale.agreement.cancellation_request
        pending = request is not None and request["statusCode"] == "PENDING_APPROVAL"
        if code in ("PENDING_APPROVAL", "VALIDATION_FAILED"):
            if pending:
                raise Refused("A request to cancel is pending already.")
            request = {
                "id": f"acr-{secrets.token_hex(12)}",
                "reasonCode": "OTHER",
                "reasonMessage": "Asked for in the sandbox",
                "createdAt": timestamp(self._books.now()) or "",
            }
        elif not pending:
            raise Refused("No request to cancel is pending.")
        changed = {"statusCode": code, "statusMessage": REQUESTS[code], "updatedAt": timestamp(self._books.now()) or ""}
        return replace(sale, agreement=replace(sale.agreement, cancellation_request={**(request or {}), **changed}))

    def _sale(self, agreement_id: str) -> Sale:
        sale = self._books.active(agreement_id)
        if sale.product.is_legacy:
            raise Refused(f"{sale.product.title} is told of by SNS, which has no such message.")
        return sale
