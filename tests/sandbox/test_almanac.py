"""What happens by itself on its day, with a clock that can be moved."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.agreements import Agreement, Agreements
from sandbox.almanac import Almanac
from sandbox.books import Books
from sandbox.catalogue import BUILT_IN, read_catalogue
from sandbox.grants import Grants
from sandbox.notifications import Notification, Outbox
from sandbox.storage import Storage
from sandbox.succession import Succession
from sandbox.switches import Switches
from sandbox.trading import Shop
from tests.sandbox.server import ACME, ANALYTICS


class Year:
    """A shop, and a time that passes when told to."""

    def __init__(self, storage: Storage) -> None:
        self.moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.told: list[str] = []
        catalogue, switches = read_catalogue(BUILT_IN), Switches(storage)
        outbox = Outbox(storage, switches, self._deliver, lambda: self.moment)
        self.agreements, self.grants = Agreements(storage), Grants(storage)
        books = Books(catalogue, storage, self.agreements, self.grants, outbox, switches, lambda: self.moment)
        self.product, self.buyer = catalogue.product(ANALYTICS), catalogue.account(ACME)
        self.shop, self.succession = Shop(books), Succession(books)
        self._almanac = Almanac(books, self.shop, self.succession)

    def _deliver(self, notifications: list[Notification]) -> None:
        self.told += [each.name.removesuffix(" - Proposer").removesuffix(" - Manufacturer") for each in notifications]

    def buy(self, **terms) -> Agreement:
        return self.shop.purchase(self.product, self.buyer, plan="team", months=1, **terms)

    def go_to(self, moment: datetime) -> list[str]:
        """What is told when the clock has come to a time."""
        self.moment = moment
        self.told.clear()
        self._almanac.keep()
        return self.told

    def shown(self) -> list[str]:
        return [row["dimension"] for row in self.grants.page(ANALYTICS, self.moment, {}, 0, 25)]


@pytest.fixture
def year(tmp_path):
    storage = Storage(tmp_path / "state.db")
    yield Year(storage)
    storage.close()


def test_before_the_day_nothing_happens(year):
    bought = year.buy()
    assert year.go_to(bought.ends_at - timedelta(seconds=1)) == []


def test_a_month_from_the_last_day_ends_on_the_last_day(year):
    assert year.buy().ends_at == datetime(2026, 2, 28, 12, tzinfo=UTC)


def test_what_was_not_to_be_renewed_expires(year):
    bought = year.buy()
    assert year.go_to(bought.ends_at) == ["Purchase Agreement Ended", "License Deprovisioned"]
    assert year.agreements.get(bought.agreement_id).status == "EXPIRED"
    assert year.shown() == []


def test_what_renews_by_itself_goes_on(year):
    bought = year.buy(auto_renew=True)
    assert year.go_to(bought.ends_at) == ["Purchase Agreement Created", "License Updated", "Purchase Agreement Ended"]
    assert year.shown() == ["team"]
    assert year.go_to(bought.ends_at) == []


@pytest.mark.parametrize("auto_renew", [False, True])
def test_a_renewal_ahead_of_time_begins_where_the_old_term_ends(year, auto_renew):
    old = year.buy(auto_renew=auto_renew)
    new = year.succession.renew(old.agreement_id, early=True, plan="business")
    assert year.go_to(old.ends_at - timedelta(seconds=1)) == []
    assert year.shown() == ["team"]
    assert year.go_to(old.ends_at) == ["License Updated", "Purchase Agreement Ended"]
    assert year.agreements.get(old.agreement_id).status == "RENEWED"
    assert year.agreements.get(new.agreement_id).entitlement_status == "PROVISIONED"
    assert year.shown() == ["business"]


def test_a_later_start_comes_on_its_day(year):
    bought = year.buy(starts_in_seconds=86400)
    assert year.go_to(bought.starts_at - timedelta(seconds=1)) == []
    assert year.shown() == []
    assert year.go_to(bought.starts_at) == ["License Updated"]
    assert year.shown() == ["team"]


def test_what_was_never_paid_expires_even_if_it_was_to_renew(year):
    bought = year.buy(auto_renew=True, payment="fails")
    assert year.go_to(bought.ends_at) == ["Purchase Agreement Ended"]
    assert year.go_to(bought.ends_at) == []
