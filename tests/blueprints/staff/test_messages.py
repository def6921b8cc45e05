"""A message on the console: what it was read as, its body masked, what a replay would change, which contract is
meant."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.contracts import book
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.marketplace.queue import Delivery
from portal.marketplace.values import Purchase
from portal.notifications import intake
from portal.notifications.models import Fate, Notification
from portal.registration import unclear
from portal.registration.models import UnclearPurchase
from portal.staff.attention.deciding import Decision
from portal.staff.attention.replaying import MOST_AT_ONCE, Preview, PreviewState
from tests.cast import ACME_AWS, ANALYTICS
from tests.notifications import shapes
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]
PROBLEM = "It may be about any of 2 contracts; a person must decide."


@pytest.fixture
def message(app: Flask) -> Callable[..., int]:
    """Stores a message as it would stand in the inbox; gives its number."""

    def store(body: str, fate: Fate = Fate.FAILED, **values: Any) -> int:
        with app.app_context():
            intake.receive([Delivery("sqs-1", "", body, utcnow())], utcnow())
            with transaction():
                newest = db.session.scalars(db.select(Notification).order_by(Notification.id.desc()).limit(1)).one()
                for name, value in ({"fate": fate, "settled_at": utcnow()} | values).items():
                    setattr(newest, name, value)
            return newest.id

    return store


@pytest.fixture
def two(app: Flask) -> list[UUID]:
    """Two contracts, of which one bears the licence of a message, and the other its agreement."""
    with app.app_context():
        ids = []
        for names in ({"license_arn": shapes.LICENCE}, {"agreement_id": shapes.AGREEMENT}):
            with transaction():
                purchase = Purchase(ANALYTICS, aws_account_id=ACME_AWS, **names)
                ids.append(book.open_contract(purchase, offer_type=None, cause=Cause.LANDING).id)
        return ids


@pytest.fixture
def unclear_message(message: Callable[..., int], two: list[UUID]) -> int:
    body = shapes.event(detail=shapes.licence_detail(product={"code": ANALYTICS}))
    return message(body, Fate.PARKED, problem=PROBLEM)


def send(client: PortalClient, path: str, **fields: Any) -> Page:
    token = client.get("/staff/queues").form("/signout").fields
    return client.post(path, token | fields)


def test_a_message_says_what_it_was_read_as(vera_client: PortalClient, message: Callable[..., int]):
    page = vera_client.get(f"/staff/messages/{message(shapes.event(), problem='AWS refused')}")
    assert ("a right to use was given or changed" in page.text, "AWS refused" in page.text) == (True, True)


@pytest.mark.parametrize(
    "body", [shapes.event(), shapes.wrapped(shapes.action()), "no JSON", "[1, 2]", "{}", "\ud800x"]
)
@pytest.mark.parametrize("fate", list(Fate))
def test_every_message_has_a_page(vera_client: PortalClient, message: Callable[..., int], body: str, fate: Fate):
    assert vera_client.get(f"/staff/messages/{message(body, fate)}").status == 200


def test_one_that_is_not_there_is_not_found(vera_client: PortalClient):
    assert vera_client.get("/staff/messages/999").status == 404


def test_its_body_is_masked(olga_client: PortalClient, message: Callable[..., int]):
    body = shapes.wrapped(shapes.action(contact="alice@acme.example", account=shapes.ACCOUNT))
    page = olga_client.get(f"/staff/messages/{message(body)}")
    assert ("alice@acme.example" in page.html, shapes.ACCOUNT in page.html, "a•••@acme.example" in page.html) == (
        False,
        False,
        True,
    )


def test_what_sns_wrapped_is_shown_apart(vera_client: PortalClient, message: Callable[..., int]):
    page = vera_client.get(f"/staff/messages/{message(shapes.wrapped(shapes.action()))}")
    assert ("What it says" in page.text, '"action": "entitlement-updated"' in page.text) == (True, True)


def test_it_is_revealed_when_an_operator_asks_and_that_is_audited(
    olga_client: PortalClient, message: Callable[..., int], stored: Stored, olga: Any
):
    number = message(shapes.event())
    address = f"/staff/messages/{number}"
    fields = {"thing": f"notification:{number}", "kind": "text", "back": address}
    page = olga_client.follow(send(olga_client, "/staff/reveal", **fields))
    entry = next(one for one in stored(AuditEntry) if one.action == "revealed")
    assert (shapes.ACCOUNT in page.html, entry.actor, entry.thing) == (True, olga.actor, f"notification:{number}")


def test_a_viewer_is_offered_nothing_to_do(vera_client: PortalClient, unclear_message: int):
    page = vera_client.get(f"/staff/messages/{unclear_message}")
    posts = {form.action for form in page.forms if form.method == "post"}
    assert posts == {"/signout", "/staff/search"}


# --- Replaying ----------------------------------------------------------------------------------------------------


def test_a_preview_is_left_to_the_worker(
    app: Flask, olga_client: PortalClient, message: Callable[..., int], stored: Stored
):
    page = send(olga_client, "/staff/messages/preview", id=str(message(shapes.event())))
    (preview,) = stored(Preview)
    assert (page.location, [job.func_name for job in app.extensions["jobs"].jobs]) == (
        f"/staff/previews/{preview.id}",
        ["portal.jobs.tasks.rehearse"],
    )


def test_its_page_waits_and_follows(olga_client: PortalClient, message: Callable[..., int]):
    page = olga_client.follow(send(olga_client, "/staff/messages/preview", id=str(message(shapes.event()))))
    assert ("The worker is finding out." in page.text, 'data-refresh="1"' in page.html) == (True, True)
    assert "Replay for real" not in page.text


@pytest.fixture
def preview(app: Flask, message: Callable[..., int], two: list[UUID]) -> Callable[..., int]:
    """Stores a preview that is ready; gives its number."""

    def store(becomes: str = "applied", fate: Fate = Fate.FAILED, **told: Any) -> int:
        number = message(shapes.event(), fate)
        change = {"before": {"value": "10", "type": "integer", "expires_at": None}, "cause": "notification"}
        after = {"value": "25", "type": "integer", "expires_at": None}
        line = change | {"subject": "dimension:seats", "after": after, "detail": None}
        contract = {"id": str(two[0]), "product_code": ANALYTICS, "state": "active", "becomes": "active"}
        said = {"id": number, "fate": fate, "becomes": becomes, "contract": str(two[0]), "problem": None}
        outcome = {
            "messages": [said],
            "contracts": [contract | {"joined": None, "problem": None, "lines": [line]} | told],
        }
        with app.app_context(), transaction():
            made = Preview(notification_ids=[number], asked_at=utcnow(), asked_by="person:1", done_at=utcnow())
            made.state, made.outcome = PreviewState.READY, outcome
            db.session.add(made)
            db.session.flush()
            return made.id

    return store


def test_before_and_after_are_said_in_the_words_of_the_history(olga_client: PortalClient, preview: Callable[..., int]):
    text = olga_client.get(f"/staff/previews/{preview()}").text
    assert "Seats 10 users 25 users" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"lines": []}, "Nothing would change: it already says what AWS answers."),
        ({"lines": [], "problem": "ThrottlingException"}, "AWS could not be asked about it just now"),
        ({"lines": [], "joined": "x"}, "be joined to it"),
    ],
)
def test_what_else_may_come_of_it_is_said(olga_client: PortalClient, preview: Any, told: dict[str, Any], said: str):
    assert said in olga_client.get(f"/staff/previews/{preview(**told)}").text


@pytest.mark.parametrize("becomes", list(Fate))
def test_what_would_become_of_the_message_is_said(olga_client: PortalClient, preview: Any, becomes: Fate):
    assert "It would" in olga_client.get(f"/staff/previews/{preview(becomes)}").text


def test_what_is_applied_already_is_not_offered(olga_client: PortalClient, preview: Any):
    page = olga_client.get(f"/staff/previews/{preview('applied', Fate.APPLIED)}")
    assert ("There is nothing to replay." in page.text, "Replay for real" in page.text) == (True, False)


def test_a_replay_takes_a_reason(olga_client: PortalClient, preview: Any, stored: Stored):
    number = preview()
    page = olga_client.press(f"/staff/previews/{number}", f"/staff/previews/{number}/replay", why="")
    assert (page.status, "Please say why" in page.text, stored(Notification)[0].fate) == (400, True, "failed")


def test_then_it_is_done(app: Flask, olga_client: PortalClient, preview: Any, stored: Stored):
    number = preview()
    page = olga_client.press(f"/staff/previews/{number}", f"/staff/previews/{number}/replay", why="AWS is back")
    (message,) = stored(Notification)
    assert (page.location, message.fate) == (f"/staff/messages/{message.id}", "received")
    assert "portal.jobs.tasks.work_on_inbox" in [job.func_name for job in app.extensions["jobs"].jobs]


@pytest.mark.parametrize("ids", [[], [str(n) for n in range(MOST_AT_ONCE + 1)]])
def test_none_and_too_many_are_refused_with_words(olga_client: PortalClient, stored: Stored, ids: list[str]):
    page = olga_client.follow(send(olga_client, "/staff/messages/preview", id=ids))
    assert ("Please" in page.text, stored(Preview)) == (True, [])


def test_a_fault_is_said(app: Flask, olga_client: PortalClient, preview: Any):
    number = preview()
    with app.app_context(), transaction():
        db.session.execute(db.update(Preview).values(state="failed", problem="A fault of the portal", outcome=None))
    assert "It could not be tried out." in olga_client.get(f"/staff/previews/{number}").text


# --- Deciding -----------------------------------------------------------------------------------------------------


def test_the_contracts_that_may_be_meant_are_offered(olga_client: PortalClient, unclear_message: int):
    page = olga_client.get(f"/staff/messages/{unclear_message}")
    assert page.html.count('type="radio"') == 2


def test_one_is_chosen(olga_client: PortalClient, unclear_message: int, two: list[UUID], stored: Stored):
    send(olga_client, f"/staff/messages/{unclear_message}/decide", id=str(two[0]), why="the buyer says so")
    (decision,) = stored(Decision)
    assert (decision.contract_id, decision.why, stored(Notification)[0].fate) == (
        two[0],
        "the buyer says so",
        "received",
    )


@pytest.mark.parametrize("fields", [{"why": "x"}, {"id": "chosen"}])
def test_a_decision_takes_a_choice_and_a_reason(
    olga_client: PortalClient, unclear_message: int, two: list[UUID], stored: Stored, fields: dict[str, str]
):
    chosen = {name: str(two[0]) if value == "chosen" else value for name, value in fields.items()}
    page = olga_client.follow(send(olga_client, f"/staff/messages/{unclear_message}/decide", **chosen))
    assert ("Please" in page.text, stored(Decision)) == (True, [])


def test_a_decision_is_undone(olga_client: PortalClient, unclear_message: int, two: list[UUID], stored: Stored):
    address = f"/staff/messages/{unclear_message}"
    send(olga_client, f"{address}/decide", id=str(two[0]), why="x")
    (decision,) = stored(Decision)
    olga_client.press(address, f"/staff/decisions/{decision.id}/undo", why="wrong")
    assert stored(Decision)[0].undone_at is not None


def test_a_second_decision_is_told_that_there_is_nothing_to_decide(
    olga_client: PortalClient, unclear_message: int, two: list[UUID]
):
    for contract_id in two:
        page = send(olga_client, f"/staff/messages/{unclear_message}/decide", id=str(contract_id), why="x")
    assert "There is nothing to decide any more" in olga_client.follow(page).text


@pytest.fixture
def turned_away(app: Flask, two: list[UUID]) -> int:
    with app.app_context(), transaction():
        unclear.keep(
            Purchase(ANALYTICS, aws_account_id=ACME_AWS, license_arn=shapes.LICENCE, agreement_id=shapes.AGREEMENT),
            utcnow(),
        )
        return db.session.scalars(db.select(UnclearPurchase.id)).one()


def test_a_buyer_who_was_turned_away_is_helped(
    olga_client: PortalClient, turned_away: int, two: list[UUID], stored: Stored
):
    send(olga_client, f"/staff/purchases/{turned_away}/decide", id=str(two[1]), why="asked them")
    page = olga_client.get(f"/staff/purchases/{turned_away}")
    assert ("Decided." in page.text, stored(UnclearPurchase)[0].contract_id) == (True, two[1])


def test_the_account_of_the_purchase_is_masked(olga_client: PortalClient, turned_away: int):
    assert ACME_AWS not in olga_client.get(f"/staff/purchases/{turned_away}").html


def test_contracts_are_as_they_were_while_one_looks(olga_client: PortalClient, turned_away: int, stored: Stored):
    before = [one.version for one in stored(Contract)]
    olga_client.get(f"/staff/purchases/{turned_away}")
    assert [one.version for one in stored(Contract)] == before
