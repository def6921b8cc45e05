"""Names that are something else: a formula for a spreadsheet, a header for a mail server, markup, another line."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape

from portal.accounts.models import Organisation
from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import PortalClient

Stored = Callable[..., list[Any]]
FORMULAS = ['=HYPERLINK("https://evil.example","Open")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1,2)"]
LINES = ["Eve\r\nBcc: all@evil.example", "Eve\nSubject: Pay here", "Eve\u2028Bcc: x@evil.example", "Eve\x00\x1b[2J"]
MARKUP = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "%(name)s %s", "</title><h1>x"]


def rename(client: PortalClient, owner: Somebody, name: str) -> str:
    """Give the organisation a name through its form; its page afterwards."""
    home = f"/organisations/{owner.organisation_id}"
    client.sign_in_as(owner)
    client.press(home, f"{home}/name", name=name)
    return client.get(home).html


@pytest.mark.parametrize("name", FORMULAS)
def test_support_s_spreadsheet_computes_nothing(
    client: PortalClient, contract_page: str, alice: Somebody, vera_client: PortalClient, name: str
):
    rename(client, alice, name)
    answer = vera_client.get(vera_client.get("/staff/contracts").links["Export all of these as CSV"])
    (row,) = csv.DictReader(io.StringIO(answer.html))
    assert row["organisation"] == f"'{name}"


@pytest.mark.parametrize("name", LINES)
def test_a_name_is_one_line(client: PortalClient, alice: Somebody, stored: Stored, name: str):
    rename(client, alice, name)
    (organisation,) = stored(Organisation)
    assert organisation.name.isprintable()


@pytest.mark.parametrize("name", LINES)
def test_a_letter_goes_to_whom_it_was_for(client: PortalClient, alice: Somebody, stored: Stored, name: str):
    rename(client, alice, name)
    home = f"/organisations/{alice.organisation_id}"
    client.press(home, f"{home}/invitations", email="guest@acme.example", role="member")
    (letter,) = stored(Letter)
    assert (letter.to, letter.subject.isprintable()) == ("guest@acme.example", True)


def test_a_letter_has_no_link_but_ours(client: PortalClient, alice: Somebody, stored: Stored, app: Flask):
    rename(client, alice, "Pay at https://evil.example/now or www.evil.example")
    home = f"/organisations/{alice.organisation_id}"
    client.press(home, f"{home}/invitations", email="guest@acme.example", role="member")
    (letter,) = stored(Letter)
    told = [part for part in (letter.text, letter.html or "", letter.subject) if "evil.example" in part]
    assert told == []


def is_shown(html: str, name: str) -> bool:
    """Whether a name stands there as the words that it is, and nowhere as what it wants to be."""
    words = str(escape(name))
    return words in html and (words == name or name not in html)


@pytest.mark.parametrize("name", MARKUP)
def test_a_page_shows_the_words(client: PortalClient, alice: Somebody, name: str):
    assert is_shown(rename(client, alice, name), name)


@pytest.mark.parametrize("name", MARKUP)
def test_support_s_pages_show_them_too(
    client: PortalClient, contract_page: str, alice: Somebody, vera_client: PortalClient, name: str
):
    rename(client, alice, name)
    assert is_shown(vera_client.get("/staff/contracts").html, name)


@pytest.mark.parametrize("name", MARKUP)
def test_so_do_the_pages_of_who_is_invited(
    client: PortalClient, another_client: PortalClient, alice: Somebody, stored: Stored, name: str
):
    rename(client, alice, name)
    home = f"/organisations/{alice.organisation_id}"
    client.press(home, f"{home}/invitations", email="guest@acme.example", role="member")
    link = re.search(r"/invitations/[\w-]+", stored(Letter)[0].text)
    assert link
    assert is_shown(another_client.follow(another_client.get(link[0])).html, name)


def test_a_letter_shows_the_words(client: PortalClient, alice: Somebody, stored: Stored):
    rename(client, alice, 'Fish & "Chips" &lt;b&gt;')
    home = f"/organisations/{alice.organisation_id}"
    client.press(home, f"{home}/invitations", email="guest@acme.example", role="member")
    (letter,) = stored(Letter)
    assert is_shown(letter.html, 'Fish & "Chips" &lt;b&gt;')
