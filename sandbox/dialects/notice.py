"""What the dialects share: the sale they speak of, the notice they make of it, and the verbs they all have."""

from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.accounts import Account
from sandbox.agreements import Agreement
from sandbox.catalogue import Product


@dataclass(frozen=True)
class Sale:
    """One agreement with its product and its buyer."""

    product: Product
    account: Account
    agreement: Agreement


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
    """What every dialect can say."""

    def agreed(self, sale: Sale, previous: Agreement | None, /) -> list[Notice]:
        """It was signed, as the continuation of a previous agreement if there is one."""
        ...

    def began(self, sale: Sale, old: Agreement | None, /) -> list[Notice]:
        """The right of use begins, in the place of an old agreement that just ended if there is one."""
        ...

    def failed(self, sale: Sale, /) -> list[Notice]:
        """The payment failed, and so the right of use never began."""
        ...

    def amended(self, sale: Sale, entitlements_changed: bool, /) -> list[Notice]: ...

    def ended(self, sale: Sale, /) -> list[Notice]: ...
