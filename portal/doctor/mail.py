"""Mail: the server lets us in, and no letter lies about."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from portal.config import LOOPBACK_HOSTS
from portal.database import db
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject
from portal.mail.models import Letter, MailState
from portal.mail.server import connection
from portal.sentences import sentence

SERVER = Thing("mail.server", sentence("Mail server"))
LETTERS = Thing("mail.letters", sentence("Letters"))

TIMEOUT_SECONDS = 8.0
TOO_LONG = timedelta(hours=1)


def look(subject: Subject) -> Iterator[Line]:
    """As far as a letter would go, but for the letter."""
    yield _server(subject.settings.smtp_url)
    yield _letters(subject)


def _server(url: str | None) -> Line:
    if not url:
        return SERVER.warning(
            sentence("None: letters wait, and nobody gets them."), sentence("Set SMTP_URL, and MAIL_FROM.")
        )
    where = urlsplit(url)
    name = f"{where.hostname}:{where.port}" if where.port else str(where.hostname)
    try:
        with connection(url, TIMEOUT_SECONDS) as server:
            server.noop()
            encrypted = isinstance(server.sock, ssl.SSLSocket)
    except smtplib.SMTPAuthenticationError as error:
        return SERVER.wrong(
            sentence(
                "%(name)s does not accept the user and password (%(code)s).", name=name, code=str(error.smtp_code)
            ),
            sentence("Set the right ones in SMTP_URL, special characters as %%-codes."),
        )
    except smtplib.SMTPNotSupportedError:
        return SERVER.wrong(
            sentence("%(name)s offers no sign-in on this connection, and SMTP_URL names a user.", name=name),
            sentence("Use the server’s port for submission (587, or smtps:// with 465), or leave the user out."),
        )
    except ssl.SSLError as error:
        reason = str(getattr(error, "verify_message", "") or error.reason)
        return SERVER.wrong(
            sentence("%(name)s has no certificate that is trusted (%(reason)s).", name=name, reason=reason),
            sentence("Name the host in SMTP_URL as its certificate does; smtps:// is for port 465, smtp:// for 587."),
        )
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return SERVER.wrong(
            sentence("%(name)s cannot be reached (%(error)s).", name=name, error=type(error).__name__),
            sentence("Set SMTP_URL to the mail server; see that this machine may connect to it."),
        )
    if not encrypted and where.hostname not in LOOPBACK_HOSTS:
        return SERVER.warning(
            sentence("%(name)s takes letters, but unencrypted.", name=name),
            sentence("Use smtps://, or a server that offers STARTTLS."),
        )
    if encrypted:
        return SERVER.ok(sentence("%(name)s takes letters, encrypted.", name=name))
    return SERVER.ok(sentence("%(name)s takes letters.", name=name))


def _letters(subject: Subject) -> Line:
    late = select(func.count()).where(Letter.state == MailState.WAITING, Letter.created_at < subject.now() - TOO_LONG)
    failed = select(func.count()).where(Letter.state == MailState.FAILED)
    try:
        numbers = db.session.scalar(late) or 0, db.session.scalar(failed) or 0
    except SQLAlchemyError:
        return LETTERS.unknown(sentence("The database does not tell."), sentence("See the lines about the database."))
    waiting, given_up = numbers
    if waiting or given_up:
        return LETTERS.warning(
            sentence(
                "%(waiting)s have waited for an hour or more, %(given_up)s were given up.",
                waiting=waiting,
                given_up=given_up,
            ),
            sentence("See the line above. /staff/queues/mail says why a letter was given up, and has it sent again."),
        )
    return LETTERS.ok(sentence("None waits for long, none was given up."))
