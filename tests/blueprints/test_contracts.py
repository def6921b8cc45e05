"""(2) A customer looks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from portal.contracts import checks
from portal.contracts.history import write_change
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction
from portal.jobs import tasks
from tests.cast import ARCHIVE, Somebody
from tests.portal_client import Page, PortalClient
from tests.sandbox_client import SandboxClient

Queries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def signed_in(client: PortalClient, alice: Somebody) -> PortalClient:
    return client.sign_in_as(alice)


@pytest.fixture
def check(app: Flask) -> Callable[[], None]:
    """Does what the worker does when a page has asked for a check."""

    def do() -> None:
        with app.app_context():
            tasks.check_contracts()

    return do


def test_a_stranger_is_asked_to_sign_in(client: PortalClient, contract_page: str):
    assert client.get(contract_page).location.startswith("/signin")


def test_without_a_contract_the_way_to_one_is_shown(signed_in: PortalClient):
    page = signed_in.get("/contracts")
    assert (page.status, "Set up your account" in page.text) == (200, True)


def test_the_only_contract_is_shown_straight_away(signed_in: PortalClient, contract_page: str):
    assert signed_in.get("/contracts").location == contract_page


def test_several_are_listed(
    signed_in: PortalClient, contract_page: str, arrive: Callable[..., Page], app: Flask, link: Any, alice: Somebody
):
    arrive(PortalClient(app), product=ARCHIVE)
    link(alice)
    page = signed_in.get("/contracts")
    assert [title for title in ("Tidemark Analytics", "Tidemark Archive") if title not in page.text] == []


def test_the_page_says_what_the_contract_is(signed_in: PortalClient, contract_page: str):
    text = signed_in.get(contract_page).text
    words = ("Active", "Team plan", "10 users", "Acme", "by Alice", "ending in 6666", "Runs until", "Contract")
    assert [word for word in words if word not in text] == []


def test_it_says_how_fresh_it_is(signed_in: PortalClient, contract_page: str):
    assert "Confirmed with AWS" in signed_in.get(contract_page).text


def test_it_says_where_to_change_it_and_who_can_help(signed_in: PortalClient, contract_page: str):
    links = signed_in.get(contract_page).links
    assert ("Change this contract on AWS Marketplace" in links, "help@tidemark.example" in links) == (True, True)


def test_it_has_no_button_to_change_or_cancel(signed_in: PortalClient, contract_page: str):
    actions = {form.action for form in signed_in.get(contract_page).forms}
    assert actions == {"/signout", f"{contract_page}/check"}


def test_it_tells_the_history(signed_in: PortalClient, contract_page: str):
    text = signed_in.get(contract_page).text
    assert "The purchase reached us from AWS Marketplace." in text


def test_a_dimension_that_the_file_does_not_name_is_shown_raw(signed_in: PortalClient, contract_page: str, app: Flask):
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, UUID(contract_page.rpartition("/")[2]))
        contract.entitlements[0].dimension = "mystery_box"
        contract.version += 1
    assert "mystery_box" in signed_in.get(contract_page).text


def test_a_dimension_that_is_markup_is_shown_as_text(signed_in: PortalClient, contract_page: str, app: Flask):
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, UUID(contract_page.rpartition("/")[2]))
        contract.entitlements[0].dimension = "<script>alert(1)</script>"
        contract.version += 1
    assert "<script>alert" not in signed_in.get(contract_page).html


def test_the_account_is_masked(signed_in: PortalClient, contract_page: str):
    assert "44445555" not in signed_in.get(contract_page).html


def test_a_colleague_sees_it(client: PortalClient, contract_page: str, bob: Somebody):
    assert client.sign_in_as(bob).get(contract_page).status == 200


@pytest.mark.parametrize("suffix", ["", "/check"])
def test_somebody_else_s_contract_is_404(client: PortalClient, contract_page: str, mallory: Somebody, suffix: str):
    client.sign_in_as(mallory)
    token = client.get("/contracts").form("/signout").fields["csrf_token"]
    page = client.post(contract_page + suffix, {"csrf_token": token}) if suffix else client.get(contract_page)
    assert (page.status, "Tidemark Analytics" in page.text) == (404, False)


def test_and_looks_like_one_that_never_was(client: PortalClient, contract_page: str, mallory: Somebody):
    client.sign_in_as(mallory)
    token = client.get("/contracts").form("/signout").fields["csrf_token"]
    pages = [client.get(path) for path in (contract_page, f"/contracts/{uuid4()}")]
    theirs, none = (page.text.replace(token, "").replace(page.headers["X-Request-Id"], "") for page in pages)
    assert theirs == none


@pytest.mark.parametrize("path", ["/contracts/1", "/contracts/not-an-id", "/contracts/' OR 1=1"])
def test_an_address_that_is_no_contract_is_404(signed_in: PortalClient, path: str):
    assert signed_in.get(path).status == 404


def test_a_page_takes_four_queries(signed_in: PortalClient, contract_page: str, queries: Queries):
    with queries() as statements:
        signed_in.get(contract_page)
    assert len(statements) <= 4


def test_however_long_its_history_is(signed_in: PortalClient, contract_page: str, app: Flask, queries: Queries):
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, UUID(contract_page.rpartition("/")[2]))
        for number in range(30):
            write_change(contract, Cause.REFRESH, f"dimension:seats{number}", after={"value": "1", "type": "integer"})
    with queries() as statements:
        signed_in.get(contract_page)
    assert len(statements) <= 4


def test_the_list_takes_three_queries_however_long_it_is(
    signed_in: PortalClient, app: Flask, alice: Somebody, queries: Queries
):
    with app.app_context(), transaction():
        for _ in range(10):
            db.session.add(Contract(product_code="abc", organisation_id=alice.organisation_id))
    with queries() as statements:
        signed_in.get("/contracts")
    assert len(statements) <= 3


def test_a_page_that_has_not_changed_takes_two_or_three(signed_in: PortalClient, contract_page: str, queries: Queries):
    etag = signed_in.get(contract_page).headers["ETag"]
    with queries() as statements:
        signed_in.get(contract_page, headers={"If-None-Match": etag})
    assert len(statements) <= 3


# --- While it is open --------------------------------------------------------------------------------------------


def test_an_open_page_learns_that_nothing_has_changed(signed_in: PortalClient, contract_page: str):
    etag = signed_in.get(contract_page).headers["ETag"]
    page = signed_in.get(contract_page, headers={"If-None-Match": etag})
    assert (page.status, page.html) == (304, "")


def test_a_kept_page_is_for_this_browser_and_asked_about_each_time(signed_in: PortalClient, contract_page: str):
    assert signed_in.get(contract_page).headers["Cache-Control"] == "private, no-cache"


def test_an_open_page_learns_of_a_change(
    sandbox: SandboxClient, signed_in: PortalClient, contract_page: str, app: Flask, check: Callable[[], None]
):
    etag = signed_in.get(contract_page).headers["ETag"]
    (bought,) = [each for each in sandbox.call("GET", "/api/purchases") if each["status"] == "ACTIVE"][:1]
    sandbox.change(bought["agreement_id"], dimensions={"seats": 77})
    with app.app_context(), transaction():
        checks.request_check(UUID(contract_page.rpartition("/")[2]))
    check()
    page = signed_in.get(contract_page, headers={"If-None-Match": etag})
    assert (page.status, "77 users" in page.text) == (200, True)


def test_a_confirmation_without_a_change_is_news_too(
    signed_in: PortalClient, contract_page: str, app: Flask, check: Callable[[], None]
):
    etag = signed_in.get(contract_page).headers["ETag"]
    with app.app_context(), transaction():
        checks.request_check(UUID(contract_page.rpartition("/")[2]))
    check()
    assert signed_in.get(contract_page, headers={"If-None-Match": etag}).status == 200


def test_a_colleague_s_page_is_another(
    signed_in: PortalClient, another_client: PortalClient, contract_page: str, bob: Somebody
):
    etag = signed_in.get(contract_page).headers["ETag"]
    another_client.sign_in_as(bob)
    assert another_client.get(contract_page, headers={"If-None-Match": etag}).status == 200


def test_a_page_kept_from_an_earlier_session_is_not_good_any_more(
    signed_in: PortalClient, contract_page: str, alice: Somebody
):
    earlier = signed_in.get(contract_page)
    signed_in.send(earlier.form("/signout"))
    signed_in.sign_in_anew_as(alice)
    assert signed_in.get(contract_page, headers={"If-None-Match": earlier.headers["ETag"]}).status == 200


# --- Check with AWS now ------------------------------------------------------------------------------------------


def test_a_check_is_asked_of_the_worker(signed_in: PortalClient, contract_page: str, app: Flask):
    signed_in.press(contract_page, f"{contract_page}/check")
    assert "portal.jobs.tasks.check_contracts" in [job.func_name for job in app.extensions["jobs"].jobs]


def test_and_the_page_says_that_an_answer_is_awaited(signed_in: PortalClient, contract_page: str):
    page = signed_in.follow(signed_in.press(contract_page, f"{contract_page}/check"))
    assert ("We are asking AWS now." in page.text, "Waiting for AWS to confirm" in page.text) == (True, True)


def test_a_message_for_once_is_not_kept_by_the_browser(signed_in: PortalClient, contract_page: str):
    page = signed_in.follow(signed_in.press(contract_page, f"{contract_page}/check"))
    assert page.headers["Cache-Control"] == "no-store"


def test_without_javascript_an_awaiting_page_reloads(signed_in: PortalClient, contract_page: str):
    page = signed_in.follow(signed_in.press(contract_page, f"{contract_page}/check"))
    assert '<noscript><meta http-equiv="refresh"' in page.html


def test_pressing_twice_is_harmless(signed_in: PortalClient, contract_page: str):
    form = signed_in.get(contract_page).form(f"{contract_page}/check")
    assert [signed_in.send(form).status for _ in range(2)] == [303, 303]


def test_it_needs_the_page_s_own_token(signed_in: PortalClient, contract_page: str):
    assert signed_in.post(f"{contract_page}/check").status == 400


def test_the_answer_ends_the_waiting(signed_in: PortalClient, contract_page: str, check: Callable[[], None]):
    signed_in.press(contract_page, f"{contract_page}/check")
    check()
    assert "Confirmed with AWS" in signed_in.get(contract_page).text


def test_a_refusal_ends_it_as_well_and_the_open_page_notices(
    sandbox: SandboxClient, signed_in: PortalClient, contract_page: str, check: Callable[[], None]
):
    signed_in.press(contract_page, f"{contract_page}/check")
    signed_in.get(contract_page)  # shows the message for once
    etag = signed_in.get(contract_page).headers["ETag"]
    sandbox.fail("GetEntitlements", "AccessDeniedException")
    check()
    page = signed_in.get(contract_page, headers={"If-None-Match": etag})
    assert (page.status, "Confirmed with AWS" in page.text) == (200, True)


def test_without_redis_the_wish_is_kept_for_the_sweep(
    make_app: Callable[..., Flask], contract_page: str, alice: Somebody, stored: Callable[..., list[Any]]
):
    browser = PortalClient(make_app(REDIS_URL="redis://127.0.0.1:9/0")).sign_in_as(alice)
    browser.press(contract_page, f"{contract_page}/check")
    assert stored(Contract)[0].check_requested_at is not None


# --- Joined after a renewal ----------------------------------------------------------------------------------------


@pytest.fixture
def joined_page(app: Flask, contract_page: str) -> str:
    """The address of a contract that was set up apart, and turned out to be a renewal of the other."""
    with app.app_context(), transaction():
        later = Contract(product_code=ARCHIVE, merged_into_id=UUID(contract_page.rpartition("/")[2]))
        db.session.add(later)
        db.session.flush()
        return f"/contracts/{later.id}"


def test_the_address_of_a_contract_that_was_joined_leads_to_the_one_it_belongs_to(
    signed_in: PortalClient, contract_page: str, joined_page: str
):
    assert signed_in.get(joined_page).location == contract_page


def test_but_not_for_people_whose_it_is_not(another_client: PortalClient, joined_page: str, mallory: Somebody):
    assert another_client.sign_in_as(mallory).get(joined_page).status == 404


def test_a_contract_for_a_later_date_says_when_it_begins(signed_in: PortalClient, contract_page: str, app: Flask):
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, UUID(contract_page.rpartition("/")[2]))
        contract.state, contract.starts_at = State.WAITING, datetime(2140, 3, 1, tzinfo=UTC)
        contract.version += 1
    assert "begins on 1 March 2140" in signed_in.get(contract_page).text


def test_a_state_nobody_knows_is_shown_raw(signed_in: PortalClient, contract_page: str, app: Flask):
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, UUID(contract_page.rpartition("/")[2]))
        contract.state = "mystery"
        contract.version += 1
    assert "mystery" in signed_in.get(contract_page).text
