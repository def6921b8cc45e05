"""The pages of support: finding, contracts and what is shared of them, queues and messages, the confirmation."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from portal.confirmation.models import ConfirmationRun
from portal.database import utcnow
from portal.doctor import clock, kept, rules
from portal.doctor.checkup import CheckUp
from portal.jobs import tasks
from portal.jobs.heartbeat import beat
from portal.registration.moves import Move
from portal.sentences import listed, sentence
from portal.staff.attention.queues import QueueKind
from tests.blueprints.staff.test_messages import message, preview, turned_away, two, unclear_message
from tests.blueprints.staff.test_moving import choose
from tests.blueprints.staff.test_queues import fill
from tests.cast import ACME_AWS, ANALYTICS, Somebody
from tests.pages.gallery import Gallery
from tests.pages.parts import everything_of
from tests.portal_client import PortalClient

__all__ = ["fill", "message", "preview", "turned_away", "two", "unclear_message"]

PARTS = ("staff", "shared")
ABOUT_A_CONTRACT = {
    "staff.contract",
    "staff/contract.html",
    "staff.choose_organisation",
    "staff/moving/choose.html",
    "staff/moving/confirm.html",
    "staff.show_move",
    "staff/moving/show.html",
}
ABOUT_MESSAGES = {
    "staff.queues",
    "staff/queues/index.html",
    "staff.queue",
    "staff/queues/show.html",
    "staff.message",
    "staff/messages/show.html",
    "staff.purchase",
    "staff/messages/purchase.html",
    "staff.show_preview",
    "staff/messages/preview.html",
}
ABOUT_THE_CONFIRMATION = {
    "staff.confirmation",
    "staff/confirmation/index.html",
    "staff.confirmation_run",
    "staff/confirmation/run.html",
    "staff.confirmation_report",
    "staff/confirmation/report.html",
}
Stored = Callable[..., list[Any]]
Speak = Callable[[PortalClient], PortalClient]


@pytest.fixture
def sam_there(sam_client: PortalClient, speak: Speak) -> PortalClient:
    return speak(sam_client)


@pytest.fixture
def olga_there(olga_client: PortalClient, speak: Speak) -> PortalClient:
    return speak(olga_client)


def test_every_page_of_finding_and_of_the_team(
    gallery: Gallery,
    app: Flask,
    sam_there: PortalClient,
    vera_client: PortalClient,
    speak: Speak,
    contract_page: str,
    alice: Somebody,
):
    gallery.look("staff/home.html", sam_there.get("/staff/"))
    for text in ("acm", "zzz-nobody"):
        gallery.look("staff/search.html", sam_there.get(f"/staff/search?q={text}"))
    gallery.look("staff/contracts.html", sam_there.get("/staff/contracts"))
    gallery.look("staff/contracts.html", sam_there.get("/staff/contracts?state=changing&within=7"))
    gallery.look("staff/renewals.html", sam_there.get("/staff/renewals?days=365"))
    gallery.look("staff/dashboard.html", sam_there.get("/staff/dashboard"))
    gallery.look("staff/organisation.html", sam_there.get(f"/staff/organisations/{alice.organisation_id}"))
    gallery.look("staff/person.html", sam_there.get(f"/staff/people/{alice.id}"))
    gallery.look("staff/team.html", sam_there.get("/staff/team"))
    gallery.look(
        "staff/team.html", sam_there.press("/staff/team", "/staff/team", email="new@seller.example", role="viewer")
    )
    gallery.look("staff/audit.html", sam_there.get("/staff/audit"))
    gallery.look("staff/refused.html", speak(vera_client).get("/staff/audit"))

    gallery.look("staff/doctor.html", sam_there.get("/staff/doctor"))
    lines = [
        clock.DATABASE.ok(sentence("They are one: the database is a file on this machine.")),
        rules.RULE.wrong(
            sentence("%(names)s is disabled: nothing of what AWS says arrives.", names=listed(["marketplace"])),
            sentence("Enable the rule (EventBridge, Rules, Enable)."),
        ),
    ]
    kept.keep(app.extensions["jobs"].connection, CheckUp(utcnow() - timedelta(hours=1), lines))
    for role in ("consumer", "jobs", "mail", "clock"):
        beat(app.extensions["jobs"].connection, role)
    gallery.look("staff/doctor.html", sam_there.get("/staff/doctor"))
    elsewhere = ABOUT_A_CONTRACT | ABOUT_MESSAGES | ABOUT_THE_CONFIRMATION
    gallery.expect(everything_of("staff", app) - elsewhere)


def test_every_page_of_a_contract_in_the_console(
    gallery: Gallery,
    app: Flask,
    olga_there: PortalClient,
    speak: Speak,
    another_client: PortalClient,
    contract_page: str,
    mallory: Somebody,
    stored: Stored,
):
    contract_id = UUID(contract_page.rpartition("/")[2])
    address, stranger = f"/staff/contracts/{contract_id}", speak(another_client)
    gallery.look("staff/contract.html", olga_there.get(address))
    gallery.look("staff/contract.html", olga_there.get(f"{address}?as_of=some+day"))
    gallery.look("staff/contract.html", olga_there.press(address, f"{address}/share", reason=""))
    made = olga_there.press(address, f"{address}/share", reason="Case 12", days="7", part="explanation")
    gallery.look("staff/contract.html", made)
    found = re.search(r'id="shared-link" href="[^"]*?(/shared/[^"]+)"', made.html)
    assert found
    gallery.look("shared/show.html", stranger.get(found[1]))
    olga_there.press(address, f"{address}/shared/1/revoke")
    gallery.look("shared/ended.html", stranger.get(found[1]))

    gallery.look("staff/moving/choose.html", olga_there.get(f"{address}/move?find=glo"))
    confirmation = choose(olga_there, contract_id, mallory.organisation_id)
    gallery.look("staff/moving/confirm.html", confirmation)
    olga_there.send(confirmation.form(f"{address}/move"))
    gallery.look("staff/moving/show.html", olga_there.get(f"/staff/moves/{stored(Move)[0].id}"))
    gallery.expect(everything_of("shared", app) | ABOUT_A_CONTRACT)


def test_every_page_of_queues_and_messages(
    gallery: Gallery,
    olga_there: PortalClient,
    preview: Callable[..., int],
    turned_away: int,
    unclear_message: int,
    fill: Callable[[str], None],
):
    for kind in (QueueKind.DEAD_LETTERS, QueueKind.MAIL):  # which are empty
        gallery.look("staff/queues/show.html", olga_there.get(f"/staff/queues/{kind}"))
    gallery.look("staff/messages/show.html", olga_there.get(f"/staff/messages/{unclear_message}"))
    gallery.look("staff/messages/purchase.html", olga_there.get(f"/staff/purchases/{turned_away}"))
    gallery.look("staff/messages/preview.html", olga_there.get(f"/staff/previews/{preview()}"))
    for kind in QueueKind:
        fill(kind)
    gallery.look("staff/queues/index.html", olga_there.get("/staff/queues"))
    for kind in QueueKind:
        gallery.look("staff/queues/show.html", olga_there.get(f"/staff/queues/{kind}"))
    gallery.expect(ABOUT_MESSAGES)


def test_every_page_of_the_confirmation(
    gallery: Gallery, app: Flask, olga_there: PortalClient, sandbox: object, stored: Stored
):
    base = "/staff/confirmation"
    gallery.look("staff/confirmation/index.html", olga_there.get(base))
    gallery.look("staff/confirmation/index.html", olga_there.press(base, base, product=ANALYTICS, accounts="4444"))
    run = olga_there.press(base, base, product=ANALYTICS, accounts=ACME_AWS).location
    gallery.look("staff/confirmation/run.html", olga_there.get(run))
    with app.app_context():
        tasks.check_addresses(str(stored(ConfirmationRun)[0].id))
    gallery.look("staff/confirmation/run.html", olga_there.get(run))
    olga_there.press(run, f"{run}/finish")
    gallery.look("staff/confirmation/index.html", olga_there.get(base))
    gallery.look("staff/confirmation/report.html", olga_there.get(f"{run}/report"))
    gallery.expect(ABOUT_THE_CONFIRMATION)
