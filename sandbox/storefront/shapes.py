"""What the JSON calls answer with: purchases, products, accounts, notifications and mail as plain documents."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sandbox.accounts import Account
from sandbox.agreements import Agreement
from sandbox.calls import Tally
from sandbox.catalogue import Product
from sandbox.mailbox import Mail
from sandbox.marketplace import Marketplace
from sandbox.notifications import Notification

TOKEN_FIELD = "x-amzn-marketplace-token"  # noqa: S105, the name of a form field
OFFER_TYPE_FIELD = "x-amzn-marketplace-offer-type"


def handover(marketplace: Marketplace, agreement: Agreement) -> dict[str, Any]:
    """A fresh token, and the form fields that carry it to the fulfilment URL."""
    token = marketplace.tokens.mint(agreement.agreement_id, marketplace.now())
    fields = {TOKEN_FIELD: token}
    if agreement.free_trial:  # sent for a trial only, absent otherwise
        fields[OFFER_TYPE_FIELD] = "free-trial"
    return {"token": token, "fulfillment_url": marketplace.fulfillment_url, "fields": fields}


def purchase_json(marketplace: Marketplace, agreement: Agreement) -> dict[str, Any]:
    product = marketplace.catalogue.product(agreement.product_code)
    account = marketplace.catalogue.account(agreement.account_id)
    return {
        "agreement_id": agreement.agreement_id,
        "license_arn": agreement.license_arn,
        "status": agreement.status,
        "entitlement_status": agreement.entitlement_status,
        "intent": agreement.intent,
        "product": product.code,
        "product_title": product.title,
        "pricing": product.pricing,
        "dialect": product.dialect,
        "account_id": account.account_id,
        "customer_identifier": account.customer_identifier if product.is_legacy else None,
        "offer_id": agreement.offer_id,
        "dimensions": agreement.dimensions,
        "months": agreement.months,
        "free_trial": agreement.free_trial,
        "auto_renew": agreement.auto_renew,
        "accepted_at": iso(agreement.accepted_at),
        "starts_at": iso(agreement.starts_at),
        "ends_at": iso(agreement.ends_at),
        "changed_at": iso(agreement.changed_at),
        "ended_at": iso(agreement.ended_at),
        "initial_agreement_id": agreement.initial_agreement_id,
        "previous_agreement_id": agreement.previous_agreement_id,
        "next_agreement_id": agreement.next_agreement_id,
        "cancellation_request": agreement.cancellation_request,
        "url": f"/agreements/{agreement.agreement_id}",
    }


def briefly(agreement: Agreement) -> dict[str, Any]:
    """One of very many."""
    return {
        "agreement_id": agreement.agreement_id,
        "license_arn": agreement.license_arn,
        "account_id": agreement.account_id,
    }


def product_json(product: Product) -> dict[str, Any]:
    return {
        "code": product.code,
        "id": product.id,
        "title": product.title,
        "summary": product.summary,
        "pricing": product.pricing,
        "dialect": product.dialect,
        "free_trial_days": product.free_trial_days,
        "months": list(product.months),
        "dimensions": [asdict(each) | {"price": str(each.price)} for each in product.dimensions],
        "url": f"/products/{product.code}",
    }


def account_json(account: Account) -> dict[str, Any]:
    return asdict(account)


def notification_json(notification: Notification) -> dict[str, Any]:
    return asdict(notification) | {
        name: iso(getattr(notification, name)) for name in ("created_at", "due_at", "sent_at", "dropped_at")
    }


def mail_json(mail: Mail) -> dict[str, Any]:
    return asdict(mail) | {"received_at": iso(mail.received_at)}


def tally_json(tally: Tally) -> dict[str, Any]:
    return asdict(tally) | {name: iso(getattr(tally, name)) for name in ("first_refused_at", "last_at")}


def iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
