"""Every page there is, looked at closely: accessible in light and dark, and no wider than a phone."""

from playwright.sync_api import expect

from tests.stories.actors import Actor
from tests.stories.inspection import Inspector
from tests.stories.orders import ALERTS, VAULT, analytics
from tests.stories.portal import CHOICE


def test_the_pages_of_a_stranger(alice: Actor, inspector: Inspector):
    for path in ("/", "/terms", "/privacy", "/marketplace/landing", "/signup", "/signin", "/nowhere", "/signout"):
        alice.portal.open(path)
        expect(alice.page.get_by_role("heading", level=1)).to_be_visible()
        inspector.look(alice.page, f"stranger{path.replace('/', '-')}")

    alice.portal.open("/signup")
    alice.portal.press("Create account")
    alice.portal.read("Please enter your name.")
    inspector.look(alice.page, "sign-up-mistyped")

    alice.portal.open("/signin")
    alice.portal.sign_in()
    alice.portal.read("This address and password do not fit together.")
    inspector.look(alice.page, "sign-in-refused")


def test_the_pages_of_arrivals_gone_wrong(alice: Actor, inspector: Inspector):
    for name, token in (("no-token", ""), ("token-unreadable", "rubbish")):
        alice.marketplace.buy(analytics())
        alice.marketplace.spoil_the_token(token)
        alice.marketplace.set_up_account()
        inspector.look(alice.page, name)

    alice.arrive_with(VAULT)
    alice.portal.see("This purchase belongs somewhere else")
    inspector.look(alice.page, "not-ours")

    for name, error in (("refused", "AccessDeniedException"), ("waiting", "ThrottlingException")):
        alice.sandbox.fail("ResolveCustomer", error)
        alice.arrive_with(analytics())
        expect(alice.page.get_by_role("main")).to_contain_text("purchase")
        inspector.look(alice.page, name)
        alice.sandbox.work_again()

    alice.sandbox.settings(token_lifetime_seconds=0)
    alice.arrive_with(analytics())
    alice.portal.see("Your purchase is safe, but the way here has expired")
    inspector.look(alice.page, "token-expired")


def test_the_pages_from_a_purchase_to_its_contract(alice: Actor, inspector: Inspector):
    agreement_id = alice.arrive_with(analytics())
    alice.portal.see_choice(analytics())
    inspector.look(alice.page, "choice")
    alice.portal.follow("Create an account")
    alice.portal.see("Create your account")
    inspector.look(alice.page, "sign-up")
    alice.portal.sign_up()
    inspector.look(alice.page, "sign-in")
    alice.portal.sign_in()
    alice.portal.see("Link Tidemark Analytics to Acme")
    inspector.look(alice.page, "link")
    alice.portal.follow("Choose another organisation")
    alice.portal.see("Which organisation is it for?")
    inspector.look(alice.page, "organisation")
    alice.portal.found_organisation("")
    alice.portal.read("Please enter a name")
    inspector.look(alice.page, "organisation-mistyped")
    alice.portal.found_organisation("Acme Labs")
    alice.portal.see("Link Tidemark Analytics to Acme Labs")
    inspector.look(alice.page, "link-new-organisation")
    alice.portal.confirm("Tidemark Analytics", "Acme Labs")
    alice.portal.see_contract(analytics())
    inspector.look(alice.page, "contract")
    alice.sandbox.change(agreement_id, dimensions={"seats": 31})
    alice.portal.see_includes(analytics(seats=31))
    inspector.look(alice.page, "contract-changed")
    alice.sandbox.cancel(agreement_id)
    alice.portal.see_status("Ended")
    inspector.look(alice.page, "contract-ended")


def test_the_pages_of_a_customer(alice: Actor, mallory: Actor, inspector: Inspector):
    alice.portal.become_a_customer()
    inspector.look(alice.page, "contracts-none")
    alice.sandbox.settings(entitlement_delay_seconds=3600)
    agreement_id = alice.arrive_with(analytics())
    alice.portal.see(CHOICE)
    alice.portal.read("AWS has not shown us yet")
    inspector.look(alice.page, "choice-signed-in-late")
    alice.portal.follow("Continue as Alice Example")
    page_of_the_claim = alice.page.url
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.see_status("Waiting for AWS")
    inspector.look(alice.page, "contract-waiting")
    alice.page.goto(page_of_the_claim)
    alice.portal.see("This page has done its work")
    inspector.look(alice.page, "claim-gone")

    alice.sandbox.settings(entitlement_delay_seconds=0)
    alice.arrive_with(ALERTS)
    alice.portal.follow("Continue as Alice Example")
    alice.portal.confirm("Tidemark Alerts", "Acme")
    inspector.look(alice.page, "contract-pay-as-you-go")
    alice.portal.follow("All contracts")
    alice.portal.see("Your contracts")
    inspector.look(alice.page, "contracts")

    alice.page.locator("nav input[name=csrf_token]").evaluate("field => field.remove()")
    alice.portal.press("Sign out")
    alice.portal.see("This form is no longer valid")
    inspector.look(alice.page, "form-no-longer-valid")

    mallory.arrive_again_with(agreement_id)
    mallory.portal.see("This purchase is already set up")
    inspector.look(mallory.page, "already-linked-sign-in")
    mallory.portal.open("/signup")
    mallory.portal.sign_up()
    mallory.portal.sign_in()
    mallory.portal.read("you are not a member")
    inspector.look(mallory.page, "taken")


def test_the_pages_of_the_sandbox(alice: Actor, inspector: Inspector):
    alice.portal.become_a_customer()  # so that there is mail
    alice.marketplace.read_mail(alice.person.email, "Your Tidemark account is ready")
    inspector.look(alice.page, "sandbox-mail")
    alice.marketplace.see_the_sellers_products()
    inspector.look(alice.page, "sandbox-products")
    alice.marketplace.view("Tidemark Analytics")
    inspector.look(alice.page, "sandbox-product")
    agreement_id = alice.marketplace.purchase(analytics())
    inspector.look(alice.page, "sandbox-confirmation")
    alice.marketplace.come_back_to(agreement_id)
    inspector.look(alice.page, "sandbox-contract")
    alice.page.get_by_role("button", name="Change the contract").click()
    alice.page.get_by_role("alert").wait_for()
    inspector.look(alice.page, "sandbox-contract-refused")
    alice.sandbox.fail("GetEntitlements", "ThrottlingException", times=1)
    for name in ("Subscriptions", "Notifications", "Mailbox", "Switches"):
        alice.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        inspector.look(alice.page, f"sandbox-{name.lower()}")
    alice.page.goto(f"{alice.stack.sandbox_url}/nowhere")
    inspector.look(alice.page, "sandbox-not-found")
