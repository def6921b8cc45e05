"""How a change is told to the seller. Both dialects have the same four verbs: started, amended, renewed, ended."""

from dataclasses import dataclass
from typing import Any, Protocol

from ..agreements import Agreement
from ..catalogue import Account, Product


@dataclass(frozen=True)
class Notice:
    """One thing to be told. `topic` is the SNS topic's name, or None for EventBridge.

    `body` is the SNS message, or the event without its id. `at_window_end` holds it back until the
    final metering window has passed.
    """

    name: str
    body: dict[str, Any]
    topic: str | None = None
    at_window_end: bool = False


class Dialect(Protocol):
    """What every dialect can say. `account` is the buyer."""

    def started(self, product: Product, account: Account, agreement: Agreement) -> list[Notice]: ...

    def amended(
        self, product: Product, account: Account, agreement: Agreement, entitlements_changed: bool
    ) -> list[Notice]: ...

    def renewed(
        self, product: Product, account: Account, old: Agreement, new: Agreement
    ) -> list[Notice]: ...

    def ended(self, product: Product, account: Account, agreement: Agreement) -> list[Notice]: ...


def dialect_of(product: Product) -> Dialect:
    from .concurrent import Concurrent
    from .legacy import Legacy

    return Legacy() if product.is_legacy else Concurrent()
