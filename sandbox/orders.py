"""What a buyer asks for: checking plan, quantities, term, start and payment against the product. Pure."""

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .agreements import FAILED, PENDING
from .catalogue import Product
from .errors import InvalidRequest

LARGEST = 1_000_000
FURTHEST = 3 * 365 * 24 * 60 * 60  # seconds: future-dated agreements start up to three years ahead
PAYMENTS = {"succeeds": None, "pending": PENDING, "fails": FAILED}


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


def chosen_start(product: Product, seconds: Any, trial: bool) -> timedelta:
    """How long until the right of use begins. Future-dated agreements exist for contracts, not for pay as you go."""
    if seconds is None or (seconds == 0 and not isinstance(seconds, bool)):
        return timedelta(0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= FURTHEST:
        raise InvalidRequest(f"starts_in_seconds must be a number from 0 to {FURTHEST}.")
    if product.is_subscription or trial:
        raise InvalidRequest("Only a contract can start later: neither pay as you go nor a free trial.")
    return timedelta(seconds=seconds)


def chosen_payment(payment: Any) -> str | None:
    """How far the licence comes for now: None when nothing is in its way."""
    if payment is None:
        return None
    if payment not in PAYMENTS:
        raise InvalidRequest(f"payment must be one of {', '.join(PAYMENTS)}.")
    return PAYMENTS[payment]


def end_of_term(product: Product, start: datetime, months: int | None, trial: bool) -> datetime | None:
    """The end of a term that begins at `start`: None for pay as you go, days for a trial, calendar months else."""
    if trial:
        return start + timedelta(days=product.free_trial_days)
    if months is None:
        return None
    years, month = divmod(start.month - 1 + months, 12)
    last_day = calendar.monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last_day))


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
