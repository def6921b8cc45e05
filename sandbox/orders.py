"""What a buyer asks for: checking plan, quantities and months against the product. Pure."""

from collections.abc import Mapping
from typing import Any

from .catalogue import Product
from .errors import InvalidRequest

LARGEST = 1_000_000


def chosen(product: Product, dimensions: Any, plan: Any, before: Mapping[str, int] | None = None) -> dict[str, int]:
    """The dimensions of a purchase, or of a change on top of what was there before.

    `dimensions` maps keys to whole numbers, 0 takes a quantity away; `plan` is one plan's key. What a change does
    not mention stays. Raises InvalidRequest, saying what would have been possible.
    """
    wanted = _numbers(product, dimensions)
    if plan is not None:
        if plan not in {each.key for each in product.plans}:
            raise InvalidRequest(f"{plan!r} is not a plan of {product.title}. {_offer(product)}")
        wanted[plan] = 1
    result = dict(before or {}) | wanted
    plans = [each.key for each in product.plans]
    newly_wanted = [key for key in plans if wanted.get(key)]
    if newly_wanted:  # choosing a plan puts the old one aside
        for key in plans:
            if key not in newly_wanted:
                result.pop(key, None)
    result = {key: value for key, value in result.items() if value}
    if plans and len([key for key in plans if key in result]) != 1:
        raise InvalidRequest(f"Choose exactly one plan: {', '.join(plans)}.")
    if not result and not product.is_subscription:
        raise InvalidRequest(f"Choose at least one quantity. {_offer(product)}")
    order = [each.key for each in product.dimensions]
    return dict(sorted(result.items(), key=lambda item: order.index(item[0])))


def chosen_months(product: Product, months: Any) -> int | None:
    """The length of the contract, a year when nothing is said; None for pay as you go."""
    if product.is_subscription:
        return None
    if months is None:
        return 12
    if isinstance(months, bool) or months not in product.months:
        raise InvalidRequest(f"months must be one of {', '.join(str(each) for each in product.months)}.")
    return int(months)


def yes_or_no(name: str, value: Any) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} must be true or false.")
    return value


def _numbers(product: Product, dimensions: Any) -> dict[str, int]:
    if dimensions is None:
        return {}
    if not isinstance(dimensions, Mapping):
        raise InvalidRequest('dimensions must map dimension keys to whole numbers, such as {"seats": 25}.')
    wanted: dict[str, int] = {}
    for key, value in dimensions.items():
        dimension = product.dimension(key)
        if dimension is None or dimension.kind == "usage":
            raise InvalidRequest(f"{key!r} cannot be bought with {product.title}. {_offer(product)}")
        most = 1 if dimension.kind == "plan" else LARGEST
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise InvalidRequest(f"{dimension.name} ({key}) must be a whole number from 0 to {most}.")
        wanted[key] = value
    return wanted


def _offer(product: Product) -> str:
    keys = [each.key for each in (*product.plans, *product.quantities)]
    return f"It offers {', '.join(keys)}." if keys else "It is pay as you go: there is nothing to choose."
