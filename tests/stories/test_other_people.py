"""Several people and one purchase: who wins, and what the others learn."""

import re

from playwright.sync_api import Response, expect

from tests.stories.actors import Actor
from tests.stories.orders import analytics

TOO_LATE = {"Somebody else was a moment quicker", "This purchase is already set up"}
TOGETHER = "moment => setTimeout(() => document.querySelector('main form').requestSubmit(), moment - Date.now())"


def test_somebody_elses_purchase_never_says_whose_it_is(alice: Actor, mallory: Actor):
    agreement_id = alice.have_a_contract(analytics())
    mallory.portal.become_a_customer()
    mallory.arrive_again_with(agreement_id)
    mallory.portal.see("This purchase is already set up")
    mallory.portal.read("you are not a member")
    page = mallory.page.content()
    for secret in (alice.person.organisation, alice.person.name, alice.person.email, alice.account.account_id):
        assert secret not in page


def test_somebody_elses_contract_does_not_exist(alice: Actor, mallory: Actor):
    alice.have_a_contract(analytics())
    mallory.portal.become_a_customer()
    answer = mallory.page.goto(alice.page.url)
    assert isinstance(answer, Response)
    assert answer.status == 404
    mallory.portal.see("There is no such page")


def test_of_two_people_who_race_for_a_purchase_one_wins_and_the_other_is_told(alice: Actor, bob: Actor):
    for person in (alice, bob):
        person.portal.become_a_customer()
    agreement_id = alice.arrive_with(analytics())
    bob.arrive_again_with(agreement_id)
    for person in (alice, bob):
        person.portal.follow(f"Continue as {person.person.name}")
        person.portal.see(f"Link Tidemark Analytics to {person.person.organisation}")

    moment = alice.page.evaluate("Date.now() + 500")
    for person in (alice, bob):
        person.page.evaluate(TOGETHER, moment)

    for person in (alice, bob):
        expect(person.page).not_to_have_title(re.compile("^Link "))
    titles = [person.page.get_by_role("heading", level=1).inner_text() for person in (alice, bob)]
    assert len([title for title in titles if title == "Tidemark Analytics"]) == 1, titles
    assert len([title for title in titles if title in TOO_LATE]) == 1, titles


def test_a_purchase_that_was_linked_in_another_tab_has_done_its_work(alice: Actor):
    alice.portal.become_a_customer()
    alice.arrive_with(analytics())
    alice.portal.follow("Continue as Alice Example")
    other = alice.another_tab()
    other.page.goto(alice.page.url)
    other.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.press("Link to Acme")
    alice.portal.see("This page has done its work")
    alice.portal.follow("See your contracts")
    alice.portal.see_contract(analytics())
