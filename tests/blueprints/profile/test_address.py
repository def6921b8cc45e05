"""Moving to another address, through the pages and the letters."""

from collections.abc import Callable

import pytest

from portal.accounts.models import Person
from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import Page, PortalClient

ADDRESS = "/profile/address"
NEW = "alice@new.example"

Confirmed = Callable[[PortalClient, Somebody], PortalClient]
MailTo = Callable[[str], list[Letter]]
LinkTo = Callable[[str], str]


@pytest.fixture
def asked(client: PortalClient, alice: Somebody, confirmed: Confirmed) -> PortalClient:
    """Alice's browser, after she has asked for another address."""
    page = confirmed(client, alice).press(ADDRESS, ADDRESS, email=NEW)
    assert page.status == 303
    return client


def agree(browser: PortalClient, link: str) -> Page:
    return browser.press(link, link)


def test_one_confirms_that_it_is_oneself_first(client: PortalClient, alice: Somebody):
    assert client.sign_in_as(alice).get(ADDRESS).location == "/profile/confirm?next=/profile/address"


def test_a_form_that_comes_too_late_changes_nothing_and_says_so(client: PortalClient, alice: Somebody, mail_to: MailTo):
    token = client.sign_in_as(alice).get("/profile").form("/signout").fields["csrf_token"]
    page = client.post(ADDRESS, {"email": NEW, "csrf_token": token})
    assert page.location == "/profile/confirm?next=/profile/address"
    assert "Nothing was changed yet" in client.follow(page).text
    assert mail_to(NEW) == []


def test_both_addresses_agree_and_it_is_changed(
    asked: PortalClient,
    another_client: PortalClient,
    alice: Somebody,
    link_to: LinkTo,
    people: Callable[[], list[Person]],
):
    links = [link_to(NEW), link_to(alice.email)]
    pages = [agree(another_client, link) for link in links]
    assert [page.heading for page in pages] == ["Thank you, one more to go", "Your address is changed"]
    assert people()[0].email == NEW


def test_both_are_told_afterwards(asked: PortalClient, alice: Somebody, link_to: LinkTo, mail_to: MailTo):
    for link in (link_to(NEW), link_to(alice.email)):
        agree(asked, link)
    assert [mail_to(address)[-1].kind for address in (NEW, alice.email)] == ["address_changed"] * 2


def test_all_other_browsers_are_signed_out(
    asked: PortalClient, another_client: PortalClient, alice: Somebody, link_to: LinkTo
):
    another_client.sign_in_anew_as(alice)
    for link in (link_to(NEW), link_to(alice.email)):
        agree(asked, link)
    assert another_client.get("/profile").location.startswith("/signin")
    assert NEW in asked.get("/profile").text


def test_opening_a_link_changes_nothing(
    asked: PortalClient, alice: Somebody, link_to: LinkTo, people: Callable[[], list[Person]]
):
    for link in (link_to(NEW), link_to(alice.email)) * 2:
        assert asked.get(link).status == 200
    assert people()[0].email == alice.email


def test_a_link_is_told_to_nobody(asked: PortalClient, link_to: LinkTo):
    page = asked.get(link_to(NEW))
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_a_used_link_says_so(asked: PortalClient, link_to: LinkTo):
    link = link_to(NEW)
    form = asked.get(link).form(link)
    asked.send(form)
    page = asked.send(form)
    assert (page.status, page.heading, asked.get(link).status) == (410, "This link is over", 410)


def test_the_old_address_stops_it(asked: PortalClient, alice: Somebody, link_to: LinkTo, another_client: PortalClient):
    link = link_to(alice.email)
    page = another_client.press(link, f"{link}/refuse")
    assert page.heading == "The change is stopped"
    assert asked.get(link_to(NEW)).status == 410


def test_the_new_address_has_no_button_to_stop_it(asked: PortalClient, link_to: LinkTo):
    link = link_to(NEW)
    assert [form.action for form in asked.get(link).forms if link in form.action] == [link]


def test_the_letter_to_the_new_address_names_nobody(asked: PortalClient, alice: Somebody, mail_to: MailTo):
    """It may be mistyped: then a stranger reads it."""
    (letter,) = mail_to(NEW)
    assert alice.name not in letter.text
    assert alice.email not in letter.text


def test_whether_an_address_has_an_account_is_not_told(
    asked: PortalClient, mallory: Somebody, mail_to: MailTo, alice: Somebody
):
    known = asked.press(ADDRESS, ADDRESS, email=mallory.email)
    words = asked.follow(known).text
    unknown = asked.press(ADDRESS, ADDRESS, email="nobody@new.example")
    assert (known.status, known.location) == (unknown.status, unknown.location)
    assert asked.follow(unknown).text == words.replace(mallory.email, "nobody@new.example")
    assert [letter.kind for letter in mail_to(mallory.email)] == ["address_has_an_account"]
    assert [letter.kind for letter in mail_to(alice.email)] == ["confirm_leaving_address"] * 3


def test_a_change_that_waits_is_shown_and_can_be_stopped(asked: PortalClient, link_to: LinkTo):
    assert "The new address has not agreed yet." in asked.get("/profile").text
    page = asked.press("/profile", f"{ADDRESS}/stop")
    assert "The change of address is stopped." in asked.follow(page).text
    assert asked.get(link_to(NEW)).status == 410


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "Please enter your new email address."),
        ("nonsense", "Please enter an email address such as"),
        ("alice@acme.example", "You have this address already."),
        ("ALICE@ACME.EXAMPLE", "You have this address already."),
        ("a" * 320 + "@new.example", "Please enter"),
    ],
)
def test_what_is_no_new_address_is_said(
    client: PortalClient, alice: Somebody, confirmed: Confirmed, wrong: str, said: str
):
    page = confirmed(client, alice).press(ADDRESS, ADDRESS, email=wrong)
    assert (page.status, said in page.text) == (400, True)


def test_who_asks_again_and_again_has_to_wait(client: PortalClient, alice: Somebody, confirmed: Confirmed):
    confirmed(client, alice)
    pages = [client.press(ADDRESS, ADDRESS, email=f"{number}@new.example") for number in range(6)]
    assert [page.status for page in pages] == [303] * 5 + [429]
    assert "Please wait an hour." in pages[-1].text


def test_strangers_have_no_address_to_change(client: PortalClient):
    assert client.get(ADDRESS).location.startswith("/signin")
