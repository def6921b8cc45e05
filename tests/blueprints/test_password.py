"""The pages for whoever has forgotten their password."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.mail.models import Letter
from portal.web.unhurried import USUAL
from tests.cast import PASSWORD, Somebody
from tests.portal_client import Page, PortalClient

NEW = "mauve lantern cabbage"


def ask(client: PortalClient, email: str, path: str = "/password/forgot") -> Page:
    return client.press(path, "/password/forgot", email=email)


@pytest.fixture
def link(client: PortalClient, alice: Somebody, stored: Callable[..., list[Letter]]) -> str:
    """The path of the link that Alice asked for with this browser."""
    ask(client, alice.email)
    return link_in(stored(Letter)[-1])


def link_in(letter: Letter) -> str:
    found = re.search(r"https?://[^/\s]+(/password/reset/\S+)", letter.text)
    assert found
    return found[1]


def choose(client: PortalClient, link: str, password: str = NEW) -> Page:
    return client.press(link, link, password=password)


def sign_in(client: PortalClient, person: Somebody, password: str) -> Page:
    return client.press("/signin", "/signin", email=person.email, password=password)


def test_the_sign_in_page_leads_there(client: PortalClient):
    assert client.get(client.get("/signin").links["Forgotten your password?"]).heading == "Choose a new password"


def test_a_known_address_and_an_unknown_one_get_one_answer(
    client: PortalClient, another_client: PortalClient, alice: Somebody
):
    known = client.follow(ask(client, alice.email))
    unknown = another_client.follow(ask(another_client, "nobody@nowhere.example"))
    assert (known.status, known.text.replace(alice.email, "…")) == (
        unknown.status,
        unknown.text.replace("nobody@nowhere.example", "…"),
    )


def test_after_the_same_time(client: PortalClient, alice: Somebody, bob: Somebody, mallory: Somebody):
    form = client.get("/password/forgot").form("/password/forgot")

    def quickest(*emails: str) -> float:
        """Of three, for a machine that is busy with something else makes one or the other take longer."""
        took = []
        for email in emails:
            began = time.monotonic()
            client.send(form, email=email)
            took.append(time.monotonic() - began)
        return min(took)

    known = quickest(alice.email, bob.email, mallory.email)
    unknown = quickest(*(f"nobody{number}@nowhere.example" for number in range(3)))
    assert (min(known, unknown) >= USUAL, abs(known - unknown) < 0.1) == (True, True)


def test_only_the_known_one_is_written_to(client: PortalClient, alice: Somebody, stored: Callable[..., list[Letter]]):
    ask(client, "nobody@nowhere.example")
    ask(client, alice.email)
    assert [letter.to for letter in stored(Letter)] == [alice.email]


@pytest.mark.parametrize("email", ["", "x" * 321])
def test_an_address_that_is_none_is_400(client: PortalClient, email: str):
    assert ask(client, email).status == 400


def test_a_new_password_and_one_can_sign_in_with_it(client: PortalClient, alice: Somebody, link: str):
    page = client.follow(choose(client, link))
    assert (page.heading, "Your password is changed" in page.text) == ("Sign in", True)
    assert page.form("/signin").fields["email"] == alice.email
    assert (sign_in(client, alice, PASSWORD).status, sign_in(client, alice, NEW).status) == (401, 303)


def test_the_page_says_whose_password_it_is(client: PortalClient, alice: Somebody, link: str):
    assert f"For {alice.email} ." in client.get(link).text


def test_nobody_is_signed_in_by_a_link(client: PortalClient, link: str):
    choose(client, link)
    assert client.get("/contracts").status == 302


def test_opening_the_link_changes_nothing(client: PortalClient, alice: Somebody, link: str):
    client.get(link)
    assert client.get(link).status == 200
    assert sign_in(client, alice, PASSWORD).status == 303


def test_the_link_is_good_once(client: PortalClient, link: str):
    choose(client, link)
    page = client.get(link)
    assert (page.status, page.heading) == (410, "This link is no longer valid")


def test_a_form_that_was_open_meanwhile_is_told_so(client: PortalClient, link: str):
    form = client.get(link).form(link)
    choose(client, link)
    assert client.send(form, password="another lantern cabbage").status in {400, 410}


@pytest.mark.parametrize("token", ["x", "x" * 500, "..%2f..", "%00", "ü"])
def test_a_made_up_link_is_over(client: PortalClient, token: str):
    assert client.get(f"/password/reset/{token}").status in {404, 410}


def test_without_the_page_s_own_token_nothing_is_changed(client: PortalClient, alice: Somebody, link: str):
    assert client.post(link, {"password": NEW}).status == 400
    assert sign_in(client, alice, PASSWORD).status == 303


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("password1234", "on the lists that attackers try first"),
        ("alice at acme", "made of names"),
        ("", "Please choose a password"),
    ],
)
def test_a_bad_password_is_refused_and_the_link_stays_good(client: PortalClient, link: str, password: str, words: str):
    page = choose(client, link, password)
    assert (page.status, words in page.text) == (400, True)
    assert choose(client, link).status == 303


def test_whoever_is_signed_in_elsewhere_is_signed_out(
    client: PortalClient, another_client: PortalClient, alice: Somebody, link: str
):
    another_client.sign_in_as(alice)
    assert another_client.get("/contracts").status == 200
    choose(client, link)
    assert another_client.get("/contracts").status == 302


def test_a_letter_tells_of_the_new_password(client: PortalClient, link: str, stored: Callable[..., list[Letter]]):
    choose(client, link)
    assert "password was changed" in stored(Letter)[-1].subject


def test_the_address_of_the_link_is_told_to_nobody(client: PortalClient, link: str):
    headers = client.get(link).headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_a_purchase_survives(
    client: PortalClient, alice: Somebody, arrive: Callable[..., Page], stored: Callable[..., list[Any]]
):
    choice = arrive(client)
    forgot = client.get(client.get(choice.links["I already have an account"]).links["Forgotten your password?"])
    assert "Tidemark Analytics" in forgot.text
    client.follow(client.send(forgot.form("/password/forgot"), email=alice.email))
    link = link_in(stored(Letter)[-1])
    page = client.follow(choose(client, link))
    assert "Tidemark Analytics" in page.text
    answer = client.send(page.form("/signin"), email=alice.email, password=NEW)
    assert client.follow(answer).heading == "Link Tidemark Analytics to Acme"


def test_somebody_else_who_is_signed_in_here_is_signed_out(
    app: Flask, client: PortalClient, mallory: Somebody, link: str
):
    client.sign_in_as(mallory)
    assert client.follow(choose(client, link)).heading == "Sign in"
