"""AWS Marketplace as a person uses it: the sandbox's pages, with a verb for everything that can be done there."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.stories.orders import Order
from tests.stories.patience import eventually


@dataclass(frozen=True)
class Account:
    """The AWS account that somebody buys with."""

    name: str
    account_id: str


@dataclass
class Marketplace:
    """One tab on AWS Marketplace."""

    page: Page
    url: str
    account: Account

    def see_the_sellers_products(self) -> None:
        """The seller's list of products in private publication."""
        self.page.goto(f"{self.url}/")
        self._expect_heading("Your products")

    def view(self, product: str) -> None:
        """From the seller's list to the product's page, where a buyer buys."""
        self.page.get_by_role("link", name=re.compile(f"View on AWS Marketplace.*{product}")).click()
        self._expect_heading(product)

    def purchase(self, order: Order) -> str:
        """Select the contract on the product page and purchase it. Gives the agreement's id."""
        self.page.get_by_role("radio", name=re.compile(self.account.account_id)).check()
        self._fill(order)
        self.page.get_by_role("button", name=re.compile("^(Purchase|Subscribe)$")).click()
        self._expect_heading("Purchase complete")
        return self.page.url.split("/")[-2]

    def buy(self, order: Order) -> str:
        """All of it: the seller's list, the product page, the purchase."""
        self.see_the_sellers_products()
        self.view(order.product)
        return self.purchase(order)

    def set_up_account(self) -> int:
        """Follow the prompt to the seller's site, with a token. Gives the status of the seller's answer."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            self.page.get_by_role("button", name="Set up your account").click()
        return int(answer.value.status)

    @property
    def _token(self) -> Locator:
        return self.page.locator("input[name=x-amzn-marketplace-token]")

    def read_token(self) -> str:
        """What no person sees: the token that the button is about to post."""
        return self._token.input_value()

    def spoil_the_token(self, rubbish: str) -> None:
        """Have the button post this instead of the token, as a filter on the way might."""
        self._token.evaluate("(field, rubbish) => { field.value = rubbish }", rubbish)

    def come_back_to(self, agreement_id: str) -> None:
        """Open the product contract page from *Manage subscriptions*."""
        self.page.goto(f"{self.url}/")
        self.page.get_by_role("link", name="Subscriptions").click()
        self.page.get_by_role("link", name=self.account.name, exact=True).click()
        self.page.get_by_role("listitem").filter(has_text=agreement_id).get_by_role("link").click()
        self._expect_heading(re.compile(" contract$"))

    def change_to(self, order: Order) -> None:
        """Update the contract on the product contract page."""
        self._fill(order)
        self._press("Change the contract", "The contract was changed")

    def renew(self, *, with_a_new_licence: bool = False) -> None:
        self.page.get_by_label("with a new licence").set_checked(with_a_new_licence)
        self._press("Renew", "The contract was renewed")

    def cancel(self) -> None:
        self._press("Cancel the contract", "The contract was cancelled")

    def let_it_expire(self) -> None:
        self._press("Let it expire", "The contract has expired")

    def read_mail(self, email: str, subject: str | re.Pattern[str]) -> None:
        """Open a letter in the mailbox, once it has come."""
        letter = self.page.get_by_role("listitem").filter(has_text=email).get_by_role("link", name=subject)

        def came() -> bool:
            self.page.goto(f"{self.url}/mailbox")
            return letter.count() > 0

        eventually(came, self.page, f"a letter to {email}: {subject}")
        letter.first.click()
        self._expect_heading(subject)

    def _fill(self, order: Order) -> None:
        if order.plan:
            self.page.get_by_role("radio", name=order.plan).check()
        for label, number in order.quantities.items():
            self.page.get_by_role("spinbutton", name=label).fill(str(number))

    def _press(self, button: str, said: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_role("status")).to_contain_text(said)

    def _expect_heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)
