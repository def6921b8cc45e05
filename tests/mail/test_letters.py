"""What the portal writes."""

from datetime import UTC, datetime

import pytest

from portal.mail.letters import Sender, Words, already_a_customer, linked, linked_by_support, unlinked, welcome

SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")
BREAKS = "Alice\r\nBcc: all@acme.example\r\n\r\nBuy things"


def letters(name: str = "Alice", organisation: str = "Acme") -> dict[str, Words]:
    return {
        "welcome": welcome(SENDER, name, organisation),
        "already a customer": already_a_customer(SENDER, name),
        "linked": linked(SENDER, name, "Tidemark Analytics", organisation, "1234"),
        "linked by support": linked_by_support(SENDER, name, "Tidemark Analytics", organisation, "1234"),
        "unlinked": unlinked(
            SENDER, name, "Tidemark Analytics", organisation, datetime(2026, 11, 25, 4, 5, tzinfo=UTC)
        ),
    }


KINDS = list(letters())


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_greets_by_name_and_says_who_can_help(kind: str):
    text = letters()[kind].text
    assert ("Hello Alice," in text, "help@tidemark.example" in text) == (True, True)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_breaks_out_of_its_line(kind: str):
    letter = letters(BREAKS, BREAKS)[kind]
    assert ("\n" in letter.subject, "\r" in letter.subject, "\nBcc" in letter.text) == (False, False, False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_name_is_cut(kind: str):
    letter = letters("x" * 5000, "y" * 5000)[kind]
    assert (len(letter.subject) < 300, len(letter.text) < 2000) == (True, True)


@pytest.mark.parametrize("unfilled", ["{", "}", "None"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_has_a_gap(kind: str, unfilled: str):
    assert unfilled not in letters()[kind].text


def test_the_first_letter_says_what_comes_next():
    text = letters()["welcome"].text
    assert ("https://portal.example/signin" in text, "https://portal.example/contracts" in text) == (True, True)


def test_a_customer_learns_that_nothing_was_changed():
    assert "nothing was changed" in letters()["already a customer"].text


def test_a_link_leads_to_its_contract():
    assert "https://portal.example/contracts/1234" in letters()["linked"].text


def test_whoever_lost_a_contract_learns_that_nothing_was_cancelled():
    text = letters()["unlinked"].text
    assert ("nothing was changed or cancelled" in text, "25 November 2026, 04:05 UTC" in text) == (True, True)


def test_whoever_got_one_finds_it():
    assert "https://portal.example/contracts/1234" in letters()["linked by support"].text
