"""The settings: what each means, what it may be, and what it is when nobody has said."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from .errors import InvalidRequest

FOUR_HOURS = 4 * 60 * 60  # what the customer set-up page of the seller guide promises for a token
LONGEST = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class Settings:
    """The defaults are a Marketplace in a hurry and without limits: everything at once."""

    token_lifetime_seconds: float = FOUR_HOURS
    entitlement_delay_seconds: float = 0
    notification_delay_seconds: float = 0
    final_window_seconds: float = 0
    notification_duplicates: int = 0
    notification_reorder_seconds: float = 0
    notification_drop_share: float = 0
    get_entitlements_per_second: int = 0  # 0: no limit. AWS allows 20
    outage: bool = False
    throttle: bool = False
    subscription_rows: bool = False
    seed: int | None = None  # None: another randomness each time


NAMES = tuple(field.name for field in fields(Settings))


def check(name: str, value: Any) -> None:
    """Raises InvalidRequest for an unknown setting, or a value it cannot have, saying which it could."""
    if name not in NAMES:
        raise InvalidRequest(f"There is no setting {name!r}. There are: {', '.join(NAMES)}.")
    fits, words = KINDS[name]
    if not fits(value):
        raise InvalidRequest(f"{name} must be {words}.")


def _between(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, bool) and isinstance(value, int | float) and least <= value <= most


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, bool) and isinstance(value, int) and least <= value <= most


Kind = tuple[Callable[[Any], bool], str]

SECONDS: Kind = (_between(0, LONGEST), f"a number of seconds from 0 to {LONGEST}")

FLAG: Kind = (lambda value: isinstance(value, bool), "true or false")

KINDS: dict[str, Kind] = {
    "token_lifetime_seconds": SECONDS,
    "entitlement_delay_seconds": SECONDS,
    "notification_delay_seconds": SECONDS,
    "final_window_seconds": SECONDS,
    "notification_duplicates": (_whole(0, 20), "a whole number from 0 to 20"),
    "notification_reorder_seconds": SECONDS,
    "notification_drop_share": (_between(0, 1), "a share from 0, for none, to 1, for all"),
    "get_entitlements_per_second": (_whole(0, 1_000_000), "a whole number from 0, for no limit, to 1000000"),
    "outage": FLAG,
    "throttle": FLAG,
    "subscription_rows": FLAG,
    "seed": (lambda value: value is None or _whole(0, 2**53)(value), "a whole number, or null for none"),
}
