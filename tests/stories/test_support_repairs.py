"""Support repairs what people have to decide: an ambiguous match, a dead letter, a contract at the wrong place."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import boto3
import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.accounts.models import Membership, Person
from portal.contracts import book
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.marketplace.values import Purchase
from portal.notifications.models import Fate, Notification
from portal.staff.attention.replaying import Preview
from tests.cast import ANALYTICS
from tests.notifications import shapes
from tests.services import Stack
from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.orders import analytics

DEAD = "marketplace-notifications-dead"


def contract_id(actor: Actor) -> UUID:
    """The contract whose page is open."""
    return UUID(urlsplit(actor.page.url).path.rpartition("/")[2])


def organisation_of(app: Flask, actor: Actor) -> int:
    with app.app_context():
        mine = db.select(Membership.organisation_id).join(Person).where(Person.email == actor.person.email)
        return db.session.scalars(mine).one()


def told_again(bought: dict[str, Any]) -> str:
    """An event that tells of a right that was changed."""
    detail = shapes.licence_detail(
        requestId=str(uuid4()),
        agreement={"id": bought["agreement_id"]},
        product={"code": ANALYTICS},
        license={"arn": bought["license_arn"]},
    )
    return shapes.event(detail=detail, time=utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"))


# --- An ambiguous match ---------------------------------------------------------------------------------------------


@pytest.fixture
def ambiguous(stack: Stack, portal_beside: Flask, alice: Actor) -> Contract:
    """Alice's contract knows its licence, and another one the agreement of the same purchase, as two lists of a seller
    may say it; so AWS's messages may be about either."""
    alice.portal.become_a_customer()
    organisation_id = organisation_of(portal_beside, alice)
    account_id = alice.account.account_id
    bought = stack.sandbox.buy(ANALYTICS, account_id, plan="business", dimensions={"seats": 25})
    with portal_beside.app_context(), transaction():
        named = Purchase(ANALYTICS, aws_account_id=account_id, license_arn=bought["license_arn"])
        contract = book.open_contract(named, offer_type=None, cause=Cause.IMPORT)
        contract.organisation_id, contract.linked_at = organisation_id, utcnow()
        other = Purchase(ANALYTICS, aws_account_id=account_id, agreement_id=bought["agreement_id"])
        book.open_contract(other, offer_type=None, cause=Cause.IMPORT)
    return contract


def test_support_says_which_contract_a_message_is_about(olga: Supporter, alice: Actor, ambiguous: Contract):
    row = olga.page.get_by_role("listitem").filter(has_text="Look at it, and decide")
    olga.open("/staff/queues/ambiguous")
    for _ in range(20):
        if row.count():
            break
        olga.page.wait_for_timeout(500)
        olga.open("/staff/queues/ambiguous")
    olga.read("Messages whose names belong to several contracts")
    row.first.get_by_role("link", name=re.compile("Look at it, and decide")).click()

    olga.page.get_by_text("Acme: Tidemark Analytics").click()
    olga.page.get_by_label("Why").fill("Alice read the agreement to me")
    olga.press("This one is meant")
    olga.read("Decided.")

    alice.portal.open(f"/contracts/{ambiguous.id}")
    alice.portal.see_contract(analytics())
    olga.page.reload()
    olga.read("It was applied")


# --- A dead letter, and a replay ------------------------------------------------------------------------------------


@pytest.fixture
def unheard(stack: Stack) -> Iterator[None]:
    """AWS's messages get lost on their way."""
    usual = stack.sandbox.call("GET", "/api/settings")
    stack.sandbox.settings(notification_drop_share=1)
    yield
    stack.sandbox.settings(**usual)


def let_die(stack: Stack, body: str) -> None:
    """Put a message where SQS puts what it gave up."""
    environment = stack.place.for_portal()
    sqs = boto3.client(
        "sqs",
        region_name="us-east-1",
        endpoint_url=stack.place.aws_url,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    url = environment["NOTIFICATIONS_QUEUE_URL"].replace("marketplace-notifications", DEAD)
    sqs.send_message(QueueUrl=url, MessageBody=body)


def test_support_sends_a_dead_letter_back_and_the_customer_s_page_follows(
    stack: Stack, olga: Supporter, alice: Actor, request: pytest.FixtureRequest
):
    agreement_id = alice.have_a_contract(analytics(seats=25))
    request.getfixturevalue("unheard")
    stack.sandbox.change(agreement_id, dimensions={"seats": 40})
    bought = stack.sandbox.purchase(agreement_id)
    let_die(stack, told_again({"agreement_id": agreement_id, "license_arn": bought["license_arn"]}))

    olga.open("/staff/queues/dead-letters")
    olga.press("Look now")
    row = olga.page.get_by_role("listitem").filter(has_text="License Updated")
    for _ in range(20):
        if row.count():
            break
        olga.page.wait_for_timeout(500)
        olga.open("/staff/queues/dead-letters")
    olga.read("1 message was given up.")
    row.get_by_role("checkbox").check()
    olga.page.get_by_label("Why").fill("The database takes messages again")
    olga.press("Back to the queue")
    olga.read("No dead letters: every message of the queue was taken in.")

    alice.portal.see_includes(analytics(seats=40))
    alice.portal.see_change("Seats", "25 users", "40 users")


def test_support_sees_what_a_replay_would_change_before_it_does(
    stack: Stack, portal_beside: Flask, olga: Supporter, alice: Actor, request: pytest.FixtureRequest
):
    agreement_id = alice.have_a_contract(analytics(seats=25))
    number = _a_failed_message_about(portal_beside, contract_id(alice))
    request.getfixturevalue("unheard")
    stack.sandbox.change(agreement_id, dimensions={"seats": 40})

    olga.open(f"/staff/messages/{number}")
    olga.press("See what a replay would change")
    olga.see("What a replay would change")
    row = olga.page.get_by_role("row").filter(has_text="Seats")
    expect(row).to_contain_text(re.compile(r"25 users\s*40 users"))
    with portal_beside.app_context():
        assert db.session.scalars(db.select(Preview)).all()
        assert _seats(contract_id(alice)) == "25"

    olga.page.get_by_label("Why").fill("AWS answers again")
    olga.press("Replay 1 message")
    olga.see(f"Message {number}")
    alice.portal.see_includes(analytics(seats=40))


def _a_failed_message_about(app: Flask, contract: UUID) -> int:
    with app.app_context():
        for _ in range(100):
            db.session.rollback()
            about = db.select(Notification).where(
                Notification.contract_id == contract, Notification.name.like("License Updated%")
            )
            if row := db.session.scalars(about.limit(1)).first():
                break
            time.sleep(0.1)
        assert row is not None
        with transaction():
            row.fate, row.problem = Fate.FAILED, "AWS refused (AccessDeniedException)"
        return row.id


def _seats(contract: UUID) -> str:
    found = db.session.get_one(Contract, contract, populate_existing=True)
    return next(row.value for row in found.entitlements if row.dimension == "seats")


# --- A contract at the wrong organisation ---------------------------------------------------------------------------


def test_support_moves_a_contract_and_each_side_sees_only_what_it_may(
    portal_beside: Flask, olga: Supporter, alice: Actor, mallory: Actor
):
    alice.have_a_contract(analytics())
    mallory.portal.become_a_customer()
    moved = contract_id(alice)

    olga.open(f"/staff/contracts/{moved}")
    olga.page.get_by_label("Move it to").fill("mallory")
    olga.press("Find")
    olga.see("Who is to have this contract?")
    # Others of that name may be there: numbers tell them apart.
    olga.page.locator(f"input[name=to][value='{organisation_of(portal_beside, mallory)}']").check()
    olga.page.get_by_label("Why").fill("Alice bought it for Mallory & Sons")
    olga.press("Go on: see what that means")
    olga.see("Move this contract to Mallory & Sons?")
    olga.read("1 person loses the contract at once.")
    olga.press("Move it")
    olga.read("Done: it belongs to Mallory & Sons now.")

    alice.portal.see("There is no such page")
    alice.portal.follow("See your contracts")
    alice.portal.see("Your contracts")
    expect(alice.page.get_by_role("link", name="Tidemark Analytics")).to_have_count(0)

    mallory.portal.open(f"/contracts/{moved}")
    mallory.portal.see_contract(analytics())
    mallory.portal.read("Linked to Mallory & Sons by our support.")
    page = mallory.page.content()
    assert [word for word in (alice.person.organisation, alice.person.name, alice.person.email) if word in page] == []

    olga.follow("See it, or undo it")
    olga.page.get_by_label("Why").fill("It was right before")
    olga.press("Undo the move")
    olga.read("Undone")
    mallory.portal.see("There is no such page")
    alice.portal.open(f"/contracts/{moved}")
    alice.portal.see_contract(analytics())
    assert "Mallory" not in alice.page.content()


def test_support_takes_a_contract_off_and_its_buyer_sets_it_up_again(olga: Supporter, alice: Actor):
    agreement_id = alice.have_a_contract(analytics())
    olga.open(f"/staff/contracts/{contract_id(alice)}/move?to=nobody")
    olga.page.get_by_label("Why").fill("It was a mistake")
    olga.press("Go on: see what that means")
    olga.see("Take this contract off Acme?")
    olga.press("Take it off")
    olga.read("Nobody has it.")
    alice.portal.see("There is no such page")

    alice.arrive_again_with(agreement_id)
    alice.portal.follow(f"Continue as {alice.person.name}")
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.see_contract(analytics())
