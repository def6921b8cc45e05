"""Every button as a JSON call. Errors are {"error": "…"} with a status that says whose fault it was."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.errors import InvalidRequest
from sandbox.storefront.here import marketplace
from sandbox.storefront.shapes import (
    account_json,
    briefly,
    handover,
    mail_json,
    notification_json,
    product_json,
    purchase_json,
    tally_json,
)
from sandbox.storefront.verbs import verb_called
from sandbox.switches import OPERATIONS

api = Blueprint("api", __name__, url_prefix="/api")


@api.get("/products")
def products() -> Response:
    return jsonify([product_json(each) for each in marketplace().catalogue.products])


@api.post("/products/<code>/migrate")
def migrate(code: str) -> Response:
    members()
    return jsonify(product_json(marketplace().migration.migrate(code)))


@api.get("/accounts")
def accounts() -> Response:
    return jsonify([account_json(each) for each in marketplace().catalogue.accounts])


@api.get("/purchases")
def purchases() -> Response:
    wanted = request.args.get("account_id")
    account_id = marketplace().catalogue.account(wanted).account_id if wanted else None
    return jsonify([purchase_json(marketplace(), each) for each in marketplace().agreements.all(account_id)])


@api.post("/purchases")
def purchase() -> tuple[Response, int]:
    body = members(
        "product", "account_id", "dimensions", "plan", "months", "free_trial", "auto_renew",
        "starts_in_seconds", "payment",
        needed=("product", "account_id"),
    )  # fmt: skip
    product = marketplace().catalogue.product(str(body.pop("product")))
    account = marketplace().catalogue.account(str(body.pop("account_id")))
    agreement = marketplace().shop.purchase(product, account, **body)
    return jsonify(purchase_json(marketplace(), agreement)), 201


@api.post("/purchases/bulk")
def bulk() -> tuple[Response, int]:
    body = members("product", "count", "dimensions", "plan", "months", "quietly", needed=("product", "count"))
    product = marketplace().catalogue.product(str(body.pop("product")))
    return jsonify([briefly(each) for each in marketplace().bulk.purchase(product, **body)]), 201


@api.post("/purchases/bulk-change")
def bulk_change() -> Response:
    body = members("agreement_ids", "product", "dimensions", "plan", "auto_renew", "quietly")
    if body.get("product") is not None:
        body["product"] = marketplace().catalogue.product(str(body["product"]))
    changed, unchanged = marketplace().bulk.change(**body)
    return jsonify(changed=changed, unchanged=unchanged)


@api.get("/purchases/<agreement_id>")
def show(agreement_id: str) -> Response:
    return jsonify(purchase_json(marketplace(), marketplace().agreements.get(agreement_id)))


@api.post("/purchases/<agreement_id>/token")
def token(agreement_id: str) -> Response:
    members()
    return jsonify(handover(marketplace(), marketplace().agreements.get(agreement_id)))


@api.post("/purchases/<agreement_id>/<verb>")
def carry_out(agreement_id: str, verb: str) -> Response:
    wanted = verb_called(verb)
    agreement = wanted.deed(marketplace())(agreement_id, **members(*wanted.members))
    return jsonify(purchase_json(marketplace(), agreement))


@api.get("/settings")
def settings() -> Response:
    return jsonify(asdict(marketplace().switches.settings()))


@api.put("/settings")
def change_settings() -> Response:
    return jsonify(asdict(marketplace().switches.change(members(*asdict(marketplace().switches.settings())))))


@api.delete("/settings")
def back_to_normal() -> Response:
    return jsonify(asdict(marketplace().switches.back_to_normal()))


@api.get("/faults")
def faults() -> Response:
    return jsonify([asdict(each) for each in marketplace().switches.faults()])


@api.post("/faults")
def add_fault() -> tuple[Response, int]:
    body = members("operation", "error", "times", needed=("operation", "error"))
    return jsonify(asdict(marketplace().switches.add_fault(**body))), 201


@api.delete("/faults")
def clear_faults() -> tuple[str, int]:
    marketplace().switches.clear_faults()
    return "", 204


@api.delete("/faults/<int:number>")
def clear_fault(number: int) -> tuple[str, int]:
    marketplace().switches.clear_faults(number)
    return "", 204


@api.get("/calls")
def calls() -> Response:
    return jsonify({operation: tally_json(marketplace().calls.tally(operation)) for operation in OPERATIONS})


@api.delete("/calls")
def forget_calls() -> tuple[str, int]:
    marketplace().calls.reset()
    return "", 204


@api.get("/notifications")
def notifications() -> Response:
    wanted = request.args.get("agreement_id")
    return jsonify([notification_json(each) for each in marketplace().outbox.all(wanted)])


@api.post("/notifications/<int:number>/send-again")
def send_again(number: int) -> Response:
    return jsonify(notification_json(marketplace().outbox.send_again(number)))


@api.get("/mail")
def mail() -> Response:
    return jsonify([mail_json(each) for each in marketplace().mailbox.all()])


@api.delete("/mail")
def empty_mailbox() -> tuple[str, int]:
    marketplace().mailbox.empty()
    return "", 204


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
