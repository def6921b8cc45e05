"""The figures of the dashboard."""

from datetime import timedelta

import pytest

from portal.contracts.lifecycle import State
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.notifications.models import Fate
from portal.staff.overview import dashboard, figures
from tests.staff.making import claim, make, message, organisation

pytestmark = pytest.mark.usefixtures("database")


def test_contracts_are_counted_by_state():
    acme = organisation("Acme")
    make(organisation_id=acme)
    make()
    make(state=State.ENDED)
    assert dashboard.count_contracts(utcnow()) == {"states": {"active": 2, "ended": 1}, "unlinked": 2}


def test_arrivals_are_counted_as_far_as_they_got():
    acme, now = organisation("Acme"), utcnow()
    claim(make(state=State.WAITING))
    claim(make(state=State.WAITING), known_at=now)
    claim(make(state=State.WAITING, organisation_id=acme), known_at=now)
    claim(make(organisation_id=acme), known_at=now)
    assert dashboard.count_arrivals(now)["7"] == {"landed": 4, "account": 3, "linked": 2, "active": 1}


def test_two_arrivals_with_one_purchase_are_one():
    contract = make(state=State.WAITING)
    claim(contract)
    claim(contract, known_at=utcnow())
    assert dashboard.count_arrivals(utcnow())["7"] == {"landed": 1, "account": 1, "linked": 0, "active": 0}


def test_an_arrival_belongs_to_the_periods_it_came_in():
    claim(make(), days=20)
    assert [dashboard.count_arrivals(utcnow())[days]["landed"] for days in ("7", "30", "90")] == [0, 1, 1]


def test_messages_are_counted_by_the_hour():
    now = utcnow().replace(minute=30)
    for at in (now, now, now - timedelta(hours=1), now - timedelta(hours=47), now - timedelta(hours=60)):
        message(received_at=at)
    hours = dashboard.count_messages(now)
    assert (len(hours), hours[-1], hours[-2], hours[0], sum(hours)) == (48, 2, 1, 1, 4)


def test_how_long_messages_take_is_told_by_median_and_p99():
    for took_ms in (10, 20, 30, 40, 5000):
        message(took_ms=took_ms, fate=Fate.APPLIED)
    message(fate=Fate.RECEIVED)
    assert dashboard.count_delays(utcnow()) == {"messages": 5, "median": 30.0, "p99": 5000.0}


def test_without_messages_there_is_no_such_time():
    assert dashboard.count_delays(utcnow()) == {"messages": 0, "median": None, "p99": None}


def test_what_waits_is_counted_with_its_age():
    message(minutes_ago=9)
    message(minutes_ago=3)
    message(minutes_ago=30, fate=Fate.FAILED)
    waits = dashboard.now_waiting(utcnow())
    assert waits.oldest_unsettled_at is not None
    age = utcnow() - waits.oldest_unsettled_at
    assert (waits.unsettled, round(age.total_seconds() / 60), waits.odd["failed"]) == (2, 9, 1)


def test_mail_that_waits_is_counted():
    with transaction():
        db.session.add(Letter(to="alice@acme.example", subject="Hello", text=""))
    assert dashboard.now_waiting(utcnow()).mail_waiting == 1


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let counting take as long as with very many contracts."""
    monkeypatch.setattr(figures, "CHEAP_MILLISECONDS", -1)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let counting take no time, however busy this machine is."""
    monkeypatch.setattr(figures, "CHEAP_MILLISECONDS", 60_000)


@pytest.mark.usefixtures("dear")
def test_figures_are_kept_with_their_time():
    make()
    then = utcnow()
    figures.keep(dashboard.COUNTERS, then)
    make()
    kept = figures.kept(dashboard.COUNTERS, utcnow() + timedelta(minutes=1))["contracts"]
    assert (kept.value["states"], kept.counted_at) == ({"active": 1}, then)


@pytest.mark.usefixtures("cheap")
def test_figures_that_take_no_time_are_of_now():
    figures.keep(dashboard.COUNTERS, utcnow() - timedelta(minutes=1))
    make()
    now = utcnow()
    kept = figures.kept(dashboard.COUNTERS, now)["contracts"]
    assert (kept.value["states"], kept.counted_at) == ({"active": 1}, now)


def test_figures_that_nobody_counted_are_counted_now():
    make()
    now = utcnow()
    kept = figures.kept(dashboard.COUNTERS, now)["contracts"]
    assert (kept.value["states"], kept.counted_at) == ({"active": 1}, now)


@pytest.mark.usefixtures("dear")
def test_counting_again_replaces_what_was_kept():
    figures.keep(dashboard.COUNTERS, utcnow())
    make()
    figures.keep(dashboard.COUNTERS, utcnow())
    assert figures.kept(dashboard.COUNTERS, utcnow())["contracts"].value["states"] == {"active": 1}
