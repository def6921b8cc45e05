"""The renewal cockpit, as a browser meets it."""

import pytest
from flask import Flask

from portal.database import utcnow
from portal.staff.overview.renewals import PAGE
from tests.portal_client import PortalClient
from tests.staff.making import make, organisation


@pytest.fixture
def ends(app: Flask) -> None:
    with app.app_context():
        acme = organisation("Acme")
        make(ends_in=12, auto_renew=True, organisation_id=acme)
        make(ends_in=13, auto_renew=False)
        make(ends_in=14)
        make(ends_in=-1, auto_renew=True)
        gone_on = make(ends_in=15)
        make(ends_in=380, continues_id=gone_on.id)
        make(ends_in=70)


@pytest.mark.usefixtures("ends")
def test_each_contract_says_how_it_goes_on(vera_client: PortalClient):
    page = vera_client.get("/staff/renewals?days=30")
    for words in (
        "Renews by itself",
        "Will end",
        "Not said",
        "Goes on",
        "The contract that follows",
        "over",
        "in 11 days",
    ):
        assert words in page.text


@pytest.mark.usefixtures("ends")
def test_the_days_ahead_can_be_chosen(vera_client: PortalClient):
    rows = [vera_client.get(f"/staff/renewals?days={days}").html.count('<th scope="row"><a') for days in (30, 90)]
    assert rows == [5, 6]


@pytest.mark.usefixtures("ends")
def test_there_is_a_picture_with_the_same_as_a_table(vera_client: PortalClient):
    page = vera_client.get("/staff/renewals?days=30")
    assert ('<svg class="chart"' in page.html, "Contracts by the time of their end" in page.text) == (True, True)
    assert "overdue" in page.text


@pytest.mark.usefixtures("ends")
def test_one_outlook_may_be_asked_for(vera_client: PortalClient):
    page = vera_client.get("/staff/renewals?days=30&outlook=stops")
    assert page.html.count('<th scope="row"><a') == 1


@pytest.mark.usefixtures("ends")
def test_where_aws_has_not_said_where_to_look_is_said(vera_client: PortalClient):
    page = vera_client.get("/staff/renewals")
    assert ("AWS has not said." in page.text, "Management Portal" in page.text) == (True, True)


def test_where_nothing_ends_it_says_so(vera_client: PortalClient):
    page = vera_client.get("/staff/renewals?days=30")
    assert "No contract ends in the next 30 days." in page.text


@pytest.mark.parametrize("query", ["days=31", "days=x", "outlook=good"])
def test_what_cannot_be_meant_is_said(vera_client: PortalClient, query: str):
    page = vera_client.get(f"/staff/renewals?{query}")
    assert (page.status, 'role="alert"' in page.html) == (400, True)


def test_what_does_not_fit_is_on_the_next_page(vera_client: PortalClient, app: Flask):
    with app.app_context():
        for number in range(PAGE + 1):
            make(ends_in=1 + number / 10)
    first = vera_client.get("/staff/renewals?days=30")
    second = vera_client.get(first.links["Those that end later"])
    assert second.html.count('<th scope="row"><a') == 1


@pytest.mark.usefixtures("ends")
def test_the_picture_says_of_when_it_is(vera_client: PortalClient):
    assert f"as of {utcnow().day} " in vera_client.get("/staff/renewals").text
