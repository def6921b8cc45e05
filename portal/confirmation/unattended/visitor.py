"""Somebody on the portal's pages: arrives, signs up, signs in, links the purchase, looks at the contract."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import pyotp

from portal.confirmation.unattended.browser import Browser
from portal.confirmation.unattended.reading import NotOnThePage, Page

CONTRACTS, SECOND_FACTOR = "/contracts", "/second-factor"
_KEY = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
"""The key of an authenticator app, as the portal writes it for typing."""


@dataclass(frozen=True)
class Somebody:
    """A made-up person."""

    name: str
    email: str
    password: str
    organisation: str


def somebody() -> Somebody:
    """A person whom this portal does not know yet. Their mail stays on this machine (see `place`)."""
    mark = secrets.token_hex(5)
    return Somebody(
        name="Test Buyer",
        email=f"confirmation.{mark}@gmail.com",
        password=secrets.token_urlsafe(18),
        organisation=f"Confirmation {mark}",
    )


@dataclass
class Visit:
    """One person in one browser."""

    browser: Browser
    portal_url: str
    person: Somebody
    app: pyotp.TOTP | None = None
    """An authenticator app, where this portal asks everybody for one."""
    used_step: int = 0
    """The half minute of the code that was given last: each is good once."""

    def become_a_customer(self) -> None:
        """Have an account, without a purchase.

        Raises:
            NotOnThePage, NoAnswer.
        """
        self.sign_in(self.sign_up(self.browser.open(f"{self.portal_url}/signup")))

    def sign_up(self, page: Page) -> Page:
        """Fill in the sign-up form. Gives the sign-in page."""
        form = page.form("/signup")
        after = self.browser.send(
            page,
            form,
            name=self.person.name,
            email=self.person.email,
            password=self.person.password,
            organization=self.person.organisation,
            accept_terms="y",
        )
        return _expected(after, "/signin", "the sign-in page after signing up")

    def sign_in(self, page: Page) -> Page:
        """Fill in the sign-in form. Gives whatever page follows."""
        form = page.form("/signin")
        after = self.browser.send(page, form, email=self.person.email, password=self.person.password)
        if after.path.startswith(SECOND_FACTOR):
            after = self._give_second_factor(after)
        if after.path == "/signin" or after.status >= 400:
            raise NotOnThePage(f"Signing in did not work: “{after.heading}” ({after.status}).")
        return after

    def _give_second_factor(self, page: Page) -> Page:
        if self.app is not None:
            return self.browser.send(page, page.form(SECOND_FACTOR), code=self._code(self.app))
        key = _KEY.search(page.text)
        if key is None:
            raise NotOnThePage(f"“{page.heading}” shows no key for an authenticator app.")
        self.app = pyotp.TOTP(key[0].replace(" ", ""))
        done = self.browser.send(page, page.form(f"{SECOND_FACTOR}/start"), code=self._code(self.app))
        return self.browser.follow(
            _expected(done, f"{SECOND_FACTOR}/started", "the offer of recovery codes"), "Not now"
        )

    def _code(self, app: pyotp.TOTP) -> str:
        """A code that was not given yet: that of this half minute, or of the next, which is good already."""
        self.used_step = max(int(time.time()) // app.interval, self.used_step + 1)
        time.sleep(max(0.0, (self.used_step - 1) * app.interval - time.time()))
        return app.generate_otp(self.used_step)

    def sign_out(self) -> None:
        """End the session."""
        page = self.browser.open(self.portal_url + CONTRACTS)
        self.browser.send(page, page.form("/signout"))

    def link(self, page: Page) -> Page:
        """Confirm, on the page that says what will be linked to what. Gives the contract page."""
        _expected(page, "/link", "the page that asks for confirmation")
        return self.see_contract(self.browser.send(page, page.form("/link")))

    def see_contract(self, page: Page) -> Page:
        """Make sure that this is a contract page."""
        if not page.path.startswith(f"{CONTRACTS}/") or page.status != 200:
            raise NotOnThePage(f"Instead of the contract page came “{page.heading}” ({page.path}, {page.status}).")
        return page


def expect_choice(page: Page) -> Page:
    """Make sure that the arrival led to the choice between signing up and signing in."""
    if page.status != 200 or not page.path.startswith("/marketplace/purchases/"):
        where = urlsplit(page.url).path
        raise NotOnThePage(f"The arrival led to “{page.heading}” ({where}, {page.status}) instead of the way on.")
    return page


def _expected(page: Page, path_end: str, what: str) -> Page:
    if not page.path.endswith(path_end) or page.status != 200:
        raise NotOnThePage(f"Instead of {what} came “{page.heading}” ({page.path}, {page.status}).")
    return page


def missing_on(page: Page, numbers: tuple[str, ...]) -> list[str]:
    """Which of these quantities a page does not show."""
    words = page.text.replace(",", "").split()
    return [number for number in numbers if number not in words]
