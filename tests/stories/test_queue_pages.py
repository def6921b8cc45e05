"""The pages of queues, messages and moves, looked at closely: accessible in light and dark, and no wider than a
phone."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.contracts import findings
from portal.contracts.findings import FindingKind, Found
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter, MailState
from portal.notifications.models import Notification
from portal.staff.attention.queues import QueueKind
from tests.cast import ACME_AWS, ANALYTICS
from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.inspection import Inspector
from tests.stories.orders import analytics


@pytest.fixture
def something_in_the_queues(portal_beside: Flask) -> None:
    now = utcnow()
    with portal_beside.app_context(), transaction():
        old = now - timedelta(days=3)
        db.session.add(Contract(product_code=ANALYTICS, aws_account_id=ACME_AWS, created_at=old))
        db.session.add(Letter(to="alice@acme.example", subject="Hello", text="x", state=MailState.FAILED, attempts=12))
        findings.note([Found(FindingKind.NEVER_LANDED, ANALYTICS, "agmt-of-nobody", ACME_AWS)], now)


def test_the_pages_of_queues_and_messages(
    olga: Supporter, alice: Actor, inspector: Inspector, something_in_the_queues: None, portal_beside: Flask
):
    alice.have_a_contract(analytics())
    contract_id = alice.page.url.rpartition("/")[2]
    for name, path in {
        "queues": "/staff/queues",
        **{kind: f"/staff/queues/{kind}" for kind in QueueKind},
        "seen-to": "/staff/queues/mail?seen=yes",
        "move": f"/staff/contracts/{contract_id}/move?find=ac",
    }.items():
        olga.open(path)
        inspector.look(olga.page, f"staff-{name}")

    with portal_beside.app_context():  # which has come by now
        message = db.session.scalars(db.select(Notification.id).limit(1)).one()
    olga.open(f"/staff/messages/{message}")
    inspector.look(olga.page, "staff-message")
    olga.open(f"/staff/contracts/{contract_id}/move?find=ac")
    olga.page.get_by_role("radio", name="Nobody").check()
    olga.page.get_by_label("Why").fill("A mistake")
    olga.press("Go on: see what that means")
    olga.see("Take this contract off Acme?")
    inspector.look(olga.page, "staff-move-confirm")
    olga.press("Take it off")
    olga.follow("See it, or undo it")
    olga.see("A contract that was moved")
    inspector.look(olga.page, "staff-move-show")
