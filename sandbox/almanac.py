"""What happens by itself when its day comes: agreements start, renew and expire."""

from contextlib import suppress

from .agreements import Agreement
from .books import Books
from .errors import Refused
from .succession import Succession
from .trading import Shop


class Almanac:
    """Kept by the clock."""

    def __init__(self, books: Books, shop: Shop, succession: Succession) -> None:
        self._books = books
        self._shop = shop
        self._succession = succession

    def keep(self) -> None:
        """Start, renew or expire whatever is due. Starts come first: a renewal begins where its old term ends."""
        now = self._books.now()
        for agreement in self._books.agreements.at_their_start(now):
            self._try(agreement, "start")
        for agreement in self._books.agreements.at_their_end(now):
            self._try(agreement, "renew" if agreement.auto_renew and agreement.is_licensed else "expire")

    def _try(self, agreement: Agreement, verb: str) -> None:
        verbs = {"start": self._succession.start, "renew": self._succession.renew, "expire": self._shop.expire}
        with suppress(Refused):  # the buyer was quicker
            verbs[verb](agreement.agreement_id)
