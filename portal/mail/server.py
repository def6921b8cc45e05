"""A connection to the mail server, whichever provider's it is."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

SMTP_TIMEOUT = 20.0


@contextmanager
def connection(smtp_url: str, timeout: float = SMTP_TIMEOUT) -> Iterator[smtplib.SMTP]:
    """A mail server, ready to take a letter: encrypted where it offers that, and signed in where the URL says as whom.

    Raises:
        OSError, SMTPException: it cannot be reached, or does not let us in.
    """
    where = urlsplit(smtp_url)
    host = where.hostname or "localhost"
    tls = ssl.create_default_context()
    if where.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, where.port or 465, timeout=timeout, context=tls)
    else:
        server = smtplib.SMTP(host, where.port or 587, timeout=timeout)
    with server:
        server.ehlo()
        if where.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        yield server
