"""The audit log's page, for admins."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal import audit
from portal.audit import AuditEntry
from portal.database import transaction
from tests.portal_client import PortalClient


@pytest.fixture
def lines(app: Flask) -> None:
    with app.app_context(), transaction():
        for number in range(60):
            audit.record("worker", "contract changed", f"contract:{number}")
        audit.record("person:99", "moved", "contract:7", why="=HYPERLINK(1)", to="organisation:4")


@pytest.mark.usefixtures("lines")
def test_the_newest_come_first_and_older_ones_a_page_on(sam_client: PortalClient):
    page = sam_client.get("/staff/audit")
    assert ("contract:59" in page.text, "contract:3 " in page.text) == (True, False)
    assert "contract:3 " in sam_client.get(page.links["Older lines"]).text


@pytest.mark.usefixtures("lines")
def test_filters_live_in_the_address(sam_client: PortalClient):
    page = sam_client.get("/staff/audit?thing=contract:7")
    assert ("moved" in page.text, "contract:8" in page.text) == (True, False)


@pytest.mark.usefixtures("lines")
def test_a_day_that_is_none_is_said(sam_client: PortalClient):
    page = sam_client.get("/staff/audit?since=yesterday")
    assert (page.status, "Please write a day as year-month-day" in page.text) == (400, True)


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize("odd", ["before=x", "before=" + "9" * 40, "actor=%00", "since=2026-11-25&until=2020-01-01"])
def test_odd_addresses_do_no_harm(sam_client: PortalClient, odd: str):
    assert sam_client.get(f"/staff/audit?{odd}").status == 200


@pytest.mark.usefixtures("lines")
def test_the_export_has_every_line_and_no_formula(sam_client: PortalClient):
    page = sam_client.get("/staff/audit.csv?thing=contract:7")
    assert page.headers["Content-Type"].startswith("text/csv")
    assert page.html.count("contract:7") == 2
    assert ",'=HYPERLINK(1)," in page.html


@pytest.mark.usefixtures("lines")
def test_an_export_is_audited(sam_client: PortalClient, stored: Callable[..., list[AuditEntry]]):
    sam_client.get("/staff/audit.csv?actor=alice@acme.example")
    (entry,) = [one for one in stored(AuditEntry) if one.action == "exported"]
    assert entry.detail == {"query": {"actor": "a•••@acme.example"}}
