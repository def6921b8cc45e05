"""The pages a seller and a buyer see. A button is a POST and a redirect; only refusals draw a page at once."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ..agreements import Agreement
from ..catalogue import Product
from ..errors import InvalidRequest, SandboxError
from ..marketplace import Marketplace
from .api import handover


def blueprint(marketplace: Marketplace) -> Blueprint:
    """The storefront's own pages; the workshop's are in `workshop`."""
    pages = Blueprint("pages", __name__)
    catalogue, shop, agreements = marketplace.catalogue, marketplace.shop, marketplace.agreements

    @pages.app_errorhandler(SandboxError)
    def refuse(error: SandboxError) -> tuple[str, int]:
        return render_template("refusal.html", message=str(error), status=error.status), error.status

    @pages.app_errorhandler(HTTPException)
    def fail(error: HTTPException) -> tuple[str, int]:
        status = error.code or 500
        return render_template("refusal.html", message=error.description, status=status), status

    @pages.get("/")
    def products() -> str:
        return render_template("products.html", products=catalogue.products)

    @pages.get("/products/<code>")
    def product(code: str) -> str:
        return product_page(catalogue.product(code), request.args.to_dict(), None)

    @pages.post("/products/<code>/purchase")
    def purchase(code: str) -> Response | tuple[str, int]:
        wanted = catalogue.product(code)
        try:
            agreement = shop.purchase(
                wanted,
                catalogue.account(request.form.get("account", "")),
                dimensions=quantities(wanted),
                plan=request.form.get("plan"),
                months=number("months"),
                free_trial="free_trial" in request.form,
                auto_renew="auto_renew" in request.form,
            )
        except SandboxError as error:
            return product_page(wanted, request.form.to_dict(), str(error)), error.status
        return redirect(url_for("pages.confirmation", agreement_id=agreement.agreement_id), 303)

    def product_page(wanted: Product, given: dict[str, str], error: str | None) -> str:
        return render_template("product.html", product=wanted, given=given, error=error)

    @pages.get("/agreements/<agreement_id>/confirmation")
    def confirmation(agreement_id: str) -> str:
        return render_template("confirmation.html", **about(agreements.get(agreement_id)))

    @pages.get("/agreements/<agreement_id>")
    def agreement(agreement_id: str) -> str:
        return agreement_page(agreements.get(agreement_id), {}, None)

    def agreement_page(shown: Agreement, given: dict[str, str], error: str | None) -> str:
        return render_template(
            "agreement.html",
            given=given,
            error=error,
            notifications=marketplace.outbox.all(shown.agreement_id),
            **about(shown),
        )

    @pages.post("/agreements/<agreement_id>/<verb>")
    def act(agreement_id: str, verb: str) -> Response | tuple[str, int]:
        shown = agreements.get(agreement_id)
        try:
            if verb == "change":
                wanted = catalogue.product(shown.product_code)
                shown = shop.change(
                    agreement_id,
                    dimensions=quantities(wanted),
                    plan=request.form.get("plan"),
                    auto_renew="auto_renew" in request.form,
                )
                done = "changed"
            elif verb == "renew":
                shown, done = shop.renew(agreement_id, new_license="new_license" in request.form), "renewed"
            elif verb == "cancel":
                shown, done = shop.cancel(agreement_id), "cancelled"
            elif verb == "expire":
                shown, done = shop.expire(agreement_id), "expired"
            else:
                raise InvalidRequest(f"A contract cannot be asked to {verb}.")
        except SandboxError as error:
            return agreement_page(shown, request.form.to_dict(), str(error)), error.status
        return redirect(url_for("pages.agreement", agreement_id=shown.agreement_id, done=done), 303)

    def about(shown: Agreement) -> dict[str, Any]:
        return {
            "agreement": shown,
            "product": catalogue.product(shown.product_code),
            "account": catalogue.account(shown.account_id),
            "handover": handover(marketplace, shown),
            "same_site": request.host.split(":")[0] == urlsplit(marketplace.fulfillment_url).hostname,
        }

    @pages.get("/accounts")
    def buyers() -> str:
        return render_template(
            "accounts.html", numbers={each.key: len(agreements.all(each.account_id)) for each in catalogue.accounts}
        )

    @pages.get("/accounts/<key>")
    def subscriptions(key: str) -> str:
        account = catalogue.account(key)
        return render_template(
            "subscriptions.html",
            account=account,
            rows=[(each, catalogue.product(each.product_code)) for each in agreements.all(account.account_id)],
        )

    return pages


def quantities(product: Product) -> dict[str, int | None]:
    """What the form says for each quantity; an empty field is none of it."""
    return {each.key: number(each.key) or 0 for each in product.quantities if each.key in request.form}


def number(name: str) -> int | None:
    text = request.form.get(name, "").strip().replace(",", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise InvalidRequest(f"{name.replace('_', ' ').capitalize()} must be a whole number, not {text!r}.")
    return int(text)
