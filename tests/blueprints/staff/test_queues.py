"""The queues on the console: what stands in each, what can be done with it, and the good news of an empty one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.contracts import findings
from portal.contracts.findings import Finding, FindingKind, Found
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter, MailState
from portal.marketplace.queue import Delivery
from portal.marketplace.values import Purchase
from portal.notifications import intake
from portal.notifications.models import Fate, Notification
from portal.registration import unclear
from portal.staff.attention import dead_letters
from portal.staff.attention.dead_letters import DeadLetter
from portal.staff.attention.queues import QueueKind
from portal.staff.attention.seen import SeenTo
from tests.cast import ACME_AWS, ANALYTICS
from tests.notifications import shapes
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]
Fill = Callable[[str], None]
SEEN_TO = [kind for kind in QueueKind if kind is not QueueKind.DEAD_LETTERS]


def message(fate: Fate, body: str, problem: str | None = None) -> None:
    intake.receive([Delivery("sqs-1", "", body, utcnow())], utcnow())
    with transaction():
        values = {"fate": fate, "problem": problem, "settled_at": utcnow()}
        db.session.execute(db.update(Notification).values(**values))


def stands(record: Any) -> None:
    with transaction():
        db.session.add(record)


def given_up() -> None:
    now = utcnow()
    with transaction():
        dead_letters.note_seen([Delivery("m1", "", shapes.event(), now, 6)], now)
        dead_letters.note_look("the-dead", 1, None, now)


def turned_away() -> None:
    with transaction():
        unclear.keep(Purchase(ANALYTICS, aws_account_id=ACME_AWS, agreement_id="agmt-1"), utcnow())


def found() -> None:
    with transaction():
        findings.note([Found(FindingKind.NEVER_LANDED, ANALYTICS, "agmt-1", ACME_AWS)], utcnow())


FILL: dict[str, Callable[[], None]] = {
    QueueKind.DEAD_LETTERS: given_up,
    QueueKind.FAILED: lambda: message(Fate.FAILED, shapes.event(), "AWS refused (AccessDeniedException)"),
    QueueKind.NOT_UNDERSTOOD: lambda: message(Fate.NOT_UNDERSTOOD, "no JSON"),
    QueueKind.AMBIGUOUS: lambda: message(Fate.PARKED, shapes.event(), "It may be about any of 2 contracts."),
    QueueKind.TURNED_AWAY: turned_away,
    QueueKind.NOT_LINKED: lambda: stands(
        Contract(product_code=ANALYTICS, aws_account_id=ACME_AWS, created_at=utcnow() - timedelta(days=3))
    ),
    QueueKind.DRIFT: found,
    QueueKind.ADVISORIES: lambda: message(Fate.NEWS, shapes.event("Purchase Agreement Advisory - Proposer")),
    QueueKind.MAIL: lambda: stands(Letter(to="alice@acme.example", subject="Hello", text="x", state=MailState.FAILED)),
}
"""Puts one thing into each queue."""


@pytest.fixture
def fill(app: Flask) -> Fill:
    """Puts one thing into a queue."""

    def do(kind: str) -> None:
        with app.app_context():
            FILL[kind]()

    return do


def thing(stored: Stored, kind: str) -> str:
    record = {"not-linked": Contract, "drift": Finding, "mail": Letter, "dead-letters": DeadLetter}.get(
        kind, Notification
    )
    if kind == "turned-away":
        record = unclear.UnclearPurchase
    (row,) = stored(record)
    return str(row.id)


def act(client: PortalClient, kind: str, action: str, **fields: str) -> Page:
    token = client.get(f"/staff/queues/{kind}").form("/signout").fields
    return client.post(f"/staff/queues/{kind}/{action}", token | fields)


@pytest.mark.parametrize("kind", list(QueueKind))
def test_what_stands_in_a_queue_is_shown(vera_client: PortalClient, fill: Fill, kind: str):
    fill(kind)
    page = vera_client.get(f"/staff/queues/{kind}")
    assert ("What happened" in page.text, "What it means" in page.text, "What to do" in page.text) == (True,) * 3


@pytest.mark.parametrize("kind", list(QueueKind))
def test_and_counted(vera_client: PortalClient, fill: Fill, kind: str):
    fill(kind)
    assert vera_client.get("/staff/queues").html.count("<span>1</span>") == 1


@pytest.mark.parametrize("kind", list(QueueKind))
def test_accounts_and_addresses_are_masked(olga_client: PortalClient, fill: Fill, kind: str):
    fill(kind)
    html = olga_client.get(f"/staff/queues/{kind}").html
    assert (ACME_AWS in html, shapes.ACCOUNT in html, "alice@acme" in html) == (False, False, False)


@pytest.mark.parametrize("kind", SEEN_TO)
def test_an_empty_queue_is_good_news(app: Flask, vera_client: PortalClient, kind: str):
    page = vera_client.get(f"/staff/queues/{kind}")
    assert (page.status, "What happened" in page.text, "<svg" in page.html) == (200, False, True)


def test_when_all_are_empty_that_is_said(app: Flask, vera_client: PortalClient):
    with app.app_context(), transaction():
        dead_letters.note_look("the-dead", 0, None, utcnow())
    assert "Nothing needs a person." in vera_client.get("/staff/queues").text


def test_a_fresh_purchase_is_given_a_day(app: Flask, vera_client: PortalClient):
    with app.app_context(), transaction():
        db.session.add(Contract(product_code=ANALYTICS))
    assert "What happened" not in vera_client.get("/staff/queues/not-linked").text


@pytest.mark.parametrize("state", ["ended", "superseded"])
def test_one_that_is_over_needs_nobody(app: Flask, vera_client: PortalClient, state: str):
    with app.app_context(), transaction():
        db.session.add(Contract(product_code=ANALYTICS, state=state, created_at=utcnow() - timedelta(days=9)))
    assert "What happened" not in vera_client.get("/staff/queues/not-linked").text


@pytest.mark.parametrize("kind", SEEN_TO)
def test_a_row_is_marked_as_seen_to_with_a_reason(olga_client: PortalClient, fill: Fill, stored: Stored, kind: str):
    fill(kind)
    page = act(olga_client, kind, "seen", id=thing(stored, kind), why="spoke with them")
    open_ones, seen = olga_client.get(f"/staff/queues/{kind}"), olga_client.get(f"/staff/queues/{kind}?seen=yes")
    assert (page.status, "What happened" in open_ones.text) == (303, False)
    assert "spoke with them" in seen.text


@pytest.mark.parametrize("kind", SEEN_TO)
def test_and_put_back(olga_client: PortalClient, fill: Fill, stored: Stored, kind: str):
    fill(kind)
    number = thing(stored, kind)
    act(olga_client, kind, "seen", id=number, why="spoke with them")
    act(olga_client, kind, "back", id=number)
    assert "What happened" in olga_client.get(f"/staff/queues/{kind}").text
    assert stored(SeenTo) == []


def test_both_are_audited(olga_client: PortalClient, fill: Fill, stored: Stored, olga: Any):
    fill("failed")
    number = thing(stored, "failed")
    act(olga_client, "failed", "seen", id=number, why="known")
    act(olga_client, "failed", "back", id=number)
    deeds = [(one.actor, one.thing, one.action) for one in stored(AuditEntry) if one.action in {"saw to", "put back"}]
    assert deeds == [(olga.actor, f"notification:{number}", deed) for deed in ("saw to", "put back")]


def test_twice_is_once(olga_client: PortalClient, fill: Fill, stored: Stored):
    fill("failed")
    for _ in range(2):
        act(olga_client, "failed", "seen", id=thing(stored, "failed"), why="known")
    assert len(stored(SeenTo)) == 1


def test_several_at_once(app: Flask, olga_client: PortalClient, stored: Stored):
    with app.app_context(), transaction():
        db.session.add_all([Letter(to="a@b.example", subject="x", text="x", state=MailState.FAILED) for _ in range(3)])
    token = olga_client.get("/staff/queues/mail").form("/signout").fields
    fields = token | {"id": [str(one.id) for one in stored(Letter)][:2], "why": "known"}
    olga_client.post("/staff/queues/mail/seen", fields)
    assert len(stored(SeenTo)) == 2


@pytest.mark.parametrize(
    ("fields", "said"), [({"why": "x"}, "Please tick what you mean first."), ({"id": "1"}, "Please say why")]
)
def test_what_is_missing_is_said(olga_client: PortalClient, fill: Fill, fields: dict[str, str], said: str):
    fill("failed")
    page = act(olga_client, "failed", "seen", **fields)
    assert (page.status, said in page.text) == (400, True)


def test_a_reason_that_was_typed_is_kept(olga_client: PortalClient, fill: Fill):
    fill("failed")
    assert 'value="spoke with them"' in act(olga_client, "failed", "seen", why="spoke with them").html


@pytest.mark.parametrize("bad", ["abc", "-1", "9" * 30, "1;drop"])
def test_numbers_that_are_none_are_refused(olga_client: PortalClient, fill: Fill, bad: str):
    fill("failed")
    assert act(olga_client, "failed", "seen", id=bad, why="x").status == 400


def test_a_contract_that_is_none_is_refused(olga_client: PortalClient):
    assert act(olga_client, "not-linked", "seen", id="abc", why="x").status == 400


@pytest.mark.parametrize("path", ["nothing", "FAILED"])
def test_a_queue_that_is_none_is_not_found(vera_client: PortalClient, path: str):
    assert vera_client.get(f"/staff/queues/{path}").status == 404


def test_dead_letters_are_not_seen_to(olga_client: PortalClient):
    assert act(olga_client, "dead-letters", "seen", id="1", why="x").status == 404


@pytest.mark.parametrize("action", ["seen", "back"])
def test_a_viewer_looks_only(vera_client: PortalClient, fill: Fill, stored: Stored, action: str):
    fill("failed")
    page = vera_client.get("/staff/queues/failed")
    assert ('type="checkbox"' in page.html, act(vera_client, "failed", action, id="1", why="x").status) == (False, 403)


@pytest.mark.parametrize("page", ["0", "-3", "abc", "99999999", "2"])
def test_a_page_beyond_the_end_is_empty_and_no_fault(vera_client: PortalClient, page: str):
    assert vera_client.get(f"/staff/queues/failed?page={page}").status == 200


def test_there_are_pages(app: Flask, vera_client: PortalClient):
    with app.app_context(), transaction():
        db.session.add_all([Letter(to="a@b.example", subject="x", text="x", state=MailState.FAILED) for _ in range(30)])
    first, second = (vera_client.get(f"/staff/queues/mail?page={n}") for n in (1, 2))
    assert [page.text.count("What happened") for page in (first, second)] == [25, 5]
    assert ("Page 2" in first.links, "Page 1" in second.links) == (True, True)


def test_counting_stops_at_a_thousand(app: Flask, vera_client: PortalClient):
    with app.app_context(), transaction():
        rows = [{"to": "a@b.example", "subject": "x", "text": "x", "state": "failed"} for _ in range(1005)]
        db.session.execute(db.insert(Letter), rows)
    assert "1,000+" in vera_client.get("/staff/queues").text


def test_drawing_a_queue_takes_few_queries(app: Flask, vera_client: PortalClient, queries: Any):
    with app.app_context(), transaction():
        db.session.add_all([Letter(to="a@b.example", subject="x", text="x", state=MailState.FAILED) for _ in range(25)])
    vera_client.get("/staff/queues/mail")
    with queries() as asked:
        vera_client.get("/staff/queues/mail")
    assert len([one for one in asked if one.startswith("SELECT")]) <= 8


# --- Dead letters, failed mail ------------------------------------------------------------------------------------


def test_dead_letters_ring_an_alarm(vera_client: PortalClient, fill: Fill):
    fill("dead-letters")
    pages = [vera_client.get(path) for path in ("/staff/queues", "/staff/queues/dead-letters")]
    assert [("1 message was given up." in page.text, 'role="alert"' in page.html) for page in pages] == [
        (True, True)
    ] * 2


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (None, "The worker has not looked for dead letters yet."),
        ((None, 0, None), "There is no queue of dead letters."),
        ((None, 0, "SQS did not answer."), "The dead letters cannot be looked at."),
        (("the-dead", 0, None), "No dead letters: every message of the queue was taken in."),
    ],
)
def test_what_the_worker_saw_is_said(app: Flask, vera_client: PortalClient, look: Any, said: str):
    if look:
        with app.app_context(), transaction():
            dead_letters.note_look(*look, utcnow())
    assert said in vera_client.get("/staff/queues/dead-letters").text


@pytest.mark.parametrize("which", ["one", "all"])
def test_a_dead_letter_is_asked_back(olga_client: PortalClient, fill: Fill, stored: Stored, which: str):
    fill("dead-letters")
    chosen = {"all": "all"} if which == "all" else {"id": thing(stored, "dead-letters")}
    page = act(olga_client, "dead-letters", "return", why="the disk is larger now", **chosen)
    (letter,) = stored(DeadLetter)
    assert (page.status, letter.asked_at is not None) == (303, True)


def test_a_page_on_which_letters_go_back_follows(olga_client: PortalClient, fill: Fill):
    fill("dead-letters")
    act(olga_client, "dead-letters", "return", why="x", all="all")
    page = olga_client.get("/staff/queues/dead-letters")
    assert ("On the way back: 1." in page.text, 'data-refresh="2"' in page.html) == (True, True)


@pytest.mark.parametrize("fields", [{"why": "x"}, {"all": "all"}])
def test_asking_back_takes_a_choice_and_a_reason(olga_client: PortalClient, fill: Fill, stored: Stored, fields: Any):
    fill("dead-letters")
    page = act(olga_client, "dead-letters", "return", **fields)
    assert (page.status, stored(DeadLetter)[0].asked_at) == (400, None)


def test_the_worker_can_be_asked_to_look_now(app: Flask, olga_client: PortalClient):
    act(olga_client, "dead-letters", "look")
    assert [job.func_name for job in app.extensions["jobs"].jobs] == ["portal.jobs.tasks.tend_dead_letters"]


def test_failed_mail_is_sent_again(olga_client: PortalClient, fill: Fill, stored: Stored):
    fill("mail")
    act(olga_client, "mail", "again", id=thing(stored, "mail"))
    (letter,) = stored(Letter)
    assert (letter.state, letter.attempts) == (MailState.WAITING, 0)


def test_and_asks_which(olga_client: PortalClient, fill: Fill):
    fill("mail")
    assert act(olga_client, "mail", "again").status == 400


def test_the_body_of_a_dead_letter_is_there_masked_until_somebody_asks(
    olga_client: PortalClient, fill: Fill, stored: Stored
):
    fill("dead-letters")
    page = olga_client.get("/staff/queues/dead-letters")
    assert ("License Updated - Manufacturer" in page.text, shapes.ACCOUNT in page.html) == (True, False)
    thing_name = f"dead_letter:{thing(stored, 'dead-letters')}"
    fields = page.form("/signout").fields | {"thing": thing_name, "kind": "text", "back": "/staff/queues/dead-letters"}
    assert shapes.ACCOUNT in olga_client.follow(olga_client.post("/staff/reveal", fields)).html
