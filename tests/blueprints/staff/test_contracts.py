"""The list of contracts, as a browser meets it."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.contracts.lifecycle import State
from portal.staff.overview.contracts_list import PAGE
from tests.cast import ARCHIVE
from tests.portal_client import PortalClient
from tests.staff.making import days_ago, make, organisation


@pytest.fixture
def some(app: Flask) -> None:
    """An active contract of Acme's that ends soon, and one that waits and is nobody's."""
    with app.app_context():
        make(organisation_id=organisation("Acme"), ends_in=12, auto_renew=False, aws_account_id="444455556666")
        make(product_code=ARCHIVE, state=State.WAITING, aws_account_id="777788889999")


def test_where_there_is_none_it_says_how_the_first_one_comes(vera_client: PortalClient):
    assert "There is no contract yet" in vera_client.get("/staff/contracts").text


@pytest.mark.usefixtures("some")
def test_a_row_tells_product_organisation_status_and_end(vera_client: PortalClient):
    page = vera_client.get("/staff/contracts")
    for words in ("Tidemark Analytics", "Acme", "Active", "Ends", "Not linked", "Waiting for AWS"):
        assert words in page.text


@pytest.mark.usefixtures("some")
def test_accounts_are_masked(vera_client: PortalClient):
    page = vera_client.get("/staff/contracts")
    assert ("•••• 6666" in page.text, "444455556666" in page.html) == (True, False)


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(
    ("query", "shown", "left_out"),
    [
        ("state=active", "Acme", "Archive"),
        ("state=waiting&state=ended", "Archive", "Acme"),
        (f"product={ARCHIVE}", "Archive", "Acme"),
        ("within=30", "Acme", "Archive"),
        ("unlinked=1", "Archive", "Acme"),
    ],
)
def test_filters_live_in_the_address(vera_client: PortalClient, query: str, shown: str, left_out: str):
    links = " ".join(vera_client.get(f"/staff/contracts?{query}").links)
    assert (shown in links, left_out in links) == (True, False)


@pytest.mark.usefixtures("some")
def test_sorting_keeps_the_filters(vera_client: PortalClient):
    assert vera_client.get("/staff/contracts?state=active").links["End"] == "/staff/contracts?state=active&sort=ends"


@pytest.mark.usefixtures("some")
def test_what_cannot_be_meant_is_said_and_the_list_is_there_all_the_same(vera_client: PortalClient):
    page = vera_client.get("/staff/contracts?state=alive&within=soon&after=nowhere")
    assert page.status == 400
    for words in ("no status “alive”", "a whole number", "cannot be read", "Acme"):
        assert words in page.text


def test_stale_ones_that_do_not_exist_are_good_news(vera_client: PortalClient, app: Flask):
    with app.app_context():
        make()
    assert "That is as it should be" in vera_client.get("/staff/contracts?stale=1").text


def test_and_no_news_where_more_was_filtered(vera_client: PortalClient, app: Flask):
    with app.app_context():
        make(state=State.WAITING)
    page = vera_client.get("/staff/contracts?unlinked=1&state=active")
    assert ("That is as it should be" in page.text, "Take a filter away" in page.text) == (False, True)


def test_what_does_not_fit_is_on_the_next_page(vera_client: PortalClient, app: Flask):
    with app.app_context():
        for number in range(PAGE + 3):
            make(created_at=days_ago(number))
    first = vera_client.get("/staff/contracts?state=active")
    second = vera_client.get(first.links[f"Next {PAGE}"])
    assert (f"{PAGE + 3} with these filters" in first.text, second.html.count('<th scope="row">')) == (True, 3)
    assert "Back to the first" in second.links


@pytest.mark.usefixtures("some")
def test_the_file_has_the_filters_of_the_list(vera_client: PortalClient):
    answer = vera_client.get(vera_client.get("/staff/contracts?state=waiting").links["Export all of these as CSV"])
    (row,) = csv.DictReader(io.StringIO(answer.html))
    assert (row["product code"], row["AWS account"]) == (ARCHIVE, "•••• •••• 9999")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=contracts-")


@pytest.mark.usefixtures("some")
def test_a_file_with_whole_accounts_needs_a_reason_and_is_audited(
    olga_client: PortalClient, stored: Callable[..., list[AuditEntry]]
):
    form = olga_client.get("/staff/contracts?state=active").form("/staff/contracts.csv")
    assert olga_client.send(form, why=" ").status == 400
    (row,) = csv.DictReader(io.StringIO(olga_client.send(form, why="the yearly audit").html))
    assert row["AWS account"] == "444455556666"
    (entry,) = [one for one in stored(AuditEntry) if one.action == "exported"]
    assert (entry.why, entry.detail) == ("the yearly audit", {"filters": {"state": ["active"]}, "accounts": "whole"})


@pytest.mark.usefixtures("some")
def test_a_viewer_gets_no_file_with_whole_accounts(vera_client: PortalClient):
    fields = vera_client.get("/staff/").form("/signout").fields
    assert vera_client.post("/staff/contracts.csv", fields | {"why": "curious"}).status == 403
    assert "With whole AWS accounts" not in vera_client.get("/staff/contracts").text


@pytest.mark.usefixtures("some")
def test_a_page_takes_few_queries(vera_client: PortalClient, queries: Callable[[], object]):
    with queries() as statements:  # type: ignore[attr-defined]
        vera_client.get("/staff/contracts")
    assert len(statements) < 20, "\n".join(statements)
