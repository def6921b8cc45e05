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

SERVER = Thing("mail.server", "Mail server")
LETTERS = Thing("mail.letters", "Letters")

TIMEOUT_SECONDS = 8.0
TOO_LONG = timedelta(hours=1)


def look(subject: Subject) -> Iterator[Line]:
    """As far as a letter would go, but for the letter."""
    yield _server(subject.settings.smtp_url)
    yield _letters(subject)


def _server(url: str | None) -> Line:
    if not url:
        return SERVER.warning("None: letters wait, and nobody gets them.", "Set SMTP_URL, and MAIL_FROM.")
    where = urlsplit(url)
    name = f"{where.hostname}:{where.port}" if where.port else str(where.hostname)
    try:
        with connection(url, TIMEOUT_SECONDS) as server:
            server.noop()
            encrypted = isinstance(server.sock, ssl.SSLSocket)
    except smtplib.SMTPAuthenticationError as error:
        return SERVER.wrong(
            f"{name} does not accept the user and password ({error.smtp_code}).",
            "Set the right ones in SMTP_URL, special characters as %-codes.",
        )
    except smtplib.SMTPNotSupportedError:
        return SERVER.wrong(
            f"{name} offers no sign-in on this connection, and SMTP_URL names a user.",
            "Use the server’s port for submission (587, or smtps:// with 465), or leave the user out.",
        )
    except ssl.SSLError as error:
        return SERVER.wrong(
            f"{name} has no certificate that is trusted ({getattr(error, 'verify_message', '') or error.reason}).",
            "Name the host in SMTP_URL as its certificate does; smtps:// is for port 465, smtp:// for 587.",
        )
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return SERVER.wrong(
            f"{name} cannot be reached ({type(error).__name__}).",
            "Set SMTP_URL to the mail server; see that this machine may connect to it.",
        )
    if not encrypted and where.hostname not in LOOPBACK_HOSTS:
        return SERVER.warning(
            f"{name} takes letters, but unencrypted.", "Use smtps://, or a server that offers STARTTLS."
        )
    return SERVER.ok(f"{name} takes letters{', encrypted' if encrypted else ''}.")


def _letters(subject: Subject) -> Line:
    late = select(func.count()).where(Letter.state == MailState.WAITING, Letter.created_at < subject.now() - TOO_LONG)
    failed = select(func.count()).where(Letter.state == MailState.FAILED)
    try:
        numbers = db.session.scalar(late) or 0, db.session.scalar(failed) or 0
    except SQLAlchemyError:
        return LETTERS.unknown("The database does not tell.", "See the lines about the database.")
    waiting, given_up = numbers
    if waiting or given_up:
        return LETTERS.warning(
            f"{waiting:,} have waited for an hour or more, {given_up:,} were given up.",
            "See the line above. /staff/queues/mail says why a letter was given up, and has it sent again.",
        )
    return LETTERS.ok("None waits for long, none was given up.")
