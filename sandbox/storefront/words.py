"""How pages say things: dates, prices, statuses, and what was just done."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Flask, request

from sandbox.agreements import Agreement
from sandbox.marketplace import Marketplace

PRICINGS = {
    "contract": "Contract",
    "contract-with-consumption": "Contract with consumption",
    "subscription": "Pay as you go",
}
DIALECTS = {
    "concurrent": "Concurrent agreements, EventBridge",
    "legacy": "Legacy, SNS",
}
STATUSES = {
    "ACTIVE": "Active",
    "CANCELLED": "Cancelled",
    "EXPIRED": "Expired",
    "RENEWED": "Renewed",
    "REPLACED": "Replaced",
    "TERMINATED": "Terminated by AWS",
}
# What is said instead of "Active" while the right of use has not begun.
NOT_YET = {
    "SCHEDULED": "Starts later",
    "PENDING": "Payment pending",
    "FAILED": "Payment failed",
}
# What a page says after the redirect that follows a button; only these words can be put there by an address.
DONE = {
    "change": "The contract was changed, and the seller was told.",
    "renew": "The contract was renewed: this is the new agreement.",
    "replace": "The contract was replaced: this is the new agreement.",
    "cancel": "The contract was cancelled, and the seller was told.",
    "expire": "The contract has expired, and the seller was told.",
    "terminate": "AWS terminated the contract, and the seller was told.",
    "start": "The contract has started, and the seller was told.",
    "pay": "The payment went through, and the seller was told.",
    "fail": "The payment failed.",
    "resubscribe": "Subscribed again: this is the new agreement.",
    "advisory": "The advisory was sent to the seller.",
    "reminder": "The seller was reminded.",
    "cancellation-request": "The seller was told how the request to cancel stands.",
    "migrated": "From now on this product has concurrent agreements, and is told of by EventBridge.",
    "settings": "The settings were changed.",
    "normal": "Everything is as it was at first.",
    "calls-forgotten": "The calls are counted from zero.",
    "fault-added": "Those calls will fail from now on.",
    "fault-removed": "The fault was removed.",
    "sent-again": "The notification was sent once more.",
    "mail-emptied": "The mailbox is empty.",
}


def day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%B %Y}" if moment else "no end date"


def clock(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC" if moment else ""


def money(price: Decimal) -> str:
    return f"${price:,.2f}" if price % 1 else f"${price:,.0f}"


def months(number: int | None) -> str:
    return {None: "", 1: "1 month", 12: "1 year", 24: "2 years", 36: "3 years"}.get(number, f"{number} months")


def pretty(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def register_words(app: Flask, marketplace: Marketplace) -> None:
    """Give the templates these words."""

    def bought(agreement: Agreement) -> str:
        """What an agreement gives, in one line."""
        product = marketplace.catalogue.product(agreement.product_code)
        parts = []
        for key, value in agreement.dimensions.items():
            dimension = product.dimension(key)
            if dimension is None:
                parts.append(f"{key}: {value}")
            elif dimension.kind == "plan":
                parts.append(dimension.name)
            else:
                parts.append(f"{value:,} {dimension.unit}")
        return ", ".join(parts) or "Pay as you go"

    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(day=day, clock=clock, money=money, months=months, pretty=pretty, bought=bought)
    app.jinja_env.globals.update(
        PRICINGS=PRICINGS,
        DIALECTS=DIALECTS,
        STATUSES=STATUSES,
        NOT_YET=NOT_YET,
        DONE=DONE,
        seller=marketplace.catalogue.seller,
        accounts=marketplace.catalogue.accounts,
        fulfillment_url=marketplace.fulfillment_url,
        forward=marketplace.forward,
    )

    @app.context_processor
    def address() -> dict[str, str]:
        return {"port": request.environ.get("SERVER_PORT", "8100")}
