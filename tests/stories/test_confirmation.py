"""A seller confirms the integration by hand, in two browsers: sam's shows what the portal sees of the test buyer's."""

import re

from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.inspection import Inspector
from tests.stories.orders import analytics, archive


def begin(sam: Supporter, product: str, account: str = "") -> None:
    sam.open("/staff/confirmation")
    sam.see("Integration confirmation")
    sam.page.get_by_label("Product", exact=True).select_option(product)
    sam.page.get_by_label("AWS accounts of your test buyers").fill(account)
    sam.press("Begin")
    sam.see(f"Confirm {product}")


def see_marks(sam: Supporter, case: str, *marks: str) -> None:
    """Wait until the open page shows these marks, step by step; it is never loaded again."""
    for number, mark in enumerate(marks, start=1):
        expect(sam.page.locator(f"#step-{case}-{number}")).to_have_attribute("data-value", mark)


def test_the_steps_of_use_case_1_tick_by_themselves(sam: Supporter, alice: Actor, inspector: Inspector):
    begin(sam, "Tidemark Analytics", alice.account.account_id)
    see_marks(sam, "page", "done", "done")
    see_marks(sam, "signup", *["open"] * 5)
    sam.page.evaluate("window.mark = 'still here'")

    agreement_id = alice.marketplace.buy(analytics())
    alice.marketplace.set_up_account()
    see_marks(sam, "signup", "done", "done", "open", "open", "open")
    alice.portal.follow("Create an account")
    see_marks(sam, "signup", "done", "done", "done", "open", "open")
    alice.portal.sign_up()
    alice.portal.sign_in()
    alice.portal.confirm("Tidemark Analytics", "Acme")
    see_marks(sam, "signup", *["done"] * 5)

    alice.marketplace.come_back_to(agreement_id)
    alice.marketplace.change_to(analytics(seats=40))
    alice.portal.open("/contracts")
    see_marks(sam, "change", *["done"] * 4)
    sam.read("seats: 25 → 40.")
    assert sam.page.evaluate("window.mark") == "still here"
    inspector.look(sam.page, "staff-confirmation-run")

    sam.press("Finish")
    sam.see("Integration confirmation")
    sam.read("Concurrent Agreements (LicenseArn, EventBridge)")
    expect(sam.page.get_by_text(re.compile("From message to page: "))).to_have_count(1)
    assert alice.account.account_id not in sam.page.content()


def test_a_buyer_whom_nobody_named_is_pointed_out(sam: Supporter, alice: Actor):
    begin(sam, "Tidemark Archive")
    alice.arrive_with(archive())
    alice.portal.see_choice(archive())
    button = sam.page.get_by_role("button", name=re.compile("^That was me"))
    expect(button).to_be_visible()
    see_marks(sam, "signup", *["open"] * 5)
    button.click()
    see_marks(sam, "signup", "done", "done")


def test_an_arrival_that_goes_wrong_says_what_may_be_wrong(sam: Supporter, alice: Actor):
    begin(sam, "Tidemark Analytics", alice.account.account_id)
    alice.marketplace.buy(analytics())
    alice.marketplace.spoil_the_token("rubbish")
    alice.marketplace.set_up_account()
    sam.page.locator("#step-signup-2 summary").click()
    expect(sam.page.locator("#step-signup-2")).to_contain_text("AWS does not know the token")
