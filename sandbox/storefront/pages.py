"""The pages a seller and a buyer see. A button is a POST and a redirect; only refusals draw a page at once."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.agreements import Agreement
from sandbox.catalogue import Product
from sandbox.errors import InvalidRequest, SandboxError
from sandbox.storefront.here import marketplace
from sandbox.storefront.shapes import handover

pages = Blueprint("pages", __name__)

Answer = Response | tuple[str, int]


@pages.get("/")
def products() -> str:
    return render_template("products.html", products=marketplace().catalogue.products)


@pages.get("/products/<code>")
def product(code: str) -> str:
    return product_page(marketplace().catalogue.product(code), request.args.to_dict(), None)


@pages.post("/products/<code>/purchase")
def purchase(code: str) -> Answer:
    wanted = marketplace().catalogue.product(code)
    try:
        agreement = marketplace().shop.purchase(
            wanted,
            marketplace().catalogue.account(request.form.get("account", "")),
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
    return render_template("confirmation.html", **about(marketplace().agreements.get(agreement_id)))


@pages.get("/agreements/<agreement_id>")
def agreement(agreement_id: str) -> str:
    return agreement_page(marketplace().agreements.get(agreement_id), {}, None)


def agreement_page(shown: Agreement, given: dict[str, str], error: str | None) -> str:
    return render_template(
        "agreement.html",
        given=given,
        error=error,
        notifications=marketplace().outbox.all(shown.agreement_id),
        **about(shown),
    )


@pages.post("/agreements/<agreement_id>/change")
def change(agreement_id: str) -> Answer:
    product = marketplace().catalogue.product(marketplace().agreements.get(agreement_id).product_code)
    return carry_out(
        agreement_id,
        lambda: marketplace().shop.change(
            agreement_id,
            dimensions=quantities(product),
            plan=request.form.get("plan"),
            auto_renew="auto_renew" in request.form,
        ),
        "changed",
    )


@pages.post("/agreements/<agreement_id>/renew")
def renew(agreement_id: str) -> Answer:
    new_license = "new_license" in request.form
    return carry_out(agreement_id, lambda: marketplace().shop.renew(agreement_id, new_license=new_license), "renewed")


@pages.post("/agreements/<agreement_id>/cancel")
def cancel(agreement_id: str) -> Answer:
    return carry_out(agreement_id, lambda: marketplace().shop.cancel(agreement_id), "cancelled")


@pages.post("/agreements/<agreement_id>/expire")
def expire(agreement_id: str) -> Answer:
    return carry_out(agreement_id, lambda: marketplace().shop.expire(agreement_id), "expired")


def carry_out(agreement_id: str, verb: Callable[[], Agreement], done: str) -> Answer:
    """Do it and go to the contract's page, which says what was done; or draw that page with the refusal."""
    try:
        after = verb()
    except SandboxError as error:
        before = marketplace().agreements.get(agreement_id)
        return agreement_page(before, request.form.to_dict(), str(error)), error.status
    return redirect(url_for("pages.agreement", agreement_id=after.agreement_id, done=done), 303)


def about(shown: Agreement) -> dict[str, Any]:
    return {
        "agreement": shown,
        "product": marketplace().catalogue.product(shown.product_code),
        "account": marketplace().catalogue.account(shown.account_id),
        "handover": handover(marketplace(), shown),
        "same_site": request.host.split(":")[0] == urlsplit(marketplace().fulfillment_url).hostname,
    }


@pages.get("/accounts")
def buyers() -> str:
    return render_template(
        "accounts.html",
        numbers={each.key: marketplace().agreements.number_of(each) for each in marketplace().catalogue.accounts},
    )


@pages.get("/accounts/<key>")
def subscriptions(key: str) -> str:
    account = marketplace().catalogue.account(key)
    return render_template(
        "subscriptions.html",
        account=account,
        rows=[
            (each, marketplace().catalogue.product(each.product_code))
            for each in marketplace().agreements.all(account.account_id)
        ],
    )


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
