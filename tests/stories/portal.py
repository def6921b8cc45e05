"""The portal as a person uses it: a verb for everything that can be done there, and what is to be seen."""

import re
from contextlib import suppress
from dataclasses import dataclass

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from tests.stories.orders import Order

CHOICE = "Thank you for your purchase"


@dataclass(frozen=True)
class Person:
    """Somebody, and what they type into forms."""

    name: str
    email: str
    password: str
    organisation: str


@dataclass
class Portal:
    """One tab on the portal."""

    page: Page
    url: str
    person: Person

    # --- Getting there ------------------------------------------------------------------------------------------

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)

    def see(self, title: str | re.Pattern[str], within: float | None = None) -> None:
        """Wait for the page with this title; ``within`` so many seconds, where something slow has to happen first."""
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(title, timeout=within and within * 1000)

    def read(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page says this."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def follow(self, link: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()

    def press(self, button: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def press_if_there(self, button: str) -> None:
        """Press a button of a page that may go on by itself at any moment."""
        with suppress(PlaywrightError):
            self.page.get_by_role("button", name=button, exact=True).click(timeout=2000)

    # --- Who somebody is ----------------------------------------------------------------------------------------

    def fill_sign_up(self) -> None:
        self.see("Create your account")
        self.page.get_by_label("Your name").fill(self.person.name)
        self.page.get_by_label(re.compile("[Ee]mail")).fill(self.person.email)
        self.page.get_by_label("Password", exact=True).fill(self.person.password)
        self.page.get_by_label("Organisation").fill(self.person.organisation)
        self.page.get_by_label(re.compile("I accept the")).check()

    def sign_up(self) -> None:
        """Fill in the form and send it; what follows is the sign-in page."""
        self.fill_sign_up()
        self.press("Create account")
        self.see("Sign in")
        self.read("Your account is ready")

    def sign_in(self, password: str | None = None) -> None:
        self.see("Sign in")
        self.page.get_by_label("Email").fill(self.person.email)
        self.page.get_by_label("Password", exact=True).fill(password or self.person.password)
        self.press("Sign in")

    def sign_out(self) -> None:
        self.press("Sign out")
        self.see("Sign in")

    def become_a_customer(self) -> None:
        """Have an account, without a purchase so far, and be signed in with it."""
        self.open("/signup")
        self.sign_up()
        self.sign_in()
        self.see("Your contracts")

    # --- A purchase that waits ----------------------------------------------------------------------------------

    def see_choice(self, order: Order) -> None:
        """The choice page, which shows what was bought and from which AWS account."""
        self.see(CHOICE)
        self.see_purchase(order)

    def see_purchase(self, order: Order) -> None:
        """The card that stays beside everything a buyer does until the purchase is linked."""
        card = self.page.get_by_role("region", name=order.product)
        for name, value in order.shows().items():
            expect(card.get_by_role("term").filter(has_text=re.compile(f"^{re.escape(name)}$"))).to_be_visible()
            expect(card).to_contain_text(value)

    def choose_organisation(self, name: str) -> None:
        self.see("Which organisation is it for?")
        self._pick(name)
        self.press("Continue")

    def found_organisation(self, name: str) -> None:
        """Choose to link the purchase to an organisation that does not exist yet."""
        self.see("Which organisation is it for?")
        self._pick("A new organisation")
        self.page.get_by_label("Name of the new organisation").fill(name)
        self.press("Continue")

    def _pick(self, organisation: str) -> None:
        label = self.page.get_by_text(organisation, exact=True)
        label.click()
        expect(self.page.get_by_role("radio", name=organisation, exact=True)).to_be_checked()

    def confirm(self, product: str, organisation: str) -> None:
        """Read in words what will be linked to what, and agree."""
        self.see(f"Link {product} to {organisation}")
        self.read(f"will belong to {organisation}")
        self.press(f"Link to {organisation}")
        self.see(product)
        self.read(f"Your purchase is linked to {organisation}.")

    # --- A contract ---------------------------------------------------------------------------------------------

    def see_contract(self, order: Order, status: str = "Active", within: float | None = None) -> None:
        """The contract page: the product, its status, and exactly what was bought."""
        self.see(order.product)
        self.see_status(status, within)
        self.see_includes(order)

    def see_status(self, status: str, within: float | None = None) -> None:
        badge = self.page.locator(".contract-head").get_by_text(status, exact=True)
        expect(badge).to_be_visible(timeout=within and within * 1000)

    def see_includes(self, order: Order) -> None:
        for name, value in order.shows().items():
            tile = self.tiles.filter(has=self.page.get_by_role("heading", name=name, exact=True))
            expect(tile.locator(".tile-value")).to_have_text(value)
        expect(self.tiles).to_have_count(len(order.shows()))

    @property
    def tiles(self) -> Locator:
        return self.page.get_by_role("region", name="What it includes").get_by_role("listitem")

    @property
    def history(self) -> Locator:
        return self.page.get_by_role("region", name="History").get_by_role("listitem")

    def see_change(self, what: str, before: str, after: str, cause: str = "Changed on AWS Marketplace") -> None:
        """A line of the history: old → new, and why."""
        said = rf"{re.escape(what)}: changed from {re.escape(before)}\s*→\s*to {re.escape(after)}"
        line = self.history.filter(has_text=re.compile(said))
        expect(line).to_have_count(1)
        expect(line).to_contain_text(cause)

    def see_a_later_end(self) -> None:
        """A line of the history says that something now lasts until another day than before."""
        moved = re.compile(r"(End|valid until): changed from \d+ \w+ \d{4}\s*→\s*to \d+ \w+ \d{4}")
        expect(self.history.filter(has_text=moved)).not_to_have_count(0)

    def leave_a_mark(self) -> None:
        """Mark the page, so that one can tell later whether it is still the same one, never loaded again."""
        self.page.evaluate("window.mark = 'still here'")

    def see_the_mark(self) -> None:
        assert self.page.evaluate("window.mark") == "still here", "the page was loaded again"
