"""What every verb of the shop writes: agreements, what they grant, and what the seller is to be told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sandbox.dialects import Notice, Sale, dialect_of

from .agreements import FAILED, PENDING, PROVISIONED, SCHEDULED, Agreement, Agreements, ended
from .catalogue import Catalogue
from .errors import Refused
from .grants import Grants
from .notifications import Outbox
from .storage import Storage
from .switches import Switches

NOT_YET = {
    SCHEDULED: "It starts on another day.",
    PENDING: "It has not been paid yet.",
    FAILED: "Its payment failed.",
}


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
        self.never_send = outbox.never_send
        self.will_send = outbox.will_send
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

    def licensed(self, agreement_id: str) -> Sale:
        """The sale of an agreement whose right of use has begun. Raises Refused for any other."""
        sale = self.active(agreement_id)
        if not sale.agreement.is_licensed:
            raise Refused(f"{NOT_YET[sale.agreement.provision]} Nothing of this agreement can be used yet.")
        return sale

    def begin(self, sale: Sale) -> Sale:
        """The right of use begins, and what the agreement continues ends with it. Tells both."""
        now = self.now()
        agreement = sale.agreement
        agreement = replace(agreement, provision=PROVISIONED, starts_at=min(agreement.starts_at, now), changed_at=now)
        begun = replace(sale, agreement=agreement)
        self.agreements.save(begun.agreement)
        old = self.continued(begun.agreement)
        if old:
            status = "RENEWED" if begun.agreement.intent == "RENEW" else "REPLACED"
            old = ended(old, status, now, begun.agreement.agreement_id)
            self.agreements.save(old)
            if old.license_arn != begun.agreement.license_arn:
                self.withdraw(old)
        self.grant(begun)
        self.tell(begun, dialect_of(begun.product).began(begun, old))
        return begun

    def end(self, sale: Sale, status: str) -> Sale:
        """The agreement ends and nothing continues it. Tells it."""
        over = replace(sale, agreement=ended(sale.agreement, status, self.now()))
        self.agreements.save(over.agreement)
        if sale.agreement.is_licensed:  # one that waits may share its licence with the one that runs
            self.withdraw(over.agreement)
        self.tell(over, dialect_of(over.product).ended(over))
        return over

    def continued(self, agreement: Agreement) -> Agreement | None:
        """The agreement that this one continues, unless that has ended before."""
        if agreement.previous_agreement_id is None:
            return None
        previous = self.agreements.get(agreement.previous_agreement_id)
        return previous if previous.is_active else None

    def waiting_after(self, agreement: Agreement) -> Agreement | None:
        """The renewal that is signed already and begins when this agreement ends."""
        if agreement.next_agreement_id is None:
            return None
        following = self.agreements.get(agreement.next_agreement_id)
        return following if following.is_waiting else None

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
        self._outbox.put(sale.agreement, notices)


def given(sale: Sale) -> Mapping[str, int]:
    """What an agreement entitles to: those who pay as they go, to use everything that is metered."""
    if sale.product.is_subscription:
        return {each.key: 1 for each in sale.product.usages}
    return sale.agreement.dimensions
