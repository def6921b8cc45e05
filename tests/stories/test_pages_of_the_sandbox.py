"""The pages of the AWS Marketplace that runs on a laptop: accessible in light and dark, and no wider than a phone."""

from tests.stories.actors import Actor
from tests.stories.inspection import Inspector
from tests.stories.orders import analytics


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
