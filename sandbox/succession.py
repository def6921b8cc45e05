"""One agreement after another: renewals and replacements, at once or on their day; and what stands before a start."""

from dataclasses import replace
from typing import Any

from sandbox.dialects import Sale, dialect_of

from .agreements import (
    FAILED,
    PENDING,
    PROVISIONED,
    SCHEDULED,
    Agreement,
    new_agreement_id,
    new_license_arn,
    new_offer_id,
)
from .books import Books
from .errors import Refused
from .orders import chosen, chosen_months, end_of_term, yes_or_no


class Succession:
    """The verbs that carry a purchase from one agreement to the next, and over its threshold."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def renew(
        self,
        agreement_id: str,
        *,
        new_license: Any = None,
        early: Any = None,
        dimensions: Any = None,
        plan: Any = None,
    ) -> Agreement:
        """The next term: a new agreement that names the old one. A trial becomes paid.

        It begins at once, or `early`: signed now, to begin where the old one ends. AWS does not say whether a renewal
        keeps its licence, so both can be tried: `new_license`. What is not mentioned is bought as before.
        """
        with self._books.transaction():
            sale = self._books.licensed(agreement_id)
            old, now = sale.agreement, self._books.now()
            if old.ends_at is None:
                raise Refused(f"{sale.product.title} is pay as you go: it has no end, and so nothing to renew.")
            waits = yes_or_no("early", early)
            start = now if old.free_trial and not waits else old.ends_at
            new = replace(
                self._next(sale, new_license, dimensions, plan),
                intent="RENEW",
                starts_at=old.ends_at if waits else now,
                ends_at=end_of_term(sale.product, start, old.months, False),
                provision=SCHEDULED if waits else PROVISIONED,
            )
            new = self._sign(replace(sale, agreement=new), old)
        self._books.send_due()
        return new

    def replace(
        self,
        agreement_id: str,
        *,
        new_license: Any = None,
        dimensions: Any = None,
        plan: Any = None,
        months: Any = None,
    ) -> Agreement:
        """Another agreement from another offer takes the place of this one, with a term that begins now."""
        with self._books.transaction():
            sale = self._books.licensed(agreement_id)
            old, now = sale.agreement, self._books.now()
            length = old.months if months is None else chosen_months(sale.product, months)
            new = replace(
                self._next(sale, new_license, dimensions, plan),
                intent="REPLACE",
                offer_id=new_offer_id(),
                months=length,
                starts_at=now,
                ends_at=end_of_term(sale.product, now, length, False),
            )
            new = self._sign(replace(sale, agreement=new), old)
        self._books.send_due()
        return new

    def start(self, agreement_id: str) -> Agreement:
        """Begin now what waits for its day."""
        return self._over_the_threshold(agreement_id, (SCHEDULED,), "It does not wait for a day to start on.")

    def pay(self, agreement_id: str) -> Agreement:
        """The payment goes through after all."""
        return self._over_the_threshold(agreement_id, (PENDING, FAILED), "It is not waiting to be paid.")

    def fail(self, agreement_id: str) -> Agreement:
        """The payment fails, and the right of use does not begin."""
        with self._books.transaction():
            sale = self._books.active(agreement_id)
            if sale.agreement.provision not in (PENDING, SCHEDULED):
                raise Refused("Only a pending payment can fail. Buy with the payment pending, or terminate this one.")
            failed = replace(sale.agreement, provision=FAILED, changed_at=self._books.now())
            self._books.agreements.save(failed)
            sale = replace(sale, agreement=failed)
            self._books.tell(sale, dialect_of(sale.product).failed(sale))
        self._books.send_due()
        return failed

    def _next(self, sale: Sale, new_license: Any, dimensions: Any, plan: Any) -> Agreement:
        """The agreement after this one, as far as renewals and replacements are alike."""
        old, now = sale.agreement, self._books.now()
        if self._books.waiting_after(old):
            raise Refused("A renewal of this agreement waits for its day already. Start that one instead.")
        return replace(
            old,
            agreement_id=new_agreement_id(),
            license_arn=new_license_arn() if yes_or_no("new_license", new_license) else old.license_arn,
            dimensions=chosen(sale.product, dimensions, plan, before=old.dimensions),
            free_trial=False,
            accepted_at=now,
            changed_at=now,
            cancellation_request=None,
            previous_agreement_id=old.agreement_id,
            next_agreement_id=None,
        )

    def _sign(self, new: Sale, old: Agreement) -> Agreement:
        self._books.agreements.save(new.agreement, replace(old, next_agreement_id=new.agreement.agreement_id))
        self._books.tell(new, dialect_of(new.product).agreed(new, old))
        return new.agreement if new.agreement.is_waiting else self._books.begin(new).agreement

    def _over_the_threshold(self, agreement_id: str, waiting: tuple[str, ...], refusal: str) -> Agreement:
        with self._books.transaction():
            sale = self._books.active(agreement_id)
            if sale.agreement.provision not in waiting:
                raise Refused(refusal)
            begun = self._books.begin(sale)
        self._books.send_due()
        return begun.agreement
