"""Many purchases, or many changes, at once: what a benchmark or a property test begins with.

Each purchase is a stranger's, with an account of its own. All of a call is one transaction.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.dialects import Sale, dialect_of

from .accounts import FIRST, LAST
from .agreements import Agreement
from .books import Books
from .catalogue import Product
from .errors import InvalidRequest, Refused
from .orders import chosen, chosen_months, yes_or_no
from .trading import amend, new_agreement

MOST = 1_000_000


class Bulk:
    """The shop for wholesale."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def purchase(
        self,
        product: Product,
        *,
        count: Any,
        dimensions: Any = None,
        plan: Any = None,
        months: Any = None,
        quietly: Any = None,
    ) -> list[Agreement]:
        """`count` agreements, each for an account that never bought before. Quietly: the seller is told nothing."""
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
            raise InvalidRequest(f"count must be a whole number from 1 to {MOST}.")
        wanted = chosen(product, dimensions, plan)
        length = chosen_months(product, months)
        quiet = yes_or_no("quietly", quietly)
        with self._books.transaction():
            now = self._books.now()
            accounts = (self._books.catalogue.account(each) for each in self._newcomers(count))
            sales = [
                Sale(product, account, new_agreement(product, account, now, dict(wanted), length))
                for account in accounts
            ]
            self._books.agreements.save(*(each.agreement for each in sales))
            self._books.grant_first(sales)
            if not quiet:
                dialect = dialect_of(product)
                for sale in sales:
                    self._books.tell(sale, dialect.agreed(sale, None) + dialect.began(sale, None))
        self._books.send_due()
        return [each.agreement for each in sales]

    def change(
        self,
        *,
        agreement_ids: Any = None,
        product: Product | None = None,
        dimensions: Any = None,
        plan: Any = None,
        auto_renew: Any = None,
        quietly: Any = None,
    ) -> tuple[int, int]:
        """Change these agreements, or all active ones of a product: how many changed, and how many stayed as is."""
        quiet = yes_or_no("quietly", quietly)
        changed = unchanged = 0
        with self._books.transaction():
            for sale in self._sales(agreement_ids, product):
                if amend(self._books, sale, dimensions, plan, auto_renew, quietly=quiet):
                    changed += 1
                else:
                    unchanged += 1
        self._books.send_due()
        return changed, unchanged

    def _sales(self, agreement_ids: Any, product: Product | None) -> Iterable[Sale]:
        if (agreement_ids is None) == (product is None):
            raise InvalidRequest("Say either agreement_ids or product.")
        if product is not None:
            return [self._books.sale(each) for each in self._books.agreements.active_of(product)]
        if not isinstance(agreement_ids, list) or not all(isinstance(each, str) for each in agreement_ids):
            raise InvalidRequest("agreement_ids must be a list of texts.")
        return (self._books.active(each) for each in agreement_ids)

    def _newcomers(self, count: int) -> Iterator[str]:
        """Account ids above all that were ever used."""
        listed = {each.account_id for each in self._books.catalogue.accounts}
        number = int(self._books.agreements.last_stranger() or FIRST) + 1
        while count:
            if number > int(LAST):
                raise Refused("There are no account ids left for new buyers. Use another state file.")
            if str(number) not in listed:
                yield str(number)
                count -= 1
            number += 1
