"""The pages a seller and a buyer see. A button is a POST and a redirect; only refusals draw a page at once."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.agreements import Agreement
from sandbox.catalogue import Product
from sandbox.dialects.news import REMINDERS
from sandbox.errors import SandboxError
from sandbox.storefront.forms import number, quantities, ticked
from sandbox.storefront.here import marketplace
from sandbox.storefront.shapes import handover
from sandbox.storefront.verbs import verb_called

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
            starts_in_seconds=number("starts_in_seconds"),
            payment=request.form.get("payment"),
            **ticked("free_trial", "auto_renew"),
        )
    except SandboxError as error:
        return product_page(wanted, request.form.to_dict(), str(error)), error.status
    return redirect(url_for("pages.confirmation", agreement_id=agreement.agreement_id), 303)


@pages.post("/products/<code>/migrate")
def migrate(code: str) -> Answer:
    marketplace().migration.migrate(code)
    return redirect(url_for("pages.product", code=code, done="migrated"), 303)


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
        can_resubscribe=marketplace().shop.can_resubscribe(shown),
        reminders=REMINDERS,
        **about(shown),
    )


@pages.post("/agreements/<agreement_id>/<verb>")
def carry_out(agreement_id: str, verb: str) -> Answer:
    """Do it and go to the contract's page, which says what was done; or draw that page with the refusal."""
    wanted = verb_called(verb)
    before = marketplace().agreements.get(agreement_id)
    try:
        terms = wanted.form(marketplace().catalogue.product(before.product_code))
        after = wanted.deed(marketplace())(agreement_id, **terms)
    except SandboxError as error:
        before = marketplace().agreements.get(agreement_id)
        return agreement_page(before, request.form.to_dict(), str(error)), error.status
    return redirect(url_for("pages.agreement", agreement_id=after.agreement_id, done=verb), 303)


def about(shown: Agreement) -> dict[str, Any]:
    return {
        "agreement": shown,
        "verb": lambda name: url_for("pages.carry_out", agreement_id=shown.agreement_id, verb=name),
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
