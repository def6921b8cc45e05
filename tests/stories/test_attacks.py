"""What a page of Mallory's can do in a browser in which Alice is signed in: show her something, and no more."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Response, Route, expect

from tests.stories.actors import Actor
from tests.stories.orders import analytics

ELSEWHERE = "http://localhost:9/a-page-of-mallorys"
"""Another site than the portal's, which has the machine's number for its name."""


def lure(victim: Actor, action: str, **fields: str) -> Response:
    """Let the victim open a page of Mallory's that posts a form by itself; what the portal answers."""
    inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
    body = f'<form method="post" action="{action}">{inputs}</form><script>document.forms[0].submit()</script>'

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=body)

    victim.page.route(ELSEWHERE, answer)
    path = urlsplit(action).path
    with victim.page.expect_response(lambda one: urlsplit(one.url).path == path) as found:
        victim.page.goto(ELSEWHERE, wait_until="commit")
    return found.value


def test_her_own_purchase_in_alice_s_browser_belongs_to_nobody(alice: Actor, mallory: Actor):
    alice.portal.become_a_customer()
    mallory.marketplace.buy(analytics())
    token = mallory.marketplace.read_token()
    lure(alice, f"{alice.stack.portal_url}/marketplace/landing", **{"x-amzn-marketplace-token": token})
    alice.portal.see_choice(analytics())
    alice.portal.follow("Continue as Alice Example")
    alice.portal.read(f"ending in {mallory.account.account_id[-4:]}")
    alice.portal.open("/contracts")
    alice.portal.see("Your contracts")
    assert "Tidemark Analytics" not in alice.page.get_by_role("main").locator("a").all_inner_texts()


def test_her_page_cannot_press_the_button(alice: Actor):
    alice.portal.become_a_customer()
    alice.arrive_with(analytics())
    alice.portal.follow("Continue as Alice Example")
    alice.portal.see("Link Tidemark Analytics to Acme")
    confirmation = alice.page.url
    number = re.search(r"organization=(\d+)", confirmation)
    assert number
    assert lure(alice, confirmation.split("?")[0], organization=number[1]).status == 400
    alice.portal.see("This form is no longer valid")
    alice.page.goto(confirmation)
    alice.portal.see("Link Tidemark Analytics to Acme")  # still to be done


def test_after_signing_out_the_back_button_brings_no_contract_back(alice: Actor):
    alice.have_a_contract(analytics())
    alice.portal.sign_out()
    alice.page.go_back()
    expect(alice.page.get_by_role("heading", level=1)).not_to_have_text("Tidemark Analytics")
