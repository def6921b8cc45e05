"""The marketplace, put together: one state file, the shop, the notifications on their way, the mailbox, the clock."""

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

from .agreements import Agreements
from .almanac import Almanac
from .aws.forwarding import Forward
from .aws.wiring import Wiring
from .books import Books
from .bulk import Bulk
from .calls import Calls
from .catalogue import Catalogue
from .errors import InvalidCatalogue, NotFound
from .grants import Grants
from .mailbox import Mailbox
from .migration import Migration
from .news import News
from .notifications import Outbox
from .storage import Storage
from .succession import Succession
from .switches import Switches
from .tokens import Tokens
from .trading import Shop

log = logging.getLogger("sandbox")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Marketplace:
    """Everything the pages and the JSON calls need, by name. One to a process: moto's queues are the process's."""

    def __init__(self, catalogue: Catalogue, state: Path, fulfillment_url: str, forward: Forward | None = None) -> None:
        self.catalogue = catalogue
        self.fulfillment_url = fulfillment_url
        self.now = utc_now
        self.storage = Storage(state)
        self.switches = Switches(self.storage)
        self.calls = Calls(self.now)
        self.agreements = Agreements(self.storage)
        self.grants = Grants(self.storage)
        self._check_state(state)
        self.tokens = Tokens(self.storage)
        self.mailbox = Mailbox(self.storage, self.now)
        self.forward = forward
        wiring = Wiring(catalogue, self.storage, forward)
        self.migration = Migration(catalogue, self.storage)  # after the wiring: old topics must go on working
        self.outbox = Outbox(self.storage, self.switches, wiring.deliver, self.now)
        books = Books(catalogue, self.storage, self.agreements, self.grants, self.outbox, self.switches, self.now)
        self.shop = Shop(books)
        self.succession = Succession(books)
        self.news = News(books)
        self.bulk = Bulk(books)
        self._almanac = Almanac(books, self.shop, self.succession)
        self._stopping = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="clock", daemon=True)

    def _check_state(self, state: Path) -> None:
        """What was sold must still be in the catalogue, or no page could name it. Raises InvalidCatalogue."""
        try:
            for code in self.agreements.products():
                self.catalogue.product(code)
            for account_id in self.agreements.buyers():
                self.catalogue.account(account_id)
        except NotFound as problem:
            raise InvalidCatalogue(
                f"{state} holds agreements from another catalogue. {problem} Use another state file, or that catalogue."
            ) from None

    def start_clock(self) -> None:
        """Send delayed notifications, and whatever a kill left unsent; start and end what has come to its day."""
        self._clock.start()

    def close(self) -> None:
        self._stopping.set()
        if self._clock.is_alive():
            self._clock.join(timeout=2)
        self.storage.close()

    def _tick(self) -> None:
        while not self._stopping.is_set():
            try:
                self.outbox.send_due()
                self._almanac.keep()
                self.grants.sweep(self.now())
            except Exception:  # the clock has to outlive any one notification
                log.exception("the clock stumbled and goes on")
            self._stopping.wait(0.25)
