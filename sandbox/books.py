"""What every verb of the shop writes: agreements, what they grant, and what the seller is to be told."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sandbox.dialects import Notice, Sale

from .agreements import Agreement, Agreements
from .catalogue import Catalogue
from .errors import Refused
from .grants import Grants
from .notifications import Outbox
from .storage import Storage
from .switches import Switches


class Books:
    """The shop's books. A verb opens a `transaction`, writes, and after it sends what is due."""

    def __init__(
        self,
        catalogue: Catalogue,
        storage: Storage,
        agreements: Agreements,
        grants: Grants,
        outbox: Outbox,
        switches: Switches,
        now: Callable[[], datetime],
    ) -> None:
        self.catalogue = catalogue
        self.agreements = agreements
        self.transaction = storage.transaction
        self.now = now
        self.send_due = outbox.send_due
        self._grants = grants
        self._outbox = outbox
        self._switches = switches

    def sale(self, agreement: Agreement) -> Sale:
        product = self.catalogue.product(agreement.product_code)
        return Sale(product, self.catalogue.account(agreement.account_id), agreement)

    def active(self, agreement_id: str) -> Sale:
        """The sale of an agreement. Raises Refused when it has ended."""
        agreement = self.agreements.get(agreement_id)
        if not agreement.is_active:
            raise Refused(f"This agreement is {agreement.status.lower()} and can no longer be changed.")
        return self.sale(agreement)

    def grant(self, sale: Sale) -> None:
        self._grants.grant(sale.agreement, given(sale), self.visible_at())

    def grant_first(self, sales: list[Sale]) -> None:
        """Grant many whose licences are all new."""
        self._grants.grant_first([(each.agreement, given(each)) for each in sales], self.visible_at())

    def withdraw(self, agreement: Agreement) -> None:
        self._grants.withdraw(agreement, self.visible_at())

    def visible_at(self) -> datetime:
        """When GetEntitlements shows what is written now."""
        return self.now() + timedelta(seconds=self._switches.settings().entitlement_delay_seconds)

    def tell(self, sale: Sale, notices: list[Notice]) -> None:
        self._outbox.put(sale.agreement, notices, self._switches.settings())


def given(sale: Sale) -> Mapping[str, int]:
    """What an agreement entitles to. Nothing is granted in advance to those who pay as they go."""
    return {} if sale.product.is_subscription else sale.agreement.dimensions
