"""What staff see before they ask: the ends of addresses and account ids, and the rest of a text as it is."""

import pytest

from portal.staff.masking import mask_email, mask_text, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("alice@acme.example", "a•••@acme.example"),
        ("write to <bob.smith+x@mail.acme.co.uk>.", "write to <b•••@mail.acme.co.uk>."),
        ("444455556666", "•••• •••• 6666"),
        ("account 4444-5555-6666", "account •••• •••• 6666"),
        ("account 4444 5555 6666, please", "account •••• •••• 6666, please"),
        (
            "arn:aws:license-manager::444455556666:license:l-abc",
            "arn:aws:license-manager::•••• •••• 6666:license:l-abc",
        ),
        ('{"acceptor": "444455556666"}', '{"acceptor": "•••• •••• 6666"}'),
        ("12345678901", "12345678901"),
        ("1234567890123", "1234567890123"),
        ("00000000-0000-0000-0000-444455556666", "00000000-0000-0000-0000-444455556666"),
        ("agmt-1a2b3c", "agmt-1a2b3c"),
        ("2026-11-25T03:00:00Z", "2026-11-25T03:00:00Z"),
        ("", ""),
    ],
)
def test_a_text_is_masked_where_it_must_be_and_only_there(text: str, shown: str):
    assert mask_text(text) == shown


@pytest.mark.parametrize(("email", "shown"), [("a@b.example", "a•••@b.example"), ("rubbish", "•••"), ("", "•••")])
def test_an_address_shows_how_it_begins_and_where_it_is(email: str, shown: str):
    assert mask_email(email) == shown


def test_of_what_has_no_kind_nothing_is_shown():
    assert masked("passport", "X123") == "•••"
