"""The pages of one's own account: the profile, second factors, and accounts elsewhere that one signs in with."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from flask import Flask

from portal.accounts import factors, recovery
from portal.database import transaction, utcnow
from portal.mail.models import Letter
from portal.sealing import Seal
from portal.web.confirming import CONFIRMED
from tests.blueprints.oidc.conftest import buyer, come_back, go, portal, provider, settings
from tests.blueprints.oidc.test_joining import NEW
from tests.blueprints.test_second_factor import begin, code_for
from tests.cast import PASSWORD, Somebody
from tests.identity_provider import IdentityProvider
from tests.pages.gallery import Gallery
from tests.pages.letters import path_in
from tests.portal_client import Page, PortalClient

__all__ = ["buyer", "code_for", "come_back", "go", "portal", "provider", "settings"]

PARTS = ("profile", "second_factor", "oidc")
Browser = Callable[..., PortalClient]
FACTOR = "/profile/second-factor"


def confirmed(client: PortalClient) -> PortalClient:
    """Somebody who has just shown that it is them."""
    with client.http.session_transaction(base_url=client.site) as session:
        session[CONFIRMED] = int(utcnow().timestamp())
    return client


def test_every_page_of_ones_own_account(
    gallery: Gallery, app: Flask, browser_of: Browser, alice: Somebody, stored: Callable[..., list[Any]]
):
    me = browser_of(alice)
    browser_of().sign_in_anew_as(alice)  # there is another browser, too
    gallery.look("profile/show.html", me.get("/profile"))
    gallery.look("profile/about.html", me.get("/profile/about"))
    gallery.look("profile/about.html", me.press("/profile/about", "/profile/about", name=""))
    gallery.look("profile/browsers.html", me.get("/profile/browsers"))
    gallery.look("profile/data.html", me.get("/profile/data"))
    gallery.look("profile/confirm.html", me.follow(me.get("/profile/leave")))
    gallery.look("profile/confirm.html", me.press("/profile/confirm", "/profile/confirm", password="wrong words"))
    confirmed(me)
    gallery.look("profile/leave.html", me.get("/profile/leave"))
    gallery.look("profile/password.html", me.get("/profile/password"))
    gallery.look("profile/password.html", me.press("/profile/password", "/profile/password", password="short"))

    gallery.look("profile/address.html", me.get("/profile/address"))
    me.press("/profile/address", "/profile/address", email="alice@new.example")
    gallery.look("profile/address.html", me.get("/profile/address"))
    old, new = (path_in(letter, "/profile/address/link/") for letter in sorted(stored(Letter), key=lambda one: one.to))
    for link in (old, new):
        gallery.look("profile/address_link.html", me.get(link))
        gallery.look("profile/address_over.html", me.press(link, link))
    gallery.look("profile/address_over.html", me.get(new))

    confirmed(me)
    gallery.look("profile/second_factor.html", me.get(FACTOR))
    page = me.follow(me.press(FACTOR, f"{FACTOR}/app"))
    gallery.look("profile/second_factor.html", page)
    key = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    assert key
    form = page.form(f"{FACTOR}/app/confirm")
    gallery.look("profile/second_factor.html", me.send(form, code="000000"))
    me.send(form, code=pyotp.TOTP(key[1].replace(" ", "")).now())
    gallery.look("profile/second_factor.html", me.get(FACTOR))
    gallery.look("profile/recovery_codes.html", me.press(FACTOR, f"{FACTOR}/recovery-codes"))
    gallery.expect_everything_of("profile")


def test_every_page_of_the_second_factor(
    gallery: Gallery,
    app: Flask,
    browser_of: Browser,
    alice: Somebody,
    bob: Somebody,
    code_for: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
):
    with app.app_context(), transaction():
        seal = Seal(app.config["SECRET_KEY"], factors.PURPOSE)
        factors.ensure(alice.id).sealed_key = seal.close(pyotp.random_base32())
        recovery.new_codes(alice.id)
    half_way = browser_of()
    page = half_way.follow(half_way.press("/signin", "/signin", email=alice.email, password=PASSWORD))
    gallery.look("second_factor/show.html", page)
    gallery.look("second_factor/show.html", half_way.send(page.form("/second-factor"), code="000000"))
    wrong = half_way.send(page.form("/second-factor/recovery"), recovery_code="none")
    gallery.look("second_factor/show.html", wrong)

    otto = browser_of()
    gallery.look("second_factor/set_up.html", otto.get("/second-factor/set-up"))
    gallery.look("second_factor/set_up.html", begin(otto, "", name=""))
    gallery.look("second_factor/set_up.html", begin(otto, "wrong-code"))
    gallery.look("second_factor/choose.html", otto.follow(begin(otto, code_for("otto@seller.example"))))

    required = replace(app.extensions["settings"], second_factor_required=True)
    monkeypatch.setitem(app.extensions, "settings", required)
    bobs = browser_of()
    page = bobs.follow(bobs.press("/signin", "/signin", email=bob.email, password=PASSWORD))
    gallery.look("second_factor/choose.html", page)
    gallery.look("second_factor/choose.html", bobs.send(page.form("/second-factor/start"), code="000000"))
    key = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    assert key
    page = bobs.follow(bobs.send(page.form("/second-factor/start"), code=pyotp.TOTP(key[1].replace(" ", "")).now()))
    gallery.look("second_factor/started.html", page)
    gallery.look("profile/recovery_codes.html", bobs.send(page.form("/profile/second-factor/recovery-codes")))
    gallery.expect_everything_of("second_factor")


def test_every_page_of_an_account_elsewhere(
    gallery: Gallery,
    portal: Flask,
    provider: IdentityProvider,
    come_back: Callable[..., Page],
    speak: Callable[[PortalClient], PortalClient],
    make_app: Callable[..., Flask],
    settings: dict[str, str],
    alice: Somebody,
):
    def somebody() -> PortalClient:
        return speak(PortalClient(portal))

    newcomer = somebody()
    gallery.look("signin/signin.html", newcomer.get("/signin"))
    page = newcomer.follow(come_back(newcomer))
    gallery.look("oidc/new.html", page)
    form = page.form("/signin/joining/new")
    gallery.look("oidc/new.html", newcomer.send(form, name="", organization=""))
    newcomer.send(form, **NEW)
    gallery.look("oidc/identities.html", newcomer.get("/profile/identities"))

    provider.claims = {"email": alice.email, "sub": "2", "email_verified": False}
    unconfirmed = somebody()
    gallery.look("oidc/unconfirmed.html", unconfirmed.follow(come_back(unconfirmed)))
    provider.claims = {"email": alice.email, "sub": "2"}
    known = somebody()
    gallery.look("oidc/known.html", known.follow(come_back(known)))
    mine = confirmed(somebody().sign_in_as(alice))
    gallery.look("oidc/join.html", mine.follow(come_back(mine)))
    provider.down = True
    unheard = speak(PortalClient(make_app(**settings)))  # nothing is known of the provider there
    gallery.look("oidc/away.html", unheard.get("/signin/with/corp"))
    gallery.expect_everything_of("oidc")
