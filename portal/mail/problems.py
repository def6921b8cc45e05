"""Why a letter was not sent, in words for staff."""

from __future__ import annotations

from portal.language import gettext as _
from portal.language import marked

AWAY = marked("The mail server cannot be reached, or does not answer.")
PROBLEMS = {
    "SSLCertVerificationError": marked(
        "The mail server has no certificate that is trusted, so nothing was handed to it."
    ),
    "SMTPAuthenticationError": marked("The mail server does not accept the user and password of SMTP_URL."),
    "SMTPRecipientsRefused": marked("The mail server does not take mail for this address."),
    "SMTPSenderRefused": marked("The mail server does not take mail from the address in MAIL_FROM."),
    "SMTPDataError": marked("The mail server refused the letter itself."),
    "SMTPServerDisconnected": marked("The mail server hung up before it had said that it took the letter."),
    "SMTPNotSupportedError": marked("The mail server cannot take mail for an address written like this one."),
    "ValueError": marked("Nobody can be written to at an address like this."),
    "HeaderParseError": marked("Nobody can be written to at an address like this."),
    "UnicodeEncodeError": marked("Nobody can be written to at an address like this."),
}


def in_words(problem: str | None) -> str | None:
    """What went wrong at the last try, and what the program calls it."""
    if not problem:
        return None
    return f"{_(PROBLEMS.get(problem.split()[0], AWAY))} ({problem})"
