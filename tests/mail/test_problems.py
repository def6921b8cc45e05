"""Why a letter was not sent, in words."""

import pytest

from portal.mail.problems import in_words


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("SMTPRecipientsRefused 550", "does not take mail for this address. (SMTPRecipientsRefused 550)"),
        ("SMTPDataError 554", "refused the letter itself"),
        ("SSLCertVerificationError", "no certificate that is trusted"),
        ("ConnectionRefusedError", "cannot be reached"),
        ("TimeoutError", "cannot be reached"),
    ],
)
def test_it_is_said_with_what_it_is_called(problem: str, said: str):
    assert said in (in_words(problem) or "")


def test_where_nothing_is_known_nothing_is_said():
    assert in_words(None) is None
