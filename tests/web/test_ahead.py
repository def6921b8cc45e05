"""Pages that are drawn already: answered from what is kept, and never a moment longer than they are true."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, template_rendered
from sqlalchemy import delete, select, update

from portal.accounts.models import Membership, Organisation, Person
from portal.accounts.sessions import PersonSession
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.web.requests import HEADER
from tests.cast import ANALYTICS, Somebody
from tests.portal_client import Page, PortalClient


@pytest.fixture
def looking(client: PortalClient, alice: Somebody, contract_page: str) -> PortalClient:
    """Alice's browser, with the page open: it is drawn and kept."""
    client.sign_in_as(alice)
    client.get(contract_page)  # gives the session its token
    client.get(contract_page)
    return client


@pytest.fixture
def drawn(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Notes the templates that are drawn inside it."""

    @contextmanager
    def noting() -> Any:
        names: list[str] = []

        def note(_app: Flask, template: Any, **_more: Any) -> None:
            names.append(template.name)

        with template_rendered.connected_to(note, app):
            yield names

    return noting


@pytest.fixture
def write(app: Flask) -> Callable[[Any], None]:
    def do(statement: Any) -> None:
        with app.app_context(), transaction():
            db.session.execute(statement)

    return do


def told(page: Page) -> tuple[str, list[tuple[str, str]]]:
    """What an answer tells, but for what is new in each: its nonce and its number."""
    nonce = re.search(r"'nonce-([^']+)'", page.headers.get("Content-Security-Policy", "'nonce-none'"))
    assert nonce
    headers = [(name, value.replace(nonce[1], "")) for name, value in page.headers if name != HEADER]
    return page.html.replace(nonce[1], ""), headers


def contract_id(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


def test_a_page_is_drawn_once(looking: PortalClient, contract_page: str, drawn: Any):
    with drawn() as names:
        page = looking.get(contract_page)
    assert (names, page.status, page.heading) == ([], 200, "Tidemark Analytics")


def test_whoever_draws_it_it_is_the_same_answer(client: PortalClient, alice: Somebody, contract_page: str, drawn: Any):
    client.sign_in_as(alice)
    client.get(contract_page)
    with drawn() as names:
        one, two = client.get(contract_page), client.get(contract_page)
    assert len(names) == 1
    assert told(one) == told(two)


def test_a_look_from_an_open_page_is_answered_without_flask(looking: PortalClient, contract_page: str, app: Flask):
    known = {"If-None-Match": looking.get(contract_page).headers["ETag"]}
    first = looking.get(contract_page, headers=known)
    begun: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: begun.append("a request"))
    try:
        second = looking.get(contract_page, headers=known)
    finally:
        app.before_request_funcs[None].pop()
    assert (begun, second.status, told(second)) == ([], 304, told(first))


def test_a_form_on_a_kept_page_can_be_sent(looking: PortalClient, contract_page: str):
    assert looking.press(contract_page, f"{contract_page}/check").status == 303


def test_a_message_for_once_is_shown_once(looking: PortalClient, contract_page: str):
    looking.press(contract_page, f"{contract_page}/check")
    said = ["We are asking AWS now." in looking.get(contract_page).text for _ in range(3)]
    assert said == [True, False, False]


def test_a_kept_page_says_nothing_that_becomes_untrue(looking: PortalClient, contract_page: str):
    assert " ago" not in looking.get(contract_page).text


def test_a_colleague_s_page_is_another(
    looking: PortalClient, another_client: PortalClient, contract_page: str, bob: Any
):
    another_client.sign_in_as(bob)
    names = [looking.get(contract_page), another_client.get(contract_page), another_client.get(contract_page)]
    assert ["Signed in as Alice" in page.text for page in names] == [True, False, False]


# --- The next request --------------------------------------------------------------------------------------------


def test_whoever_leaves_the_organisation_sees_it_no_more(
    looking: PortalClient, contract_page: str, write: Any, alice: Somebody
):
    write(delete(Membership).where(Membership.person_id == alice.id))
    assert looking.get(contract_page).status == 404


def test_whoever_signs_out_is_asked_to_sign_in(looking: PortalClient, contract_page: str):
    looking.press(contract_page, "/signout")
    assert looking.get(contract_page).location.startswith("/signin")


def test_a_session_that_was_ended_elsewhere_is_over(looking: PortalClient, contract_page: str, write: Any):
    write(delete(PersonSession))
    assert looking.get(contract_page).location.startswith("/signin")


@pytest.mark.parametrize(
    ("asked_by", "noted"), [({}, True), ({"Sec-Fetch-Dest": "document"}, True), ({"Sec-Fetch-Dest": "empty"}, False)]
)
def test_who_looks_is_there_and_a_page_that_renews_itself_is_not(
    looking: PortalClient, contract_page: str, write: Any, app: Flask, asked_by: dict[str, str], noted: bool
):
    before = utcnow() - timedelta(days=1)
    write(update(PersonSession).values(seen_at=before))
    page = looking.get(contract_page, headers=asked_by)
    with app.app_context():
        seen_at = db.session.scalars(select(PersonSession.seen_at)).all()
    assert (page.status, any(at > before for at in seen_at)) == (200, noted)


def test_and_afterwards_it_is_answered_ahead_again(looking: PortalClient, contract_page: str, write: Any, drawn: Any):
    write(update(PersonSession).values(seen_at=utcnow() - timedelta(days=1)))
    looking.get(contract_page)
    with drawn() as names:
        assert looking.get(contract_page).status == 200
    assert names == []


def test_a_cookie_that_we_did_not_sign_is_nobody_s(looking: PortalClient, contract_page: str):
    cookie = looking.http.get_cookie("session", domain="127.0.0.1")
    looking.http.set_cookie("session", cookie.value[:-3] + "abc", domain="127.0.0.1")
    assert looking.get(contract_page).location.startswith("/signin")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (update(Contract).values(state="ending", version=Contract.version + 1), "Ending"),
        (update(Contract).values(check_requested_at=utcnow()), "Waiting for AWS to confirm"),
        (update(Organisation).values(name="Acme Holding"), "Acme Holding"),
        (update(Person).values(name="Alicia"), "Signed in as Alicia"),
    ],
    ids=["the contract", "a check", "the organisation's name", "a person's name"],
)
def test_what_has_changed_is_shown(looking: PortalClient, contract_page: str, write: Any, change: Any, words: str):
    write(change)
    assert words in looking.get(contract_page).text


def test_so_is_another_contract(looking: PortalClient, contract_page: str, app: Flask, alice: Somebody):
    with app.app_context(), transaction():
        db.session.add(Contract(product_code=ANALYTICS, organisation_id=alice.organisation_id))
    assert "All contracts" in looking.get(contract_page).links


def test_and_the_contract_that_continues_it(looking: PortalClient, contract_page: str, app: Flask, alice: Somebody):
    with app.app_context(), transaction():
        renewal = Contract(product_code=ANALYTICS, organisation_id=alice.organisation_id)
        renewal.continues_id = contract_id(contract_page)
        db.session.add(renewal)
    assert "Continued by" in looking.get(contract_page).text


def test_a_page_follows_what_its_reader_may_do(looking: PortalClient, alice: Somebody, contract_page: str, write: Any):
    before = "Invite colleagues" in looking.get(contract_page).text
    write(update(Membership).where(Membership.person_id == alice.id).values(role="member"))
    assert (before, "Invite colleagues" in looking.get(contract_page).text) == (True, False)
