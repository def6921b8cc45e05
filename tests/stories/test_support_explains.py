"""Support is asked why a contract is still active, and answers without reading a log."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.inspection import Inspector
from tests.stories.orders import analytics


@pytest.fixture
def renewed(alice: Actor) -> str:
    """The path of support's page of a contract that was renewed with a new licence, which its customer has open."""
    agreement_id = alice.have_a_contract(analytics())
    address = alice.page.url.rpartition("/contracts/")[2]
    elsewhere = alice.another_tab()
    elsewhere.marketplace.come_back_to(agreement_id)
    elsewhere.marketplace.renew(with_a_new_licence=True)
    alice.portal.see_a_later_end()
    return f"/staff/contracts/{address}"


def test_a_renewal_is_explained_in_sentences_and_in_a_picture(olga: Supporter, alice: Actor, renewed: str):
    olga.open(renewed)
    olga.see("Tidemark Analytics")
    why = olga.page.get_by_role("region", name=re.compile("^Why it is"))
    expect(why).to_contain_text(re.compile(r"AWS grants Business plan and 25 users under licence ….{4}, until"))
    expect(why).to_contain_text(re.compile(r"ended because it was renewed: a hand-over, not an end \(message \d+\)"))
    expect(why).to_contain_text("A contract is granted while anything is granted under any of its names.")

    picture = olga.page.locator("svg.lanes-wide")
    expect(picture.get_by_text("Active", exact=True)).to_be_visible()
    expect(picture.locator(".lanes-bar.lanes-term")).to_have_count(2)


def test_a_mark_leads_to_its_row_by_keyboard(olga: Supporter, renewed: str):
    olga.open(renewed)
    mark = olga.page.locator("svg.lanes-wide .lanes-messages").first
    anchor = str(mark.get_attribute("href"))
    mark.focus()
    olga.page.keyboard.press("Enter")
    expect(olga.page).to_have_url(re.compile(f"{re.escape(anchor)}$"))
    expect(olga.page.locator(anchor)).to_be_in_viewport()


def test_the_customer_sees_beside_support_what_they_see_alone(olga: Supporter, alice: Actor, renewed: str):
    olga.open(renewed)
    page = olga.page.locator("article.contract-page")
    for name in ("Business plan", "Seats"):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_it_is_shared_with_somebody_who_has_no_account(
    olga: Supporter, alice: Actor, renewed: str, new_context: Callable[..., BrowserContext], inspector: Inspector
):
    olga.open(renewed)
    inspector.look(olga.page, "console-contract")
    olga.page.get_by_label("Why it is shared").fill("Case 4711")
    olga.page.get_by_label("The page, the timeline and the explanation").check()
    olga.press("Make a link")
    olga.read("It is shown only now")
    link = str(olga.page.locator("#shared-link").get_attribute("href"))

    stranger = new_context(reduced_motion="reduce").new_page()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Tidemark Analytics")
    expect(stranger.get_by_role("main")).to_contain_text("so the contract is active")
    expect(stranger.get_by_role("main")).not_to_contain_text(alice.person.name)
    expect(stranger.get_by_role("main")).not_to_contain_text(alice.person.organisation)
    inspector.look(stranger, "shared")

    olga.open(renewed)
    olga.page.get_by_role("button", name=re.compile("^Revoke")).click()
    olga.read("The link is revoked")
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("This link has ended")
    inspector.look(stranger, "shared-ended")


def test_support_asks_aws_and_the_page_follows(olga: Supporter, alice: Actor, renewed: str):
    olga.open(renewed)
    olga.press("Check with AWS now")
    olga.read("We are asking AWS now.")
    expect(olga.page.get_by_role("button", name="Check with AWS now")).to_be_visible()


def test_the_page_is_shown_as_it_was(olga: Supporter, alice: Actor, renewed: str, inspector: Inspector):
    olga.open(renewed)
    olga.page.get_by_label("The page as of").fill("2020-01-01")
    olga.press("Show")
    olga.read("before that there was no page")
    inspector.look(olga.page, "console-contract-then")
    olga.page.get_by_label("The page as of").fill("some day")
    olga.press("Show")
    olga.read("Please write a date such as 2026-10-03")
    olga.follow("Back to now")
    olga.see("Tidemark Analytics")
