"""Every verb of an agreement once: what does it, what a JSON body may say, and how its form on the page is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request

from sandbox.agreements import Agreement
from sandbox.catalogue import Product
from sandbox.errors import NotFound
from sandbox.marketplace import Marketplace
from sandbox.storefront.forms import number, quantities, ticked

Deed = Callable[..., Agreement]
Terms = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """`deed` finds what does it; `members` are its keyword arguments; `form` reads those off the submitted form."""

    deed: Callable[[Marketplace], Deed]
    members: tuple[str, ...] = ()
    form: Callable[[Product], Terms] = lambda _product: {}


def _bought(product: Product) -> Terms:
    return {"dimensions": quantities(product), "plan": request.form.get("plan")}


VERBS = {
    "change": Verb(
        lambda here: here.shop.change,
        ("dimensions", "plan", "auto_renew"),
        lambda product: _bought(product) | ticked("auto_renew"),
    ),
    "renew": Verb(
        lambda here: here.succession.renew,
        ("new_license", "early", "dimensions", "plan"),
        lambda _product: ticked("new_license", "early"),
    ),
    "replace": Verb(
        lambda here: here.succession.replace,
        ("new_license", "dimensions", "plan", "months"),
        lambda product: _bought(product) | ticked("new_license"),
    ),
    "cancel": Verb(lambda here: here.shop.cancel),
    "expire": Verb(lambda here: here.shop.expire),
    "terminate": Verb(lambda here: here.shop.terminate),
    "start": Verb(lambda here: here.succession.start),
    "pay": Verb(lambda here: here.succession.pay),
    "fail": Verb(lambda here: here.succession.fail),
    "resubscribe": Verb(lambda here: here.shop.resubscribe),
    "advisory": Verb(lambda here: here.news.advise, ("resolved",), lambda _product: ticked("resolved")),
    "reminder": Verb(lambda here: here.news.remind, ("days",), lambda _product: {"days": number("days")}),
    "cancellation-request": Verb(
        lambda here: here.news.request_cancellation,
        ("status",),
        lambda _product: {"status": request.form.get("status")},
    ),
}


def verb_called(name: str) -> Verb:
    """Raises NotFound for a word that is none."""
    if name not in VERBS:
        raise NotFound(f"Nothing called {name!r} can be done with an agreement.")
    return VERBS[name]
