"""The dashboard, as a browser meets it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as Away

from portal.contracts.lifecycle import State
from portal.database import db, transaction, utcnow
from portal.jobs.heartbeat import beat
from portal.mail.models import Letter
from portal.staff.overview import dashboard, figures
from tests.portal_client import PortalClient
from tests.staff.making import claim, make, message, organisation


@pytest.fixture
def life(app: Flask) -> None:
    with app.app_context():
        contract = make(organisation_id=organisation("Acme"))
        make(state=State.ENDED)
        claim(contract, known_at=utcnow())
        message(minutes_ago=5, took_ms=80, fate="applied")
        message(minutes_ago=3)


def test_an_empty_installation_has_a_dashboard(vera_client: PortalClient):
    page = vera_client.get("/staff/dashboard")
    assert (page.status, page.heading) == (200, "Dashboard")


@pytest.mark.usefixtures("life")
def test_it_shows_contracts_arrivals_and_messages(vera_client: PortalClient):
    page = vera_client.get("/staff/dashboard")
    for words in ("2 in all", "Landed 1 100%", "Active 1 100%", "80 ms", "1 wait, the oldest for 3 min"):
        assert words in page.text


@pytest.mark.usefixtures("life")
def test_every_picture_has_a_title_and_a_table(vera_client: PortalClient):
    page = vera_client.get("/staff/dashboard")
    named = page.html.count('role="img" aria-labelledby')
    assert (named, page.html.count("<desc"), page.html.count("<caption")) == (2, 2, 3)


def test_workers_that_are_not_there_are_told(vera_client: PortalClient, app: Flask):
    beat(app.extensions["jobs"].connection, "jobs")
    page = vera_client.get("/staff/dashboard")
    assert ("Worker: jobs 1 running" in page.text, "Nobody takes messages from the queue" in page.text) == (True, True)


def test_without_redis_it_is_there_and_says_so(vera_client: PortalClient, app: Flask, monkeypatch: pytest.MonkeyPatch):
    def away(*_args: object) -> object:
        raise Away("away")

    monkeypatch.setattr("portal.blueprints.staff.dashboard.alive", away)
    page = vera_client.get("/staff/dashboard")
    assert "Redis (not well) does not answer" in page.text


def test_mail_that_waits_without_a_server_says_what_to_set(vera_client: PortalClient, app: Flask):
    with app.app_context(), transaction():
        created = utcnow() - timedelta(hours=3)
        db.session.add(Letter(to="alice@acme.example", subject="Hello", text="", created_at=created))
    assert "1 wait, the oldest for 3 h" in vera_client.get("/staff/dashboard").text


def test_figures_are_shown_with_their_time_and_old_ones_with_a_warning(
    vera_client: PortalClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(figures, "CHEAP_MILLISECONDS", -1)  # as with very many contracts
    with app.app_context():
        figures.keep(dashboard.COUNTERS, utcnow() - timedelta(minutes=20))
    assert "The figures are old." in vera_client.get("/staff/dashboard").text


def test_the_period_of_arrivals_can_be_chosen(vera_client: PortalClient):
    statuses = [vera_client.get(f"/staff/dashboard?days={days}").status for days in (7, 30, 90, 31, "x")]
    assert statuses == [200] * 3 + [400] * 2


def test_an_open_page_renews_itself(vera_client: PortalClient):
    assert 'data-refresh="15"' in vera_client.get("/staff/dashboard").html


def test_it_takes_few_queries_once_figures_are_kept(
    vera_client: PortalClient, app: Flask, queries: Callable[[], object], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(figures, "CHEAP_MILLISECONDS", -1)  # as with very many contracts
    with app.app_context():
        figures.keep(dashboard.COUNTERS, utcnow())
    with queries() as statements:  # type: ignore[attr-defined]
        vera_client.get("/staff/dashboard")
    assert len(statements) < 24, "\n".join(statements)
