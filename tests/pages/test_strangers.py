"""The pages of whoever is not signed in: the site, signing up and in, passwords, links in letters, errors."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts import verifying
from portal.accounts.models import Person
from portal.blueprints import signin
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from tests.blueprints.test_password import ask, choose, link_in
from tests.cast import PASSWORD, Somebody
from tests.pages.gallery import Gallery
from tests.portal_client import PortalClient

PARTS = ("site", "signup", "signin", "password", "verifying", "errors")
NOWHERE = "postgresql://nobody:hunter2@127.0.0.1:9/nothing"
Browser = Callable[..., PortalClient]


@pytest.fixture
def from_the_letter(app: Flask, alice: Somebody) -> str:
    """The path of the link in Alice's welcome letter."""
    with app.app_context(), transaction():
        return f"/verify/{verifying.link_for(db.session.get_one(Person, alice.id), utcnow())}"


@pytest.fixture
def limited(make_app: Callable[..., Flask], speak: Callable[[PortalClient], PortalClient]) -> PortalClient:
    """A browser of somebody who asked for too much."""
    client = speak(PortalClient(make_app(RATE_LIMITS="true")))
    for _ in range(61):
        client.post("/marketplace/landing")
    return client


def test_every_page_of_a_stranger(
    gallery: Gallery,
    browser_of: Browser,
    speak: Callable[[PortalClient], PortalClient],
    make_app: Callable[..., Flask],
    limited: PortalClient,
    alice: Somebody,
    mallory: Somebody,
    from_the_letter: str,
    stored: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
):
    stranger = browser_of()
    for path in ("index", "terms", "privacy", "security"):
        gallery.look(f"site/{path}.html", stranger.get("/" if path == "index" else f"/{path}"))

    gallery.look("signup/signup.html", stranger.get("/signup"))
    gallery.look("signup/signup.html", stranger.press("/signup", "/signup"))
    gallery.look("signin/signin.html", stranger.get("/signin"))
    gallery.look("signin/signin.html", stranger.press("/signin", "/signin", email=alice.email, password="wrong words"))
    gallery.look("signin/signin.html", stranger.follow(stranger.get("/contracts")))

    gallery.look("password/forgot.html", stranger.get("/password/forgot"))
    gallery.look("password/forgot.html", ask(stranger, ""))
    gallery.look("password/sent.html", stranger.follow(ask(stranger, alice.email)))
    link = link_in(stored(Letter)[-1])
    gallery.look("password/reset.html", stranger.get(link))
    gallery.look("password/reset.html", choose(stranger, link, "password1234"))
    choose(stranger, link)
    gallery.look("password/gone.html", stranger.get(link))

    owner = browser_of().sign_in_anew_as(alice)
    gallery.look("verifying/other.html", browser_of(mallory).get(from_the_letter))
    gallery.look("verifying/show.html", owner.get(from_the_letter))
    owner.press(from_the_letter, from_the_letter)
    gallery.look("verifying/gone.html", owner.get(from_the_letter))
    gallery.look("verifying/gone.html", stranger.get("/verify/worn-out"))

    error = "errors/error.html"
    gallery.look(error, owner.post("/signout"))
    gallery.look(error, stranger.get("/nowhere"))
    gallery.look(error, stranger.get("/signout"))
    gallery.look(error, stranger.post("/signup", {"x": "x" * 100_000}))
    gallery.look(error, limited.post("/marketplace/landing"))
    gallery.look(error, speak(PortalClient(make_app(DATABASE_URL=NOWHERE))).sign_in_as(alice).get("/contracts"))
    form = stranger.get("/signin").form("/signin")
    monkeypatch.setattr(signin, "authenticate", lambda *_: 1 // 0)
    gallery.look(error, stranger.send(form, email=alice.email, password=PASSWORD))

    gallery.expect_everything_of(*PARTS)
