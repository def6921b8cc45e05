"""Support finds whom a call is about, in seconds and with the keyboard alone."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from portal.staff.models import StaffRole
from tests.stories.actors import Actor
from tests.stories.console import Supporter
from tests.stories.orders import analytics

IS_FOCUSED = "element => element === document.activeElement"
BOX = "Search customers, contracts and messages"


def read_out(agreement_id: str) -> str:
    """As somebody reads it from an invoice over the telephone: the first letters left out, in fours, in capitals."""
    said = agreement_id.removeprefix("agmt-").upper()
    return " ".join(said[start : start + 4] for start in range(0, len(said), 4))


def box_has_focus(sam: Supporter) -> bool:
    return bool(sam.page.get_by_label(BOX).evaluate(IS_FOCUSED))


def test_a_customer_is_found_by_an_agreement_read_over_the_telephone(alice: Actor, sam: Supporter):
    agreement_id = alice.have_a_contract(analytics())
    sam.open()
    sam.see("Search")
    assert box_has_focus(sam)
    sam.page.keyboard.type(read_out(agreement_id))
    sam.page.keyboard.press("Enter")
    expect(sam.page).to_have_url(re.compile(r"/staff/contracts/[0-9a-f-]{36}$"))
    sam.read("Tidemark Analytics")
    sam.read("Acme")


def test_arrow_keys_go_through_what_was_found(alice: Actor, sam: Supporter):
    alice.portal.become_a_customer()
    sam.open("/staff/contracts")
    sam.see("Contracts")
    sam.page.keyboard.press("/")
    assert box_has_focus(sam)
    sam.page.keyboard.type("acm")
    sam.page.keyboard.press("Enter")
    sam.see("Search results")
    first = sam.page.locator("[data-hit]").first
    name = first.inner_text()
    sam.page.keyboard.press("ArrowDown")
    assert first.evaluate(IS_FOCUSED)
    sam.page.keyboard.press("ArrowUp")
    assert box_has_focus(sam)
    sam.page.keyboard.press("ArrowDown")
    sam.page.keyboard.press("Enter")
    sam.see(name)


def test_a_slash_that_belongs_to_what_is_written_is_written(sam: Supporter):
    sam.open()
    sam.see("Search")
    sam.page.keyboard.type("license/l-123")
    assert sam.page.get_by_label(BOX).input_value() == "license/l-123"


def test_a_slash_that_was_meant_to_come_to_the_box_is_none_of_the_text(sam: Supporter):
    sam.open()
    sam.see("Search")
    sam.page.keyboard.type("/acme")
    assert sam.page.get_by_label(BOX).input_value() == "acme"


def test_an_address_never_comes_into_the_bar_of_the_browser(alice: Actor, sam: Supporter):
    alice.portal.become_a_customer()
    sam.open()
    sam.page.get_by_label(BOX).fill(alice.person.email[:-3])
    sam.page.keyboard.press("Enter")
    sam.see("Search results")
    assert sam.page.url.endswith("/staff/search")


def test_it_all_works_without_javascript(alice: Actor, supporter: Callable[..., Supporter]):
    agreement_id = alice.have_a_contract(analytics())
    vera = supporter("Vera", StaffRole.VIEWER, java_script_enabled=False)
    vera.open()
    vera.page.get_by_label(BOX).fill(agreement_id[:12])
    vera.press("Search")
    vera.see("Search results")
    vera.page.get_by_role("link", name=re.compile("Tidemark Analytics")).first.click()
    expect(vera.page).to_have_url(re.compile(r"/staff/contracts/[0-9a-f-]{36}$"))
