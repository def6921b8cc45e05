"""A contract as support sees it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, update

from portal.audit import AuditEntry
from portal.contracts.history import write_change
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange, ContractName, NameKind
from portal.database import db, transaction, utcnow
from portal.jobs import tasks
from portal.marketplace.queue import Delivery
from portal.notifications import intake
from portal.notifications.models import Notification
from portal.staff.contract.sharing import SharedLink
from tests.cast import ACME_AWS, Somebody
from tests.console import Staff
from tests.notifications import shapes
from tests.portal_client import Page, PortalClient

Queries = Callable[[], AbstractContextManager[list[str]]]
ARTICLE = re.compile(r'<article class="contract-page">(.*?)</article>', re.DOTALL)
PRESSED = re.compile(
    r'<form.*?</form>|<a class="button[^>]*>|</?span class="button[^>]*>|</a>|</span>(?=</p>)', re.DOTALL
)


@pytest.fixture
def contract_id(contract_page: str) -> UUID:
    return UUID(contract_page.rpartition("/")[2])


@pytest.fixture
def address(contract_id: UUID) -> str:
    """Where support sees Alice's contract."""
    return f"/staff/contracts/{contract_id}"


@pytest.fixture
def change(app: Flask, contract_id: UUID) -> Callable[..., None]:
    """Changes the record, and nothing else."""

    def do(**values: Any) -> None:
        with app.app_context(), transaction():
            contract = db.session.get_one(Contract, contract_id)
            contract.version += 1
            for name, value in values.items():
                setattr(contract, name, value)

    return do


def audited(stored: Callable[..., list[Any]], action: str) -> list[AuditEntry]:
    return [entry for entry in stored(AuditEntry) if entry.action == action]


def body_of(page: Page) -> str:
    """The customer's page in an answer, without what is only for them to press, and with single blanks."""
    (found,) = ARTICLE.findall(page.html)
    return " ".join(PRESSED.sub("", found).split())


# --- The customer's own page ------------------------------------------------------------------------------------------


def test_it_is_the_customers_own_page(
    vera_client: PortalClient, client: PortalClient, alice: Somebody, contract_page: str, address: str
):
    theirs = client.sign_in_as(alice).get(contract_page)
    assert body_of(vera_client.get(address)) == body_of(theirs)


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.WAITING, "ended_because": "PAYMENT_FAILED"},
        {"state": State.ENDING, "auto_renew": False},
        {"state": State.CHANGING},
        {"state": "mystery"},
        {"check_requested_at": utcnow()},
        {"starts_at": utcnow() + timedelta(days=9), "state": State.WAITING},
    ],
    ids=["not paid", "ending", "changing", "of an unknown word", "being checked", "agreed for later"],
)
def test_whatever_its_state_is(
    vera_client: PortalClient,
    client: PortalClient,
    alice: Somebody,
    contract_page: str,
    address: str,
    change: Callable[..., None],
    values: dict[str, Any],
):
    change(**values)
    theirs = client.sign_in_as(alice).get(contract_page)
    assert body_of(vera_client.get(address)) == body_of(theirs)


def test_nothing_of_the_customer_can_be_pressed(olga_client: PortalClient, contract_page: str, address: str):
    page = olga_client.get(address)
    actions = {form.action for form in page.forms}
    assert (f"{contract_page}/check" in actions, "<form" in ARTICLE.findall(page.html)[0]) == (False, False)


def test_what_only_another_organisation_may_read_is_on_neither(
    vera_client: PortalClient,
    client: PortalClient,
    alice: Somebody,
    mallory: Somebody,
    contract_page: str,
    contract_id: UUID,
    address: str,
    app: Flask,
):
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, contract_id)
        write_change(
            contract, Cause.MOVE, "organisation", before={"value": "Globex"}, only_for_id=mallory.organisation_id
        )
    theirs = client.sign_in_as(alice).get(contract_page)
    (shown,) = ARTICLE.findall(vera_client.get(address).html)
    assert (body_of(vera_client.get(address)) == body_of(theirs), "Globex" in shown) == (True, False)


def test_one_that_nobody_has_linked_says_that_nobody_sees_it(
    vera_client: PortalClient, address: str, change: Callable[..., None]
):
    change(organisation_id=None, linked_by_id=None, linked_at=None)
    assert "Nobody has set this contract up yet" in vera_client.get(address).text


def test_one_that_was_joined_leads_to_the_other(
    vera_client: PortalClient, app: Flask, address: str, change: Callable[..., None]
):
    with app.app_context(), transaction():
        other = Contract(product_code="abc")
        db.session.add(other)
        db.session.flush()
        other_id = other.id
    change(merged_into_id=other_id, state=State.SUPERSEDED)
    page = vera_client.get(address)
    assert page.links["the page of that one"] == f"/staff/contracts/{other_id}"


@pytest.mark.parametrize("path", ["/staff/contracts/173b2d18-f6cb-4331-b287-a00dd1c76305", "/staff/contracts/1"])
def test_what_is_no_contract_is_404(vera_client: PortalClient, path: str):
    assert vera_client.get(path).status == 404


def test_one_of_which_nothing_else_is_kept_has_a_page_all_the_same(vera_client: PortalClient, app: Flask):
    with app.app_context(), transaction():
        bare = Contract(product_code="abc")
        db.session.add(bare)
        db.session.flush()
        path = f"/staff/contracts/{bare.id}"
    assert [vera_client.get(path + asked).status for asked in ("", "?as_of=2020-01-01")] == [200, 200]


def test_a_customer_may_not_look(client: PortalClient, alice: Somebody, address: str):
    assert client.sign_in_as(alice).get(address).status == 403


# --- What stands beside it --------------------------------------------------------------------------------------------


def test_it_says_why_in_sentences(vera_client: PortalClient, address: str):
    text = vera_client.get(address).text
    assert "AWS grants 10 users and Team plan under licence …" in text


def test_the_names_are_there_with_the_account_in_them_masked(
    vera_client: PortalClient, app: Flask, contract_id: UUID, address: str
):
    arn = "arn:aws:license-manager::123456789012:license:l-abc"
    with app.app_context(), transaction():
        db.session.add(ContractName(contract_id=contract_id, kind=NameKind.LICENSE, key="abc", text=arn))
    html = vera_client.get(address).html
    assert ("123456789012" in html, "license:l-abc" in html) == (False, True)


@pytest.mark.parametrize("secret", [ACME_AWS, "alice@acme.example"])
def test_account_and_addresses_are_masked(vera_client: PortalClient, address: str, secret: str):
    assert secret not in vera_client.get(address).html


def test_an_operator_reveals_the_account(
    olga_client: PortalClient, address: str, stored: Callable[..., list[Any]], contract_id: UUID
):
    page = olga_client.get(address)
    form = next(form for form in page.forms if form.fields.get("kind") == "account")
    shown = olga_client.follow(olga_client.send(form))
    assert ACME_AWS in shown.html
    assert [entry.thing for entry in audited(stored, "revealed")] == [f"contract:{contract_id}"]


def test_a_viewer_has_nothing_to_press_but_looks(vera_client: PortalClient, address: str):
    posts = {form.action for form in vera_client.get(address).forms if form.method == "post"}
    assert posts == {"/signout", "/staff/search"}


@pytest.fixture
def message(app: Flask, contract_id: UUID) -> int:
    """A message about the contract, with an account in it."""
    with app.app_context():
        intake.receive([Delivery("m-1", "", shapes.event(), utcnow())], utcnow())
        with transaction():
            db.session.execute(update(Notification).values(contract_id=contract_id, fate="applied"))
        return db.session.scalars(db.select(Notification.id)).one()


def test_messages_are_shown_as_they_came_with_accounts_masked(vera_client: PortalClient, address: str, message: int):
    html = vera_client.get(address).html
    assert (shapes.ACCOUNT in html, "&#34;detail-type&#34;: &#34;License Updated" in html) == (False, True)


def test_an_operator_reveals_what_is_in_one(
    olga_client: PortalClient, address: str, message: int, stored: Callable[..., list[Any]]
):
    form = next(
        form for form in olga_client.get(address).forms if form.fields.get("thing") == f"notification:{message}"
    )
    assert shapes.ACCOUNT in olga_client.follow(olga_client.send(form)).html
    assert [entry.thing for entry in audited(stored, "revealed")] == [f"notification:{message}"]


def test_every_mark_of_the_picture_leads_to_a_row(vera_client: PortalClient, address: str, message: int):
    page = vera_client.get(address)
    marks = set(re.findall(r'class="lanes-mark[^"]*" href="#([^"]+)"', page.html))
    assert marks
    assert marks - set(page.ids) == set()


def test_no_id_stands_twice(olga_client: PortalClient, address: str, message: int):
    ids = olga_client.get(address).ids
    assert len(ids) == len(set(ids))


def test_what_people_did_is_on_the_timeline_and_that_they_looked_is_not(
    olga_client: PortalClient, address: str, stored: Callable[..., list[Any]]
):
    olga_client.press(address, f"{address}/check")
    text = olga_client.get(address).text
    assert ("Olga: asked for a check" in text, "Olga: saw" in text) == (True, False)


def test_a_customer_sees_nothing_of_what_staff_did(
    olga_client: PortalClient, client: PortalClient, alice: Somebody, contract_page: str, address: str
):
    olga_client.press(address, f"{address}/share", reason="Case 12", days="7")
    page = client.sign_in_as(alice).get(contract_page)
    assert [word for word in ("Olga", "Case 12", "/staff", "/shared") if word in page.html] == []


# --- Check with AWS now -----------------------------------------------------------------------------------------------


def test_a_check_is_asked_of_the_worker_and_written_down(
    olga_client: PortalClient, olga: Staff, address: str, app: Flask, stored: Callable[..., list[Any]]
):
    page = olga_client.follow(olga_client.press(address, f"{address}/check"))
    assert "We are asking AWS now." in page.text
    assert "portal.jobs.tasks.check_contracts" in [job.func_name for job in app.extensions["jobs"].jobs]
    assert [entry.actor for entry in audited(stored, "asked for a check")] == [olga.actor]


def test_the_page_follows_until_the_answer_is_there(olga_client: PortalClient, address: str, app: Flask):
    olga_client.press(address, f"{address}/check")
    waiting = olga_client.get(address)
    with app.app_context():
        tasks.check_contracts()
    there = olga_client.get(address)
    assert ("data-refresh" in waiting.html, "data-refresh" in there.html) == (True, False)


@pytest.mark.parametrize("path", ["check", "share", "shared/1/revoke"])
def test_a_viewer_may_do_nothing(vera_client: PortalClient, address: str, path: str):
    token = vera_client.get(address).form("/signout").fields["csrf_token"]
    assert vera_client.post(f"{address}/{path}", {"csrf_token": token}).status == 403


def test_one_that_was_joined_is_not_asked_about(
    olga_client: PortalClient, address: str, change: Callable[..., None], contract_id: UUID
):
    form = olga_client.get(address).form(f"{address}/check")
    change(merged_into_id=contract_id)
    assert olga_client.send(form).status == 409


# --- As of a moment ---------------------------------------------------------------------------------------------------


@pytest.fixture
def an_hour_ago(app: Flask, contract_id: UUID) -> str:
    """Its history was an hour ago, but for one change: it had ten seats, and has thirty now. A moment in between."""
    with app.app_context(), transaction():
        contract = db.session.get_one(Contract, contract_id)
        (seats,) = [row for row in contract.entitlements if row.dimension == "seats"]
        before = {
            "value": seats.value,
            "type": "integer",
            "expires_at": seats.expires_at and seats.expires_at.isoformat(),
        }
        db.session.execute(update(ContractChange).values(at=utcnow() - timedelta(hours=1)))
        seats.value = "30"
        write_change(contract, Cause.REFRESH, "dimension:seats", before=before, after=before | {"value": "30"})
    return (utcnow() - timedelta(minutes=30)).isoformat(timespec="minutes").removesuffix("+00:00")


def test_the_page_is_as_it_was_and_says_so(vera_client: PortalClient, address: str, an_hour_ago: str):
    page = vera_client.get(address, query_string={"as_of": an_hour_ago})
    (shown,) = ARTICLE.findall(page.html)
    assert "The customer’s page is shown as it was on" in page.text
    assert ("30" in re.sub(r"<[^>]*>", "", shown).split(), ">10<" in shown or ">10 " in shown) == (False, True)


def test_it_says_what_no_history_tells(vera_client: PortalClient, address: str, an_hour_ago: str):
    assert "is not kept" in vera_client.get(address, query_string={"as_of": an_hour_ago}).text


def test_before_it_was_opened_there_was_no_page(vera_client: PortalClient, address: str):
    page = vera_client.get(address, query_string={"as_of": "2020-01-01"})
    assert (page.status, "before that there was no page" in page.text, ARTICLE.findall(page.html)) == (200, True, [])


@pytest.mark.parametrize(("text", "words"), [("soon", "Please write a date"), ("2999-01-01", "still to come")])
def test_a_moment_that_is_none_is_refused_in_words_and_kept(
    vera_client: PortalClient, address: str, text: str, words: str
):
    page = vera_client.get(address, query_string={"as_of": text})
    assert (page.status, words in page.text, f'value="{text}"' in page.html) == (400, True, True)


# --- Sharing ----------------------------------------------------------------------------------------------------------


def test_a_link_is_shown_once(olga_client: PortalClient, address: str):
    made = olga_client.press(address, f"{address}/share", reason="Case 12", days="7")
    (link,) = re.findall(r'id="shared-link" href="([^"]+)"', made.html)
    token = link.rpartition("/")[2]
    again = olga_client.get(address)
    assert ("/shared/" in link, token in again.html, "Case 12" in again.text) == (True, False, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " ", "days": "7"}, "Please say in a few words why"),
        ({"reason": "x", "days": "31"}, "Please choose how long"),
        ({"reason": "x"}, "Please choose how long"),
        ({"reason": "x", "days": "7", "part": "everything"}, "Please choose what the link shows"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    olga_client: PortalClient, address: str, fields: dict[str, str], words: str, stored: Callable[..., list[Any]]
):
    page = olga_client.press(address, f"{address}/share", **fields)
    assert (page.status, words in page.text, stored(SharedLink)) == (400, True, [])
    assert fields["reason"].strip() in page.html


def test_a_link_is_revoked(olga_client: PortalClient, another_client: PortalClient, address: str):
    made = olga_client.press(address, f"{address}/share", reason="Case 12", days="7")
    (link,) = re.findall(r'id="shared-link" href="[^"]*?(/shared/[^"]+)"', made.html)
    (form,) = [form for form in olga_client.get(address).forms if form.action.endswith("/revoke")]
    olga_client.send(form)
    assert (another_client.get(link).status, "Revoked" in olga_client.get(address).text) == (410, True)


def test_only_a_link_of_this_contract_is(olga_client: PortalClient, address: str):
    token = olga_client.get(address).form("/signout").fields["csrf_token"]
    assert olga_client.post(f"{address}/shared/77/revoke", {"csrf_token": token}).status == 404


# --- A long life ------------------------------------------------------------------------------------------------------

MANY = 5_000


@pytest.fixture
def long_life(app: Flask, contract_id: UUID, olga: Staff) -> None:
    """Five thousand changes, messages and deeds each, over three years."""
    now = utcnow()
    with app.app_context(), transaction():
        times = [now - timedelta(minutes=300 * (MANY - n)) for n in range(MANY)]
        seats = [{"value": str(n), "type": "integer", "expires_at": None} for n in range(MANY + 1)]
        db.session.execute(
            insert(ContractChange),
            [
                {
                    "contract_id": contract_id, "at": at, "cause": "refresh", "subject": f"dimension:d{n % 3}",
                    "before": seats[n - 3] if n >= 3 else None, "after": seats[n],
                }
                for n, at in enumerate(times)
            ],
        )  # fmt: skip
        db.session.execute(
            insert(Notification),
            [
                {
                    "source_key": f"k{n}", "body": shapes.event(), "received_at": at, "occurred_at": at,
                    "dialect": "eventbridge", "kind": "granted", "name": "License Updated", "fate": "applied",
                    "contract_id": contract_id, "due_at": at, "attempts": 1,
                }
                for n, at in enumerate(times)
            ],
        )  # fmt: skip
        db.session.execute(
            insert(AuditEntry),
            [
                {"at": at, "actor": olga.actor, "action": "asked for a check", "thing": f"contract:{contract_id}",
                 "detail": {}}
                for at in times
            ],
        )  # fmt: skip


def test_a_page_takes_a_few_queries(olga_client: PortalClient, address: str, message: int, queries: Queries):
    with queries() as statements:
        olga_client.get(address)
    # three of them the gate's, three about moving it
    assert len([one for one in statements if one.startswith("SELECT")]) <= 19


def test_and_one_more_for_a_long_life(olga_client: PortalClient, address: str, long_life: None, queries: Queries):
    with queries() as statements:
        page = olga_client.get(address)
    assert page.status == 200
    assert len([one for one in statements if one.startswith("SELECT")]) <= 20


def test_of_a_long_life_what_is_long_ago_is_told_in_stretches(olga_client: PortalClient, address: str, long_life: None):
    page = olga_client.get(address)
    marks = re.findall(r'class="lanes-mark[^"]*" href="#([^"]+)"', page.html)
    assert (len(page.html) < 400_000, len(marks) < 300, "earlier messages" in page.text) == (True, True, True)
    counted = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) earlier messages", page.html)]
    assert sum(set(counted)) <= MANY
    assert set(marks) - set(page.ids) == set()


def test_a_long_history_is_replayed_too(olga_client: PortalClient, address: str, long_life: None):
    moment = (utcnow() - timedelta(days=365)).date().isoformat()
    assert olga_client.get(address, query_string={"as_of": moment}).status == 200
