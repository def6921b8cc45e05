"""The pages of whoever comes from AWS with a purchase: every way to arrive, to hand it over, and to link it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Membership, Role
from portal.blueprints.landing import linking
from portal.contracts import book
from portal.contracts.models import Cause
from portal.database import db, transaction
from portal.mail.models import Letter
from portal.marketplace.values import Purchase
from portal.registration.linking import AlreadyLinked
from tests.blueprints.test_handing import copied, send_to_bob, take_over
from tests.blueprints.test_linking import confirmation
from tests.cast import ANALYTICS, GLOBEX_AWS, VAULT, Somebody
from tests.pages.gallery import Gallery
from tests.pages.letters import path_in
from tests.pages.parts import everything_of
from tests.portal_client import LANDING, TOKEN_FIELD, PortalClient
from tests.sandbox_client import SandboxClient

PARTS = ("landing",)
WITHOUT_A_PURCHASE = {
    "landing.arrive",
    "landing/welcome.html",
    "landing/no_token.html",
    "landing/token_unreadable.html",
    "landing/token_expired.html",
    "landing/not_ours.html",
    "landing/unclear.html",
    "landing/refused.html",
    "landing/waiting.html",
    "landing/claim_gone.html",
}
Browser, Buy, TokenFor = Callable[..., PortalClient], Callable[..., dict[str, Any]], Callable[..., str]


@pytest.fixture
def unclear(app: Flask, buy: Buy) -> dict[str, Any]:
    """A purchase of which the licence belongs to one contract here, and the agreement to another."""
    bought = buy(account_id=GLOBEX_AWS)
    with app.app_context():
        for names in ({"license_arn": bought["license_arn"]}, {"agreement_id": bought["agreement_id"]}):
            with transaction():
                named = Purchase(ANALYTICS, aws_account_id=GLOBEX_AWS, **names)
                book.open_contract(named, offer_type=None, cause=Cause.IMPORT)
    return bought


def test_every_page_of_an_arrival_that_goes_wrong(
    gallery: Gallery,
    browser_of: Browser,
    sandbox: SandboxClient,
    buy: Buy,
    token_for: TokenFor,
    language: str,
    unclear: dict[str, Any],
):
    buyer = browser_of()
    # AWS's site posts here: of the portal's cookies none is sent along, and the browser's language counts.
    spoken = {"headers": {"Accept-Language": language}}
    gallery.look("landing/welcome.html", buyer.get(LANDING))
    gallery.look("landing/no_token.html", buyer.post_from_aws({}, **spoken))
    gallery.look("landing/token_unreadable.html", buyer.post_from_aws({TOKEN_FIELD: "no-token"}, **spoken))
    token = token_for(buy(product=VAULT))
    gallery.look("landing/not_ours.html", buyer.post_from_aws({TOKEN_FIELD: token}, **spoken))
    token = token_for(unclear)
    gallery.look("landing/unclear.html", buyer.post_from_aws({TOKEN_FIELD: token}, **spoken))
    token = token_for(buy())
    sandbox.fail("ResolveCustomer", "AccessDeniedException")
    gallery.look("landing/refused.html", buyer.post_from_aws({TOKEN_FIELD: token}, **spoken))
    sandbox.work_again()
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    gallery.look("landing/waiting.html", buyer.arrive(token))
    sandbox.work_again()
    sandbox.settings(token_lifetime_seconds=0)
    gallery.look("landing/token_expired.html", buyer.post_from_aws({TOKEN_FIELD: token}, **spoken))
    gallery.look("landing/claim_gone.html", buyer.get("/marketplace/purchases/00000000-0000-0000-0000-000000000000"))
    gallery.expect(WITHOUT_A_PURCHASE)


def test_every_page_of_a_purchase(
    gallery: Gallery,
    app: Flask,
    browser_of: Browser,
    buy: Buy,
    token_for: TokenFor,
    alice: Somebody,
    bob: Somebody,
    mallory: Somebody,
    sandbox: SandboxClient,
    stored: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
):
    bought = buy()
    stranger = browser_of()
    choice = stranger.arrive(token_for(bought))
    gallery.look("landing/choose.html", choice)
    claim = choice.response.request.path
    gallery.look("landing/hand_over.html", stranger.get(f"{claim}/hand-over"))
    gallery.look("landing/hand_over.html", send_to_bob(stranger, claim, name=""))
    send_to_bob(stranger, claim, name="Pat")
    gallery.look("landing/hand_over.html", stranger.press(f"{claim}/hand-over", f"{claim}/hand-over/copy"))

    link = copied(stranger, claim)
    engineer = browser_of()
    gallery.look("landing/take_over.html", engineer.get(link))
    taken = take_over(engineer, link).location
    gallery.look("landing/hand_over_gone.html", engineer.get(link))
    gallery.look("landing/handed_over.html", stranger.get(claim))

    with app.app_context(), transaction():
        db.session.add(Membership(person_id=bob.id, organisation_id=mallory.organisation_id, role=Role.ADMIN))
    engineer.sign_in_as(bob)
    gallery.look("landing/choose.html", engineer.get(taken))
    gallery.look("landing/organisation.html", engineer.get(f"{taken}/organization"))
    gallery.look("landing/organisation.html", confirmation(engineer, taken, "new", ""))
    gallery.look("landing/link.html", confirmation(engineer, taken, "new", "Acme Labs"))

    later = browser_of(alice)
    not_today = later.arrive(token_for(bought)).response.request.path
    later.press(f"{not_today}/hand-over", f"{not_today}/hand-over/later")
    for_alice = path_in(stored(Letter)[-1], "/marketplace/hand-over/")
    gallery.look("landing/not_for_you.html", browser_of(mallory).get(for_alice))
    gallery.look("landing/take_over.html", browser_of(alice).get(for_alice))

    sandbox.settings(entitlement_delay_seconds=600)
    gallery.look("landing/choose.html", browser_of(mallory).arrive(token_for(buy())))

    late = browser_of(alice)
    late_claim = late.arrive(token_for(bought)).response.request.path
    page = confirmation(late, late_claim, alice.organisation_id)
    gallery.look("landing/link.html", page)
    with monkeypatch.context() as patch:

        def too_late(*_: object) -> None:
            raise AlreadyLinked

        patch.setattr(linking, "link_purchase", too_late)
        gallery.look("landing/lost_race.html", late.send(page.form(f"{late_claim}/link")))

    engineer.send(confirmation(engineer, taken, mallory.organisation_id).form(f"{taken}/link"))
    gallery.look("landing/handed_over.html", stranger.get(claim))
    gallery.look("landing/already_linked_sign_in.html", browser_of().arrive(token_for(bought)))
    gallery.look("landing/taken.html", browser_of(alice).arrive(token_for(bought)))
    gallery.expect(everything_of("landing", app) - WITHOUT_A_PURCHASE)
