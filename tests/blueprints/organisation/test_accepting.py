"""The link of an invitation, for whoever opens it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update

from portal.accounts import factors
from portal.accounts.models import Invitation, Membership, Person
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.sealing import Seal
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

Invite, Stored = Callable[..., str], Callable[..., list[Any]]
DORA, PASSWORD = "dora@acme.example", "seven quiet boats at dawn"
GONE = "This invitation is no longer valid"


@pytest.fixture
def open_link(another_client: PortalClient) -> Callable[..., Page]:
    """Somebody opens a link in a browser of their own."""
    return lambda link: another_client.follow(another_client.get(link))


@pytest.fixture
def sign_up(another_client: PortalClient) -> Callable[[], Page]:
    """Signs up in the browser that opened the link; gives the sign-in page."""

    def do() -> Page:
        form = another_client.get("/signup?invitation=1").form("/signup")
        return another_client.follow(another_client.send(form, name="Dora", password=PASSWORD, accept_terms="y"))

    return do


def memberships(stored: Stored, person_id: int) -> list[tuple[int, str]]:
    return [(one.organisation_id, one.role) for one in stored(Membership) if one.person_id == person_id]


def test_it_says_who_invites_whom_to_what(invite: Invite, open_link: Callable[..., Page]):
    page = open_link(invite(DORA, "admin"))
    words = ("Alice asks you to join", "Acme", DORA, "Admin")
    assert (page.heading, [word for word in words if word not in page.text]) == ("You are invited to Acme", [])


def test_the_address_of_the_page_has_no_secret(invite: Invite, another_client: PortalClient):
    assert another_client.get(invite(DORA)).location == "/invitations"


@pytest.mark.parametrize("step", [0, 1])
def test_neither_is_told_to_others_nor_kept(invite: Invite, another_client: PortalClient, step: int):
    first = another_client.get(invite(DORA))
    page = (first, another_client.follow(first))[step]
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_looking_accepts_nothing(invite: Invite, another_client: PortalClient, bob: Somebody, stored: Stored):
    another_client.sign_in_as(bob)
    another_client.follow(another_client.get(invite(DORA)))
    assert stored(Invitation)[0].state == "open"


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "a" * 3000, "…"])
def test_a_link_that_is_nobodys_is_410_and_says_nothing(another_client: PortalClient, alice: Somebody, token: str):
    page = another_client.get(f"/invitations/{token}")
    assert (page.status, page.heading, "Acme" in page.html) == (410, GONE, False)


def test_so_is_one_that_has_expired(invite: Invite, another_client: PortalClient, app: Flask):
    link = invite(DORA)
    with app.app_context(), transaction():
        db.session.execute(update(Invitation).values(expires_at=utcnow() - timedelta(seconds=1)))
    page = another_client.get(link)
    assert (page.status, "Acme" in page.html) == (410, False)


def test_the_page_without_a_link_is_410_too(another_client: PortalClient):
    assert another_client.get("/invitations").status == 410


def test_one_that_was_withdrawn_while_the_page_was_open_is_410(
    invite: Invite, another_client: PortalClient, app: Flask, add_person: Callable[..., Somebody]
):
    link, dora = invite("dora@home.example"), add_person("Dora", "Home")
    form = another_client.sign_in_as(dora).follow(another_client.get(link)).form("/invitations/accept")
    with app.app_context(), transaction():
        db.session.execute(update(Invitation).values(state="withdrawn"))
    assert another_client.send(form).status == 410


# --- Who opens it --------------------------------------------------------------------------------------------------


def test_the_right_person_joins(
    invite: Invite, another_client: PortalClient, add_person: Callable[..., Somebody], alice: Somebody, stored: Stored
):
    dora = add_person("Dora", "Home")
    another_client.sign_in_as(dora)
    another_client.follow(another_client.get(invite(dora.email, "admin")))
    page = another_client.follow(another_client.press("/invitations", "/invitations/accept"))
    assert "You belong to Acme now." in page.text
    assert (alice.organisation_id, "admin") in memberships(stored, dora.id)


def test_and_the_inviter_is_told(
    invite: Invite,
    another_client: PortalClient,
    add_person: Callable[..., Somebody],
    alice: Somebody,
    letters: Callable[[str], list[Letter]],
):
    dora = add_person("Dora", "Home")
    another_client.sign_in_as(dora)
    another_client.get(invite(dora.email))
    another_client.press("/invitations", "/invitations/accept")
    assert [letter.subject for letter in letters(alice.email)] == ["Dora has joined Acme"]


def test_following_the_link_once_more_leads_to_the_organisation(
    invite: Invite, another_client: PortalClient, add_person: Callable[..., Somebody], acme: str
):
    dora = add_person("Dora", "Home")
    link = invite(dora.email)
    another_client.sign_in_as(dora).get(link)
    another_client.press("/invitations", "/invitations/accept")
    assert another_client.get(link).location == acme


def test_but_not_once_they_were_removed(
    invite: Invite, another_client: PortalClient, client: PortalClient, add_person: Callable[..., Somebody], acme: str
):
    dora = add_person("Dora", "Home")
    link = invite(dora.email)
    another_client.sign_in_as(dora).get(link)
    another_client.press("/invitations", "/invitations/accept")
    client.press(acme, f"{acme}/members/{dora.id}/remove")
    assert another_client.get(link).status == 410


def test_somebody_else_is_told_and_may_switch(invite: Invite, another_client: PortalClient, mallory: Somebody):
    another_client.sign_in_as(mallory)
    page = another_client.follow(another_client.get(invite(DORA)))
    assert "only whoever has that address can accept it" in page.text
    after = another_client.follow(another_client.send(page.forms[-1]))
    assert (after.heading, "New here?" in after.text) == ("You are invited to Acme", True)


def test_and_cannot_accept_by_hand(invite: Invite, another_client: PortalClient, mallory: Somebody, stored: Stored):
    another_client.sign_in_as(mallory)
    form = another_client.follow(another_client.get(invite(DORA))).form("/signout")
    form.action = "/invitations/accept"
    assert (another_client.send(form).location, len(memberships(stored, mallory.id))) == ("/invitations", 1)


def test_nobody_accepts_without_having_opened_the_link(
    invite: Invite, another_client: PortalClient, add_person: Callable[..., Somebody], stored: Stored
):
    dora = add_person("Dora", "Home")
    invite(dora.email)
    form = another_client.sign_in_as(dora).get("/organisations?all=1").form("/organisations")
    form.action = "/invitations/accept"
    assert (another_client.send(form).status, len(memberships(stored, dora.id))) == (410, 1)


def test_another_site_cannot_accept(invite: Invite, another_client: PortalClient, add_person: Callable[..., Somebody]):
    dora = add_person("Dora", "Home")
    another_client.sign_in_as(dora).get(invite(dora.email))
    assert another_client.post("/invitations/accept").status == 400


def test_who_has_an_account_signs_in_and_comes_back(
    invite: Invite, open_link: Callable[..., Page], another_client: PortalClient, add_person: Callable[..., Somebody]
):
    dora = add_person("Dora", "Home")
    page = open_link(invite(dora.email))
    form = another_client.get(page.links["I already have an account"]).form("/signin")
    page = another_client.follow(another_client.send(form, email=dora.email, password=dora.password))
    assert (page.heading, "Join Acme" in page.text) == ("You are invited to Acme", True)


def test_who_has_none_signs_up_and_comes_back(
    invite: Invite, open_link: Callable[..., Page], another_client: PortalClient, sign_up: Callable[[], Page]
):
    open_link(invite(DORA))
    form = sign_up().form("/signin")
    page = another_client.follow(another_client.send(form, email=DORA, password=PASSWORD))
    assert "Join Acme" in page.text


def test_and_founds_no_organisation(
    invite: Invite,
    open_link: Callable[..., Page],
    another_client: PortalClient,
    sign_up: Callable[[], Page],
    alice: Somebody,
    stored: Stored,
):
    open_link(invite(DORA))
    another_client.send(sign_up().form("/signin"), email=DORA, password=PASSWORD)
    another_client.press("/invitations", "/invitations/accept")
    (dora,) = [person for person in stored(Person) if person.email == DORA]
    assert memberships(stored, dora.id) == [(alice.organisation_id, "member")]
    assert dora.email_verified_at is not None


def test_nobody_signs_up_with_another_address_that_way(
    invite: Invite, open_link: Callable[..., Page], another_client: PortalClient, stored: Stored
):
    open_link(invite(DORA))
    form = another_client.get("/signup?invitation=1").form("/signup")
    another_client.send(form, name="Eve", email="eve@evil.example", password=PASSWORD, accept_terms="y")
    assert [person.email for person in stored(Person)] == ["alice@acme.example", DORA]


def test_signing_up_without_the_invitation_is_as_ever(
    invite: Invite, open_link: Callable[..., Page], another_client: PortalClient
):
    open_link(invite(DORA))
    assert "Work email" in another_client.get("/signup").text


def test_signing_up_by_an_invitation_that_is_gone_says_so(another_client: PortalClient):
    page = another_client.follow(another_client.get("/signup?invitation=1"))
    assert (page.status, page.heading) == (410, GONE)


def test_a_purchase_that_the_browser_brought_is_gone_on_with(
    invite: Invite,
    another_client: PortalClient,
    add_person: Callable[..., Somebody],
    arrive: Callable[..., Page],
    the_claim: Callable[[], Any],
    alice: Somebody,
):
    dora = add_person("Dora", "Home")
    link = invite(dora.email, "admin")
    arrive(another_client)
    form = another_client.get("/signin?next=/invitations").form("/signin")
    another_client.get(link)
    page = another_client.follow(another_client.send(form, email=dora.email, password=dora.password))
    page = another_client.follow(another_client.send(page.form("/invitations/accept")))
    assert (page.response.request.path, "Acme" in page.text) == (
        f"/marketplace/purchases/{the_claim().id}/organization",
        True,
    )


def test_who_has_a_second_factor_gives_it_and_comes_back(
    invite: Invite,
    open_link: Callable[..., Page],
    another_client: PortalClient,
    add_person: Callable[..., Somebody],
    app: Flask,
):
    dora, key = add_person("Dora", "Home"), pyotp.random_base32()
    with app.app_context(), transaction():
        factors.ensure(dora.id).sealed_key = Seal(app.config["SECRET_KEY"], factors.PURPOSE).close(key)
    page = open_link(invite(dora.email))
    form = another_client.get(page.links["I already have an account"]).form("/signin")
    page = another_client.follow(another_client.send(form, email=dora.email, password=dora.password))
    assert page.heading != "You are invited to Acme"
    form = next(form for form in page.forms if "code" in form.fields)
    page = another_client.follow(another_client.send(form, code=pyotp.TOTP(key).now()))
    assert (page.heading, "Join Acme" in page.text) == ("You are invited to Acme", True)
