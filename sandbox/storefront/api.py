"""Every button as a JSON call. Errors are {"error": "…"} with a status that says whose fault it was."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from ..agreements import Agreement
from ..catalogue import Account, Product
from ..errors import InvalidRequest, SandboxError
from ..mailbox import Mail
from ..marketplace import Marketplace
from ..notifications import Notification

TOKEN_FIELD = "x-amzn-marketplace-token"
OFFER_TYPE_FIELD = "x-amzn-marketplace-offer-type"


def blueprint(marketplace: Marketplace) -> Blueprint:
    """The calls under /api."""
    api = Blueprint("api", __name__, url_prefix="/api")
    catalogue, shop, switches = marketplace.catalogue, marketplace.shop, marketplace.switches

    @api.errorhandler(SandboxError)
    def refuse(error: SandboxError) -> tuple[Response, int]:
        return jsonify(error=str(error)), error.status

    @api.errorhandler(HTTPException)
    def fail(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.description), error.code or 500

    @api.get("/products")
    def products() -> Response:
        return jsonify([product_json(each) for each in catalogue.products])

    @api.get("/accounts")
    def accounts() -> Response:
        return jsonify([account_json(each) for each in catalogue.accounts])

    @api.get("/purchases")
    def purchases() -> Response:
        wanted = request.args.get("account_id")
        account_id = catalogue.account(wanted).account_id if wanted else None
        return jsonify([purchase_json(marketplace, each) for each in marketplace.agreements.all(account_id)])

    @api.post("/purchases")
    def purchase() -> tuple[Response, int]:
        body = members(
            "product", "account_id", "dimensions", "plan", "months", "free_trial", "auto_renew",
            needed=("product", "account_id"),
        )  # fmt: skip
        product = catalogue.product(str(body.pop("product")))
        account = catalogue.account(str(body.pop("account_id")))
        agreement = shop.purchase(product, account, **body)
        return jsonify(purchase_json(marketplace, agreement)), 201

    @api.get("/purchases/<agreement_id>")
    def show(agreement_id: str) -> Response:
        return jsonify(purchase_json(marketplace, marketplace.agreements.get(agreement_id)))

    @api.post("/purchases/<agreement_id>/token")
    def token(agreement_id: str) -> Response:
        members()
        return jsonify(handover(marketplace, marketplace.agreements.get(agreement_id)))

    @api.post("/purchases/<agreement_id>/change")
    def change(agreement_id: str) -> Response:
        agreement = shop.change(agreement_id, **members("dimensions", "plan", "auto_renew"))
        return jsonify(purchase_json(marketplace, agreement))

    @api.post("/purchases/<agreement_id>/renew")
    def renew(agreement_id: str) -> Response:
        return jsonify(purchase_json(marketplace, shop.renew(agreement_id, **members("new_license"))))

    @api.post("/purchases/<agreement_id>/cancel")
    def cancel(agreement_id: str) -> Response:
        members()
        return jsonify(purchase_json(marketplace, shop.cancel(agreement_id)))

    @api.post("/purchases/<agreement_id>/expire")
    def expire(agreement_id: str) -> Response:
        members()
        return jsonify(purchase_json(marketplace, shop.expire(agreement_id)))

    @api.get("/settings")
    def settings() -> Response:
        return jsonify(asdict(switches.settings()))

    @api.put("/settings")
    def change_settings() -> Response:
        return jsonify(asdict(switches.change(members(*asdict(switches.settings())))))

    @api.get("/faults")
    def faults() -> Response:
        return jsonify([asdict(each) for each in switches.faults()])

    @api.post("/faults")
    def add_fault() -> tuple[Response, int]:
        body = members("operation", "error", "times", needed=("operation", "error"))
        return jsonify(asdict(switches.add_fault(**body))), 201

    @api.delete("/faults")
    def clear_faults() -> tuple[str, int]:
        switches.clear_faults()
        return "", 204

    @api.delete("/faults/<int:number>")
    def clear_fault(number: int) -> tuple[str, int]:
        switches.clear_faults(number)
        return "", 204

    @api.get("/notifications")
    def notifications() -> Response:
        wanted = request.args.get("agreement_id")
        return jsonify([notification_json(each) for each in marketplace.outbox.all(wanted)])

    @api.post("/notifications/<int:number>/send-again")
    def send_again(number: int) -> Response:
        return jsonify(notification_json(marketplace.outbox.send_again(number)))

    @api.get("/mail")
    def mail() -> Response:
        return jsonify([mail_json(each) for each in marketplace.mailbox.all()])

    @api.delete("/mail")
    def empty_mailbox() -> tuple[str, int]:
        marketplace.mailbox.empty()
        return "", 204

    return api


def members(*known: str, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of the JSON body; no body is an empty one. Raises InvalidRequest for anything unexpected."""
    body = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise InvalidRequest("The body must be a JSON object.")
    for name in body:
        if name not in known:
            raise InvalidRequest(f"{name!r} is not known here. Known: {', '.join(known) or 'nothing'}.")
    for name in needed:
        if body.get(name) is None:
            raise InvalidRequest(f"{name!r} is missing.")
    return body


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
        "url": f"/agreements/{agreement.agreement_id}",
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
        name: iso(getattr(notification, name)) for name in ("created_at", "due_at", "sent_at")
    }


def mail_json(mail: Mail) -> dict[str, Any]:
    return asdict(mail) | {"received_at": iso(mail.received_at)}


def iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
