"""The verbs of the shop: purchase, change, cancel, expire, terminate. Each is one transaction, then told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.dialects import Sale, dialect_of
from sandbox.dialects.legacy import UNSUBSCRIBED

from .accounts import Account
from .agreements import FAILED, PROVISIONED, SCHEDULED, Agreement, new_agreement_id, new_license_arn
from .books import Books
from .catalogue import Product
from .errors import InvalidRequest, Refused
from .orders import chosen, chosen_months, chosen_payment, chosen_start, end_of_term, yes_or_no

MOST_CONCURRENT = 100  # active agreements of one account for one product, under concurrent agreements


class Shop:
    """Everything that can happen to an agreement. Refusals are SandboxErrors with a sentence for the buyer."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def purchase(
        self,
        product: Product,
        account: Account,
        *,
        dimensions: Any = None,
        plan: Any = None,
        months: Any = None,
        free_trial: Any = None,
        auto_renew: Any = None,
        starts_in_seconds: Any = None,
        payment: Any = None,
    ) -> Agreement:
        """A new agreement. A legacy product sells one at a time to an account, and every product one trial.

        The right of use begins at once, unless it starts later, or the `payment` is `pending` or `fails`.
        """
        trial = yes_or_no("free_trial", free_trial)
        if trial and not product.free_trial_days:
            raise InvalidRequest(f"{product.title} has no free trial.")
        start = chosen_start(product, starts_in_seconds, trial)
        provision = chosen_payment(payment)
        if start and provision:
            raise InvalidRequest("What starts later is paid when it starts: let it fail then.")
        agreement = new_agreement(
            product,
            account,
            self._books.now(),
            dimensions=chosen(product, dimensions, plan),
            months=chosen_months(product, months),
            free_trial=trial,
            auto_renew=yes_or_no("auto_renew", auto_renew) and not product.is_subscription,
            starts_in=start,
        )
        agreement = replace(agreement, provision=provision or (SCHEDULED if start else PROVISIONED))
        with self._books.transaction():
            self._check_room(product, account, trial)
            agreement = self._sign(Sale(product, account, agreement))
        self._books.send_due()
        return agreement

    def resubscribe(self, agreement_id: str) -> Agreement:
        """Subscribe again before the end is complete: AWS then never says that it was."""
        before = self._books.sale(self._books.agreements.get(agreement_id))
        if not self.can_resubscribe(before.agreement):
            raise Refused("Only a legacy subscription that is ending can be taken up again. Subscribe anew instead.")
        return self.purchase(before.product, before.account)

    def can_resubscribe(self, agreement: Agreement) -> bool:
        product = self._books.catalogue.product(agreement.product_code)
        ending = not agreement.is_active and product.is_legacy and product.is_subscription
        return ending and self._books.will_send(agreement.agreement_id, UNSUBSCRIBED)

    def change(
        self, agreement_id: str, *, dimensions: Any = None, plan: Any = None, auto_renew: Any = None
    ) -> Agreement:
        """Other quantities, another plan, or auto-renewal on and off; same agreement, licence and end."""
        with self._books.transaction():
            sale = self._books.active(agreement_id)
            if not amend(self._books, sale, dimensions, plan, auto_renew):
                raise InvalidRequest("Nothing would change: the contract already says that.")
        self._books.send_due()
        return self._books.agreements.get(agreement_id)

    def cancel(self, agreement_id: str) -> Agreement:
        """The end before the end."""
        return self._end_with(agreement_id, "CANCELLED")

    def expire(self, agreement_id: str) -> Agreement:
        """The end of the term, now rather than on the day."""
        return self._end_with(agreement_id, "EXPIRED")

    def terminate(self, agreement_id: str) -> Agreement:
        """AWS ends it, such as for bills that were never paid."""
        return self._end_with(agreement_id, "TERMINATED")

    def _end_with(self, agreement_id: str, status: str) -> Agreement:
        with self._books.transaction():
            sale = self._books.active(agreement_id)
            if status == "EXPIRED" and sale.product.is_subscription:
                raise Refused(f"{sale.product.title} is pay as you go: it has no end date, it can only be cancelled.")
            if status == "EXPIRED" and self._books.waiting_after(sale.agreement):
                raise Refused("Its renewal begins when it ends. Start that one instead.")
            over = self._books.end(sale, status)
        self._books.send_due()
        return over.agreement

    def _sign(self, sale: Sale) -> Agreement:
        """Write a new agreement down and tell it, and what follows from how it is paid."""
        dialect = dialect_of(sale.product)
        self._books.agreements.save(sale.agreement)
        self._books.tell(sale, dialect.agreed(sale, None))
        if sale.product.is_legacy:
            for earlier in self._books.agreements.of(sale.account, sale.product):
                self._books.never_send(earlier.agreement_id, UNSUBSCRIBED)
        if sale.agreement.provision == PROVISIONED:
            return self._books.begin(sale).agreement
        if sale.agreement.provision == FAILED:
            self._books.tell(sale, dialect.failed(sale))
        return sale.agreement

    def _check_room(self, product: Product, account: Account, trial: bool) -> None:
        earlier = self._books.agreements.of(account, product)
        active = [each for each in earlier if each.is_active]
        if product.is_legacy and active:
            raise Refused(f"{account.name} already has an active contract for {product.title}. Change that one.")
        if len(active) >= MOST_CONCURRENT:
            raise Refused(f"{account.name} has {MOST_CONCURRENT} active agreements for {product.title} already.")
        if trial and any(each.free_trial for each in earlier):
            raise Refused(f"{account.name} has already used its free trial of {product.title}.")


def new_agreement(
    product: Product,
    account: Account,
    now: datetime,
    dimensions: dict[str, int],
    months: int | None,
    free_trial: bool = False,
    auto_renew: bool = False,
    starts_in: timedelta = timedelta(0),
) -> Agreement:
    """An agreement with a licence of its own, that starts now unless it starts later."""
    agreement_id = new_agreement_id()
    return Agreement(
        agreement_id=agreement_id,
        license_arn=new_license_arn(),
        product_code=product.code,
        account_id=account.account_id,
        offer_id=product.offer_id,
        status="ACTIVE",
        dimensions=dimensions,
        months=months,
        free_trial=free_trial,
        auto_renew=auto_renew,
        accepted_at=now,
        starts_at=now + starts_in,
        ends_at=end_of_term(product, now + starts_in, months, free_trial),
        changed_at=now,
        initial_agreement_id=agreement_id,
    )


def amend(
    books: Books, sale: Sale, dimensions: Any = None, plan: Any = None, auto_renew: Any = None, quietly: bool = False
) -> bool:
    """Write down a change and what to tell about it. False when nothing would change."""
    old = sale.agreement
    if sale.product.is_subscription:
        raise Refused(f"{sale.product.title} is pay as you go: there is nothing to change, only to cancel.")
    new = replace(
        old,
        dimensions=chosen(sale.product, dimensions, plan, before=old.dimensions),
        auto_renew=old.auto_renew if auto_renew is None else yes_or_no("auto_renew", auto_renew),
        changed_at=books.now(),
    )
    if (new.dimensions, new.auto_renew) == (old.dimensions, old.auto_renew):
        return False
    sale = replace(sale, agreement=new)
    books.agreements.save(new)
    bought_otherwise = new.dimensions != old.dimensions
    if bought_otherwise and new.is_licensed:
        books.grant(sale)
    if not quietly:
        books.tell(sale, dialect_of(sale.product).amended(sale, bought_otherwise))
    return True
