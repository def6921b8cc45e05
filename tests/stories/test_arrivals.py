"""How buyers arrive when everything is as it should be, but not as simple as in use case 1."""

from tests.stories.actors import Actor
from tests.stories.orders import ALERTS, analytics, archive


def test_somebody_signed_in_stays_signed_in_and_continues_as_who_they_are(alice: Actor):
    alice.portal.become_a_customer()
    alice.arrive_with(analytics())
    alice.portal.see_choice(analytics())
    alice.portal.follow("Continue as Alice Example")
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.see_contract(analytics())


def test_somebody_signed_in_may_take_the_purchase_to_another_account(alice: Actor, bob: Actor):
    bob.portal.become_a_customer()
    alice.portal.become_a_customer()
    alice.arrive_with(analytics())
    alice.portal.press("Use another account")
    alice.person = bob.person
    alice.portal.see_purchase(analytics())
    alice.portal.sign_in()
    alice.portal.confirm("Tidemark Analytics", "Bob's bureau")


def test_two_purchases_in_two_tabs_do_not_get_mixed_up(alice: Actor):
    first, second = alice, alice.another_tab()
    first.arrive_with(analytics())
    second.arrive_with(archive())

    first.portal.follow("Create an account")
    first.portal.see_purchase(analytics())
    first.portal.sign_up()
    first.portal.see_purchase(analytics())
    first.portal.sign_in()

    second.portal.follow("I already have an account")  # she is signed in by now, in this tab too
    second.portal.confirm("Tidemark Archive", "Acme")
    second.portal.see_contract(archive())

    first.portal.confirm("Tidemark Analytics", "Acme")
    first.portal.see_contract(analytics())


def test_going_back_in_the_middle_of_sign_up_loses_nothing(alice: Actor):
    alice.arrive_with(analytics())
    alice.portal.follow("Create an account")
    alice.portal.fill_sign_up()
    alice.page.go_back()
    alice.portal.see_choice(analytics())
    alice.page.go_forward()
    alice.portal.see_purchase(analytics())
    alice.portal.sign_up()
    alice.page.go_back()
    alice.portal.see("Create your account")
    alice.page.go_forward()
    alice.portal.see_purchase(analytics())
    alice.portal.sign_in()
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.page.go_back()
    alice.portal.see("This page has done its work")
    alice.portal.follow("See your contracts")
    alice.portal.see_contract(analytics())


def test_mistyped_forms_and_a_wrong_password_keep_the_purchase(alice: Actor):
    alice.arrive_with(analytics())
    alice.portal.follow("Create an account")
    alice.portal.fill_sign_up()
    alice.page.get_by_label("Password", exact=True).fill("short")
    alice.portal.press("Create account")
    alice.portal.read("Please use 12 to 256 characters.")
    alice.portal.see_purchase(analytics())
    alice.portal.sign_up()

    alice.portal.sign_in(password="not what I chose")
    alice.portal.read("This address and password do not fit together.")
    alice.portal.see_purchase(analytics())
    alice.portal.sign_in()
    alice.portal.confirm("Tidemark Analytics", "Acme")


def test_a_purchase_that_is_linked_to_me_leads_straight_to_its_contract(alice: Actor):
    agreement_id = alice.have_a_contract(analytics())
    alice.arrive_again_with(agreement_id)
    alice.portal.see_contract(analytics())


def test_a_purchase_that_is_linked_to_me_asks_only_who_i_am(alice: Actor):
    agreement_id = alice.have_a_contract(analytics())
    alice.portal.sign_out()
    alice.arrive_again_with(agreement_id)
    alice.portal.see("This purchase is already set up")
    alice.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    alice.portal.sign_in()
    alice.portal.see_contract(analytics())


def test_a_second_purchase_by_the_same_aws_account_is_a_second_contract(alice: Actor):
    first, second = analytics("Business plan", seats=25), analytics("Team plan", seats=5)
    alice.have_a_contract(first)
    alice.arrive_with(second)
    alice.portal.follow("Continue as Alice Example")
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.see_contract(second)
    alice.portal.follow("All contracts")
    alice.portal.see("Your contracts")
    contracts = alice.page.get_by_role("link", name="Tidemark Analytics")
    assert contracts.count() == 2
    contracts.last.click()
    alice.portal.see_contract(first)


def test_pay_as_you_go_has_a_contract_page_too(alice: Actor):
    alice.have_a_contract(ALERTS)
    alice.portal.read("Pay as you go")
