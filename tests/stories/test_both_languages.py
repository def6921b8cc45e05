"""Every kind of page in English and in Japanese, in light and dark, at a desk and enlarged to 400 %."""

import re

from tests.stories.actors import Actor
from tests.stories.both_languages import Linguist
from tests.stories.console import Supporter
from tests.stories.orders import ALERTS, analytics

OF_A_STRANGER = (
    "/",
    "/signup",
    "/signin",
    "/password/forgot",
    "/password/forgot/sent",
    "/terms",
    "/privacy",
    "/security",
    "/marketplace/landing",
)
OF_WORN_OUT_LINKS = (
    "/password/reset/worn-out",
    "/verify/worn-out",
    "/invitations/worn-out",
    "/profile/address/link/worn-out",
    "/marketplace/hand-over/worn-out",
)
OF_AN_ACCOUNT = (
    "/profile",
    "/profile/about",
    "/profile/address",
    "/profile/password",
    "/profile/second-factor",
    "/profile/browsers",
    "/profile/identities",
    "/profile/data",
    "/profile/leave",
    "/profile/confirm",
    "/organisations?all=1",
    "/moves",
)
OF_THE_CONSOLE = (
    "/staff/dashboard",
    "/staff/contracts",
    "/staff/queues",
    "/staff/queues/mail",
    "/staff/renewals",
    "/staff/team",
    "/staff/confirmation",
    "/staff/doctor",
    "/staff/audit",
)


def test_the_pages_of_a_stranger(alice: Actor):
    linguist = Linguist(alice.page, alice.stack.portal_url)
    linguist.read(OF_A_STRANGER)
    linguist.read(OF_WORN_OUT_LINKS, status=410)
    linguist.read(("/nowhere",), status=404)
    assert not linguist.complaints, "\n\n".join(linguist.complaints)


def test_the_pages_of_a_customer(alice: Actor):
    alice.have_a_contract(analytics())
    contract = alice.page.url
    alice.portal.follow("Organisation")
    alice.portal.see("Acme")
    organisation = alice.page.url
    alice.arrive_with(ALERTS)
    alice.portal.see("Thank you for your purchase")
    choice = alice.page.url.partition("?")[0]
    linguist = Linguist(alice.page, alice.stack.portal_url)
    of_the_purchase = (
        choice,
        f"{choice}/organization?choose=1",
        f"{choice}/link?organization=new&organization_name=Acme+Labs",
        f"{choice}/hand-over",
    )
    linguist.read((*OF_AN_ACCOUNT, contract, f"{contract}/move", organisation, *of_the_purchase))
    linguist.read(("/moves/offers/worn-out",), status=410)
    assert not linguist.complaints, "\n\n".join(linguist.complaints)


def test_the_pages_of_the_console(alice: Actor, sam: Supporter):
    alice.have_a_contract(analytics())
    found = re.search(r"[0-9a-f-]{36}", alice.page.url)
    assert found
    linguist = Linguist(sam.page, sam.stack.portal_url)
    linguist.read((*OF_THE_CONSOLE, f"/staff/contracts/{found[0]}"))
    assert not linguist.complaints, "\n\n".join(linguist.complaints)
