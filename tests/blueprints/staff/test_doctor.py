"""The doctor's page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.database import utcnow
from portal.doctor import kept
from portal.doctor.checkup import CheckUp
from portal.doctor.lines import Thing
from portal.jobs import later
from portal.jobs.heartbeat import beat
from tests.portal_client import PortalClient

RULE, QUEUE = Thing("notifications.rule", "EventBridge rule"), Thing("queue.exists", "Queue")
JOBS = Thing("worker.jobs", "Worker: jobs")


@pytest.fixture
def examined(app: Flask) -> Callable[..., None]:
    """Keeps a check-up, made some hours ago."""

    def keep(*lines: object, hours: float = 0) -> None:
        checkup = CheckUp(utcnow() - timedelta(hours=hours), list(lines))  # type: ignore[arg-type]
        kept.keep(app.extensions["jobs"].connection, checkup)

    return keep


@pytest.fixture
def a_worker(app: Flask) -> None:
    """Signs of life of every role."""
    for role in ("consumer", "jobs", "mail", "clock"):
        beat(app.extensions["jobs"].connection, role)


def test_a_check_up_is_told_with_what_to_do(vera_client: PortalClient, examined: Callable[..., None], a_worker: None):
    examined(QUEUE.ok("It is there."), RULE.wrong("It is disabled.", "Enable the rule."))
    text = vera_client.get("/staff/doctor").text
    assert "1 wrong, 7 right" in text
    assert text.index("What needs somebody") < text.index("Enable the rule.")
    assert "It is there." in text


def test_before_the_first_one_nothing_is_made_up(vera_client: PortalClient, a_worker: None):
    text = vera_client.get("/staff/doctor").text
    assert "Not examined yet" in text
    assert "all is right" not in text


def test_a_worker_that_has_died_since_is_seen(vera_client: PortalClient, examined: Callable[..., None]):
    examined(JOBS.ok("Alive."))
    text = vera_client.get("/staff/doctor").text
    assert "Nobody works on notifications" in text
    assert "Alive." not in text


def test_one_that_is_old_says_so(vera_client: PortalClient, examined: Callable[..., None]):
    examined(QUEUE.ok("It is there."), hours=1)
    assert "This check-up is old." not in vera_client.get("/staff/doctor").text
    examined(QUEUE.ok("It is there."), hours=3)
    assert "This check-up is old." in vera_client.get("/staff/doctor").text


def test_an_operator_asks_for_another(olga_client: PortalClient, app: Flask, a_worker: None):
    page = olga_client.follow(olga_client.press("/staff/doctor", "/staff/doctor"))
    assert "The worker is examining everything." in page.text
    assert [job.func_name for job in app.extensions["jobs"].jobs] == ["portal.jobs.tasks.check_up"]
    assert 'data-refresh="2"' in page.html


def test_asked_twice_it_is_made_once(olga_client: PortalClient, app: Flask):
    for _ in range(2):
        olga_client.press("/staff/doctor", "/staff/doctor")
    assert len(app.extensions["jobs"].jobs) == 1


def test_without_a_worker_that_is_said(olga_client: PortalClient):
    page = olga_client.follow(olga_client.press("/staff/doctor", "/staff/doctor"))
    assert "No worker is alive that could do it" in page.text


def test_a_viewer_has_no_button(vera_client: PortalClient):
    assert "Check now" not in vera_client.get("/staff/doctor").text


def test_asking_is_in_the_audit_log(olga_client: PortalClient, stored: Callable[..., list[AuditEntry]]):
    olga_client.press("/staff/doctor", "/staff/doctor")
    assert ("sent", "page:staff.check_up") in {(one.action, one.thing) for one in stored(AuditEntry)}


def test_without_redis_the_page_still_tells(vera_client: PortalClient, app: Flask, redis_away: None):
    page = vera_client.get("/staff/doctor")
    assert (page.status, "It does not answer" in page.text) == (200, True)


@pytest.fixture
def redis_away(app: Flask) -> object:
    """A Redis where nobody answers."""
    from laptop import ports  # noqa: PLC0415
    from portal.jobs.connections import hasty  # noqa: PLC0415

    usual = app.extensions["jobs"].connection
    (port,) = ports.any_free(1)
    with hasty(f"redis://127.0.0.1:{port}/0") as away:
        later.use(app, away)
        yield
    later.use(app, usual)
