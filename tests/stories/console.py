"""The console as a member of staff uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from portal import create_app
from portal.config import Settings
from portal.database import db, transaction, utcnow
from portal.staff import sessions
from portal.web.console import KEY
from tests.console import Staff
from tests.services import Stack


@dataclass
class Supporter:
    """Somebody of the seller's support in one tab of their browser."""

    staff: Staff
    context: BrowserContext
    page: Page
    stack: Stack

    def open(self, path: str = "/staff/") -> None:
        self.page.goto(self.stack.portal_url + path)

    def see(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def read(self, text: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()

    def sign_in(self) -> None:
        self.see("Sign in")
        self.page.get_by_label("Email").fill(self.staff.email)
        self.page.get_by_label("Password", exact=True).fill(self.staff.password)
        self.press("Sign in")


@contextmanager
def beside(stack: Stack) -> Iterator[Flask]:
    """An application on the running stack's database, for what a story finds done already."""
    app = create_app(Settings.from_environment(stack.place.for_portal()))
    yield app
    app.extensions["jobs"].connection.close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def let_in(app: Flask, staff: Staff, context: BrowserContext, portal_url: str) -> None:
    """Give this browser the session of a member of staff who has given password and second factor."""
    with app.test_request_context():
        with transaction():
            key = sessions.begin(staff.id, "app", utcnow())
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = signer.dumps({"_user_id": staff.session_key, "_fresh": True, KEY: key})
    context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": str(cookie), "url": portal_url}])
