"""Creating an account."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.accounts import people as verbs
from portal.accounts.models import Organisation, Person
from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

FORM = {
    "name": "Carol",
    "email": "carol@gmail.com",
    "password": "a long enough password",
    "organization": "Initech",
    "accept_terms": "y",
}
Stored = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, password_hash: str) -> None:
    """Spares the cost of a hash: passwords have tests of their own."""
    monkeypatch.setattr(verbs, "hash_password", lambda _password: password_hash)


def sign_up(client: PortalClient, **fields: str) -> Page:
    return client.press("/signup", "/signup", **(FORM | fields))


def test_the_page_asks_for_an_address_and_never_for_payment(client: PortalClient):
    fields = client.get("/signup").form("/signup").fields
    assert sorted(fields) == ["csrf_token", "email", "name", "organization", "password"]


def test_support_is_shown(client: PortalClient):
    assert "mailto:help@tidemark.example" in client.get("/signup").links.values()


def test_those_who_have_an_account_find_the_way(client: PortalClient):
    assert client.get("/signup").links["I already have an account"] == "/signin"


def test_an_account_is_created(client: PortalClient, people: Callable[[], list[Person]]):
    sign_up(client)
    assert [(person.name, person.email) for person in people()] == [("Carol", "carol@gmail.com")]


def test_then_one_signs_in(client: PortalClient):
    page = sign_up(client)
    assert (page.status, page.location) == (303, "/signin")


def test_with_the_address_filled_in_already(client: PortalClient):
    page = client.follow(sign_up(client))
    assert page.form("/signin").fields["email"] == "carol@gmail.com"


def test_a_letter_confirms_it(client: PortalClient, stored: Stored):
    sign_up(client)
    assert [(letter.to, letter.subject) for letter in stored(Letter)] == [
        ("carol@gmail.com", "Your Tidemark account is ready")
    ]


def test_and_a_job_is_left_that_sends_it(client: PortalClient, app: Flask):
    sign_up(client)
    assert "portal.jobs.tasks.send_mail" in [job.func_name for job in app.extensions["mail_jobs"].jobs]


def test_a_known_address_is_told_apart_by_nothing(client: PortalClient, another_client: PortalClient, alice: Somebody):
    new, known = sign_up(client), sign_up(another_client, email=alice.email)
    assert (new.status, new.location, new.html) == (known.status, known.location, known.html)


def test_not_even_on_the_next_page(client: PortalClient, another_client: PortalClient, alice: Somebody):
    new, known = sign_up(client), sign_up(another_client, email=alice.email)
    assert client.follow(new).text == another_client.follow(known).text


def test_but_the_mail_is_another(client: PortalClient, alice: Somebody, stored: Stored):
    sign_up(client, email=alice.email.upper())
    assert [(letter.to, letter.subject) for letter in stored(Letter)] == [
        (alice.email, "You already have a Tidemark account")
    ]


def test_and_nothing_of_theirs_changes(client: PortalClient, alice: Somebody, stored: Stored):
    sign_up(client, email=alice.email)
    assert ([person.name for person in stored(Person)], len(stored(Organisation))) == (["Alice"], 1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Please enter your name."),
        ({"name": " \x00 \t "}, "Please enter your name."),
        ({"email": ""}, "Please enter your email address."),
        ({"email": "carol"}, "Please enter an email address such as name@example.com."),
        ({"email": "carol@localhost"}, "Please enter an email address such as name@example.com."),
        ({"email": "carol@b.example\nBcc: all@b.example"}, "Please enter an email address such as name@example.com."),
        ({"password": "short"}, "Please use 12 to 256 characters."),
        ({"password": "x" * 257}, "Please use 12 to 256 characters."),
        ({"organization": ""}, "Please enter your organisation's name."),
        ({"accept_terms": ""}, "Please accept the terms to go on."),
    ],
)
def test_a_mistyped_form_says_what_to_mend(client: PortalClient, fields: dict[str, str], said: str):
    page = sign_up(client, **fields)
    assert (page.status, said in page.text) == (400, True)


def test_and_keeps_what_was_typed(client: PortalClient):
    page = sign_up(client, email="carol")
    assert page.form("/signup").fields["name"] == "Carol"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("password1234", "on the lists that attackers try first"),
        ("abcdefghijklmn", "counts, repeats itself"),
        ("Initech Carol 1", "made of names"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused_with_the_reason(client: PortalClient, password: str, words: str):
    page = sign_up(client, password=password, name="Carol", organization="Initech")
    assert (page.status, words in page.text, password in page.html) == (400, True, False)


def test_but_not_the_password(client: PortalClient):
    assert FORM["password"] not in sign_up(client, email="carol").html


def test_a_name_that_is_markup_is_shown_as_text(client: PortalClient):
    assert "<b>Carol</b>" not in sign_up(client, name="<b>Carol</b>", email="carol").html


@pytest.mark.parametrize("field", ["name", "organization"])
def test_a_name_that_is_too_long_is_refused(client: PortalClient, field: str):
    assert sign_up(client, **{field: "x" * 201}).status == 400


@pytest.mark.parametrize(
    "email", ["carol+aws@gmail.com", "carol@outlook.com", "ren\u00e9@b\u00fccher.example", "c@b.museum"]
)
def test_addresses_of_every_kind_are_welcome(client: PortalClient, email: str):
    assert sign_up(client, email=email).status == 303


def test_without_the_page_s_own_token_nothing_is_created(client: PortalClient, people: Callable[[], list[Person]]):
    page = client.post("/signup", FORM)
    assert (page.status, people()) == (400, [])


def test_a_purchase_that_was_brought_stays_beside_the_form(client: PortalClient, arrive: Callable[..., Page]):
    choice = arrive(client)
    page = client.get(choice.links["Create an account"])
    assert "Your purchase on AWS Marketplace" in page.text


def test_and_stays_after_a_mistyped_form(client: PortalClient, arrive: Callable[..., Page]):
    form = client.get(arrive(client).links["Create an account"]).form("/signup")
    page = client.send(form, **(FORM | {"email": "carol"}))
    assert (page.status, "Your purchase on AWS Marketplace" in page.text) == (400, True)


def test_somebody_signed_in_needs_no_account(client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    assert client.get("/signup").location == "/contracts"


def test_letters_come_in_the_language_of_the_page(client: PortalClient, stored: Stored):
    form = client.get("/signup", headers={"Accept-Language": "ja"}).form("/signup")
    fields = form.fields | {
        "name": "Keiko",
        "email": "keiko@example.com",
        "password": "nine otters crossing slowly",
        "organization": "Initech",
        "accept_terms": "y",
    }
    client.post("/signup", fields, headers={"Accept-Language": "ja"})
    assert ([person.language for person in stored(Person)], [letter.language for letter in stored(Letter)]) == (
        ["ja"],
        ["ja"],
    )
