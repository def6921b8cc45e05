"""The people of the stories: each with a browser of their own, on AWS Marketplace and on the portal."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

from tests.sandbox_client import SandboxClient
from tests.services import Stack
from tests.stories.marketplace import Account, Marketplace
from tests.stories.orders import Order
from tests.stories.portal import Person, Portal


@dataclass
class Actor:
    """A person in one tab of their browser."""

    person: Person
    account: Account
    context: BrowserContext
    page: Page
    stack: Stack

    @property
    def marketplace(self) -> Marketplace:
        return Marketplace(self.page, self.stack.sandbox_url, self.account)

    @property
    def portal(self) -> Portal:
        return Portal(self.page, self.stack.portal_url, self.person)

    @property
    def sandbox(self) -> SandboxClient:
        return self.stack.sandbox

    def another_tab(self) -> "Actor":
        """The same person in a new tab of the same browser."""
        return Actor(self.person, self.account, self.context, self.context.new_page(), self.stack)

    def arrive_with(self, order: Order) -> str:
        """Buy, and follow the prompt to the portal. Gives the agreement's id."""
        agreement_id = self.marketplace.buy(order)
        self.marketplace.set_up_account()
        return agreement_id

    def arrive_again_with(self, agreement_id: str) -> int:
        """Follow the prompt once more, from the product contract page. Gives the status of the answer."""
        self.page.goto(f"{self.stack.sandbox_url}/agreements/{agreement_id}")
        return self.marketplace.set_up_account()

    def have_a_contract(self, order: Order) -> str:
        """Buy, sign up, sign in and link, without looking left or right; ends on the contract page."""
        agreement_id = self.arrive_with(order)
        self.portal.see_choice(order)
        self.portal.follow("Create an account")
        self.portal.sign_up()
        self.portal.sign_in()
        self.portal.confirm(order.product, self.person.organisation)
        self.portal.see_contract(order)
        return agreement_id
