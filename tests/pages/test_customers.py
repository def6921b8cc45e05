"""The pages of whoever is signed in: contracts, moving them, organisations and invitations."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import update

from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.registration.moves import Move
from tests.blueprints.test_moving import labs
from tests.cast import ACME_AWS, ALERTS, ANALYTICS, Somebody
from tests.pages.gallery import Gallery
from tests.pages.letters import path_in
from tests.portal_client import PortalClient

__all__ = ["labs"]

PARTS = ("contracts", "moving", "organisation")
Browser, Stored = Callable[..., PortalClient], Callable[..., list[Any]]


def test_every_page_of_contracts_and_their_moves(
    gallery: Gallery,
    app: Flask,
    browser_of: Browser,
    contract_page: str,
    alice: Somebody,
    bob: Somebody,
    mallory: Somebody,
    labs: int,
    stored: Stored,
):
    owner, member, other = browser_of(alice), browser_of(bob), browser_of(mallory)
    gallery.look("contracts/index.html", other.get("/contracts"))
    gallery.look("contracts/show.html", owner.get(contract_page))
    gallery.look("contracts/show.html", member.get(contract_page))
    for state in State:
        with app.app_context(), transaction():
            db.session.execute(update(Contract).values(state=state, version=Contract.version + 1))
        gallery.look("contracts/show.html", owner.get(contract_page))

    gallery.look("moving/may_not.html", member.get(f"{contract_page}/move"))
    gallery.look("moving/choose.html", owner.get(f"{contract_page}/move"))
    gallery.look("moving/choose.html", owner.press(f"{contract_page}/move", f"{contract_page}/move/offer", email="me"))
    gallery.look("moving/confirm.html", owner.get(f"{contract_page}/move/confirm?to={labs}"))
    owner.press(f"{contract_page}/move", f"{contract_page}/move/offer", email=mallory.email)
    gallery.look("moving/choose.html", owner.get(f"{contract_page}/move"))
    offer = path_in(stored(Letter)[-1], "/moves/offers/")
    gallery.look("moving/not_for_you.html", member.get(offer))
    gallery.look("moving/offer.html", other.get(offer))
    other.press(offer, f"{offer}/accept")
    gallery.look("moving/offer_gone.html", other.get(offer))
    gallery.look("moving/index.html", owner.get("/moves"))
    gallery.look("moving/show.html", owner.get(f"/moves/{stored(Move)[0].id}"))

    with app.app_context(), transaction():
        ours = {"organisation_id": alice.organisation_id, "linked_by_id": alice.id, "linked_at": utcnow()}
        for product in (ANALYTICS, ALERTS):
            db.session.add(Contract(product_code=product, aws_account_id=ACME_AWS, confirmed_at=utcnow(), **ours))
    gallery.look("contracts/index.html", owner.get("/contracts"))
    gallery.expect_everything_of("contracts", "moving")


def test_every_page_of_organisations_and_invitations(
    gallery: Gallery, browser_of: Browser, alice: Somebody, bob: Somebody, mallory: Somebody, stored: Stored
):
    owner, member, other, stranger = browser_of(alice), browser_of(bob), browser_of(mallory), browser_of()
    acme = f"/organisations/{alice.organisation_id}"
    gallery.look("organisation/index.html", owner.get("/organisations?all=1"))
    gallery.look("organisation/index.html", owner.press("/organisations?all=1", "/organisations", name=""))
    gallery.look("organisation/show.html", owner.press(acme, f"{acme}/invitations", email="", role="member"))
    owner.press(acme, f"{acme}/invitations", email=mallory.email, role="admin")
    gallery.look("organisation/show.html", owner.get(acme))
    gallery.look("organisation/show.html", member.get(acme))

    invitation = path_in(stored(Letter)[-1], "/invitations/")
    gallery.look("organisation/invitation.html", stranger.follow(stranger.get(invitation)))
    gallery.look("signup/signup.html", stranger.get("/signup?invitation=1"))
    gallery.look("organisation/invitation.html", member.follow(member.get(invitation)))
    gallery.look("organisation/invitation.html", other.follow(other.get(invitation)))
    other.press("/invitations", "/invitations/accept")
    gallery.look("organisation/invitation_gone.html", stranger.get(invitation))
    gallery.expect_everything_of("organisation")
