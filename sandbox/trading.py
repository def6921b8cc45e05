"""The verbs of the shop: purchase, change, renew, cancel, expire. Each is one transaction, then told to the seller."""

import calendar
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.dialects import Notice, Sale, dialect_of

from .agreements import Agreement, Agreements, ended, new_agreement_id, new_license_arn
from .catalogue import Account, Catalogue, Product
from .errors import InvalidRequest, Refused
from .notifications import Outbox
from .orders import chosen, chosen_months, yes_or_no
from .settings import Switches
from .storage import Storage

MOST_CONCURRENT = 100  # active agreements of one account for one product, under concurrent agreements


class Shop:
    """Everything that can happen to an agreement. Refusals are SandboxErrors with a sentence for the buyer."""

    def __init__(
        self,
        catalogue: Catalogue,
        storage: Storage,
        agreements: Agreements,
        outbox: Outbox,
        switches: Switches,
        now: Callable[[], datetime],
    ) -> None:
        self._catalogue = catalogue
        self._storage = storage
        self._agreements = agreements
        self._outbox = outbox
        self._switches = switches
        self._now = now

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
        now = self._now()
        length = chosen_months(product, months)
        if trial and not product.free_trial_days:
            raise InvalidRequest(f"{product.title} has no free trial.")
        agreement_id = new_agreement_id()
        agreement = Agreement(
            agreement_id=agreement_id,
            license_arn=new_license_arn(),
            product_code=product.code,
            account_id=account.account_id,
            offer_id=product.offer_id,
            status="ACTIVE",
            dimensions=chosen(product, dimensions, plan),
            months=length,
            free_trial=trial,
            auto_renew=yes_or_no("auto_renew", auto_renew) and not product.is_subscription,
            accepted_at=now,
            starts_at=now,
            ends_at=_end(product, now, length, trial),
            changed_at=now,
            initial_agreement_id=agreement_id,
        )
        with self._storage.transaction():
            self._check_room(product, account, trial)
            self._agreements.save(agreement)
            self._agreements.grant(agreement, self._visible_at(now))
            self._tell(agreement, dialect_of(product).started(Sale(product, account, agreement)))
        self._outbox.send_due()
        return agreement

    def change(
        self, agreement_id: str, *, dimensions: Any = None, plan: Any = None, auto_renew: Any = None
    ) -> Agreement:
        """Other quantities, another plan, or auto-renewal on and off; same agreement, licence and end."""
        with self._storage.transaction():
            old, product, account = self._active(agreement_id)
            if product.is_subscription:
                raise Refused(f"{product.title} is pay as you go: there is nothing to change, only to cancel.")
            new = replace(
                old,
                dimensions=chosen(product, dimensions, plan, before=old.dimensions),
                auto_renew=old.auto_renew if auto_renew is None else yes_or_no("auto_renew", auto_renew),
                changed_at=self._now(),
            )
            if (new.dimensions, new.auto_renew) == (old.dimensions, old.auto_renew):
                raise InvalidRequest("Nothing would change: the contract already says that.")
            self._agreements.save(new)
            bought_otherwise = new.dimensions != old.dimensions
            if bought_otherwise:
                self._agreements.grant(new, self._visible_at(new.changed_at))
            self._tell(new, dialect_of(product).amended(Sale(product, account, new), bought_otherwise))
        self._outbox.send_due()
        return new

    def renew(self, agreement_id: str, *, new_license: Any = None) -> Agreement:
        """The next term, at once: a new agreement that names the old one. A trial becomes paid.

        AWS does not say whether a renewal keeps its licence, so both can be tried: `new_license`.
        """
        with self._storage.transaction():
            old, product, account = self._active(agreement_id)
            if old.ends_at is None:
                raise Refused(f"{product.title} is pay as you go: it has no end, and so nothing to renew.")
            now = self._now()
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
            old = self._agreements.save(ended(old, "RENEWED", now, new.agreement_id))
            self._agreements.save(new)
            if new.license_arn != old.license_arn:
                self._agreements.withdraw(old, self._visible_at(now))
            self._agreements.grant(new, self._visible_at(now))
            self._tell(new, dialect_of(product).renewed(Sale(product, account, new), old))
        self._outbox.send_due()
        return new

    def cancel(self, agreement_id: str) -> Agreement:
        """The end before the end."""
        return self._end_with(agreement_id, "CANCELLED")

    def expire(self, agreement_id: str) -> Agreement:
        """The end of the term, now rather than on the day."""
        return self._end_with(agreement_id, "EXPIRED")

    def keep_the_calendar(self) -> None:
        """Renew or expire what has reached its end. Called now and then by the clock."""
        for agreement in self._agreements.active():
            if agreement.ends_at is None or agreement.ends_at > self._now():
                continue
            try:
                if agreement.auto_renew:
                    self.renew(agreement.agreement_id)
                else:
                    self.expire(agreement.agreement_id)
            except Refused:
                continue  # the buyer was quicker

    def _end_with(self, agreement_id: str, status: str) -> Agreement:
        with self._storage.transaction():
            agreement, product, account = self._active(agreement_id)
            if status == "EXPIRED" and product.is_subscription:
                raise Refused(f"{product.title} is pay as you go: it has no end date, it can only be cancelled.")
            now = self._now()
            agreement = self._agreements.save(ended(agreement, status, now))
            self._agreements.withdraw(agreement, self._visible_at(now))
            self._tell(agreement, dialect_of(product).ended(Sale(product, account, agreement)))
        self._outbox.send_due()
        return agreement

    def _active(self, agreement_id: str) -> tuple[Agreement, Product, Account]:
        agreement = self._agreements.get(agreement_id)
        if not agreement.is_active:
            raise Refused(f"This agreement is {agreement.status.lower()} and can no longer be changed.")
        product = self._catalogue.product(agreement.product_code)
        return agreement, product, self._catalogue.account(agreement.account_id)

    def _check_room(self, product: Product, account: Account, trial: bool) -> None:
        earlier = self._agreements.of(account, product)
        active = [each for each in earlier if each.is_active]
        if product.is_legacy and active:
            raise Refused(f"{account.name} already has an active contract for {product.title}. Change that one.")
        if len(active) >= MOST_CONCURRENT:
            raise Refused(f"{account.name} has {MOST_CONCURRENT} active agreements for {product.title} already.")
        if trial and any(each.free_trial for each in earlier):
            raise Refused(f"{account.name} has already used its free trial of {product.title}.")

    def _visible_at(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._switches.settings().entitlement_delay_seconds)

    def _tell(self, agreement: Agreement, notices: list[Notice]) -> None:
        self._outbox.put(agreement, notices, self._switches.settings())


def _end(product: Product, start: datetime, months: int | None, trial: bool) -> datetime | None:
    """The end of a term that begins at `start`: None for pay as you go, days for a trial, calendar months else."""
    if trial:
        return start + timedelta(days=product.free_trial_days)
    if months is None:
        return None
    years, month = divmod(start.month - 1 + months, 12)
    last_day = calendar.monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last_day))
