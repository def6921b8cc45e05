"""What people type into a line."""

import pytest

from portal.web.fields import one_line


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (None, ""),
        ("", ""),
        ("  Alice   Smith ", "Alice Smith"),
        ("Alice\r\nBcc: all", "Alice Bcc: all"),
        ("Al\x00ice", "Al ice"),
        ("\u202eecilA", "ecilA"),
        ("René Müller", "René Müller"),
        ("株式会社", "株式会社"),
        ("a\u2028b", "a b"),
    ],
)
def test_a_line_is_one_line(typed: str | None, read: str):
    assert one_line(typed) == read


def test_a_joiner_that_a_name_is_written_with_stays():
    assert one_line("علی\u200cرضا") == "علی\u200cرضا"
