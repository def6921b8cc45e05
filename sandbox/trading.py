"""The verbs of the shop: purchase, change, renew, cancel, expire. Each is one transaction, then told to the seller."""

import calendar
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.dialects import Sale, dialect_of

from .accounts import Account
from .agreements import Agreement, ended, new_agreement_id, new_license_arn
from .books import Books
from .catalogue import Product
from .errors import InvalidRequest, Refused
from .orders import chosen, chosen_months, yes_or_no

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
    ) -> Agreement:
        """A new agreement. A legacy product sells one at a time to an account, and every product one trial."""
        trial = yes_or_no("free_trial", free_trial)
        if trial and not product.free_trial_days:
            raise InvalidRequest(f"{product.title} has no free trial.")
        agreement = new_agreement(
            product,
            account,
            self._books.now(),
            dimensions=chosen(product, dimensions, plan),
            months=chosen_months(product, months),
            free_trial=trial,
            auto_renew=yes_or_no("auto_renew", auto_renew) and not product.is_subscription,
        )
        sale = Sale(product, account, agreement)
        with self._books.transaction():
            self._check_room(product, account, trial)
            self._books.agreements.save(agreement)
            self._books.grant(sale)
            self._books.tell(sale, dialect_of(product).started(sale))
        self._books.send_due()
        return agreement

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

    def renew(self, agreement_id: str, *, new_license: Any = None) -> Agreement:
        """The next term, at once: a new agreement that names the old one. A trial becomes paid.

        AWS does not say whether a renewal keeps its licence, so both can be tried: `new_license`.
        """
        with self._books.transaction():
            sale = self._books.active(agreement_id)
            old, product, account = sale.agreement, sale.product, sale.account
            if old.ends_at is None:
                raise Refused(f"{product.title} is pay as you go: it has no end, and so nothing to renew.")
            now = self._books.now()
            start = now if old.free_trial else old.ends_at
            new = replace(
                old,
                agreement_id=new_agreement_id(),
                license_arn=new_license_arn() if yes_or_no("new_license", new_license) else old.license_arn,
                free_trial=False,
                accepted_at=now,
                starts_at=now,
                ends_at=_end(product, start, old.months, False),
                changed_at=now,
                previous_agreement_id=old.agreement_id,
            )
            old = ended(old, "RENEWED", now, new.agreement_id)
            self._books.agreements.save(old, new)
            if new.license_arn != old.license_arn:
                self._books.withdraw(old)
            renewed = Sale(product, account, new)
            self._books.grant(renewed)
            self._books.tell(renewed, dialect_of(product).renewed(renewed, old))
        self._books.send_due()
        return new

    def cancel(self, agreement_id: str) -> Agreement:
        """The end before the end."""
        return self._end_with(agreement_id, "CANCELLED")

    def expire(self, agreement_id: str) -> Agreement:
        """The end of the term, now rather than on the day."""
        return self._end_with(agreement_id, "EXPIRED")

    def keep_the_calendar(self) -> None:
        """Renew or expire what has reached its end. Called now and then by the clock."""
        for agreement in self._books.agreements.at_their_end(self._books.now()):
            try:
                if agreement.auto_renew:
                    self.renew(agreement.agreement_id)
                else:
                    self.expire(agreement.agreement_id)
            except Refused:
                continue  # the buyer was quicker

    def _end_with(self, agreement_id: str, status: str) -> Agreement:
        with self._books.transaction():
            sale = self._books.active(agreement_id)
            if status == "EXPIRED" and sale.product.is_subscription:
                raise Refused(f"{sale.product.title} is pay as you go: it has no end date, it can only be cancelled.")
            agreement = ended(sale.agreement, status, self._books.now())
            sale = replace(sale, agreement=agreement)
            self._books.agreements.save(agreement)
            self._books.withdraw(agreement)
            self._books.tell(sale, dialect_of(sale.product).ended(sale))
        self._books.send_due()
        return agreement

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
) -> Agreement:
    """An agreement that starts now, with a licence of its own."""
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
        starts_at=now,
        ends_at=_end(product, now, months, free_trial),
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
    if bought_otherwise:
        books.grant(sale)
    if not quietly:
        books.tell(sale, dialect_of(sale.product).amended(sale, bought_otherwise))
    return True


def _end(product: Product, start: datetime, months: int | None, trial: bool) -> datetime | None:
    """The end of a term that begins at `start`: None for pay as you go, days for a trial, calendar months else."""
    if trial:
        return start + timedelta(days=product.free_trial_days)
    if months is None:
        return None
    years, month = divmod(start.month - 1 + months, 12)
    last_day = calendar.monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last_day))
