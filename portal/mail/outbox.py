"""Putting mail into the outbox, and sending what waits there.

A letter is written in the same transaction as what it tells of, and sent later by a job: a mail server that is away
delays nothing but its own letters.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from sqlalchemy import exists, select, update

from portal.database import db, transaction, utcnow
from portal.mail.letters import Words
from portal.mail.models import Letter, MailState

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
AT_ONCE = 50
SMTP_TIMEOUT = 20.0
RARELY = timedelta(hours=1)


def post(to: str, words: Words) -> None:
    """Put a letter into the outbox. Inside a transaction."""
    db.session.add(Letter(to=to, subject=_one_line(words.subject), text=words.text))


def post_rarely(to: str, words: Words, now: datetime) -> None:
    """Put a letter that a stranger can cause into the outbox, at most once an hour. Inside a transaction."""
    lately = exists().where(
        Letter.to == to, Letter.subject == _one_line(words.subject), Letter.created_at > now - RARELY
    )
    if not db.session.scalar(select(lately)):
        post(to, words)


def send_again(ids: Collection[int], now: datetime) -> list[int]:
    """Let letters that failed be tried once more, as if they were new. Inside a transaction.

    Returns:
        Which of them had failed.
    """
    again = (
        update(Letter)
        .where(Letter.id.in_(ids), Letter.state == MailState.FAILED)
        .values(state=MailState.WAITING, attempts=0, due_at=now)
        .returning(Letter.id)
    )
    return list(db.session.scalars(again))


def _one_line(subject: str) -> str:
    """A subject is one line, whatever a product or a person is called."""
    return " ".join(subject.split())[:300]


def send_waiting(smtp_url: str | None, mail_from: str | None, now: datetime) -> int:
    """Send the letters that are due; each that fails waits twice as long as before, up to some hours.

    Returns:
        How many were sent. Without a mail server nothing is tried and nothing lost.
    """
    if not smtp_url or not mail_from:
        return 0
    due = (
        select(Letter).where(Letter.state == MailState.WAITING, Letter.due_at <= now).order_by(Letter.id).limit(AT_ONCE)
    )
    letters = list(db.session.scalars(due))
    db.session.commit()
    return sum(_send(letter, smtp_url, mail_from, now) for letter in letters)


def _send(letter: Letter, smtp_url: str, mail_from: str, now: datetime) -> int:
    # Taking the letter first, by moving its hour, keeps two workers from sending it twice at the same moment.
    # The hour counts from now, not from when the batch began: a slow server may need minutes for a batch.
    wait = timedelta(seconds=30 * 2 ** min(letter.attempts, 10))
    with transaction():
        taken = db.session.execute(
            update(Letter)
            .where(Letter.id == letter.id, Letter.state == MailState.WAITING, Letter.attempts == letter.attempts)
            .values(attempts=Letter.attempts + 1, due_at=max(now, utcnow()) + wait)
        )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return 0
    try:
        with connection(smtp_url) as server:
            server.send_message(_message(letter, mail_from))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        problem = type(error).__name__
        logger.warning("Letter %s was not sent (%s); it will be tried again", letter.id, problem)
        state = MailState.FAILED if letter.attempts >= MOST_ATTEMPTS else MailState.WAITING
        with transaction():
            db.session.execute(update(Letter).where(Letter.id == letter.id).values(problem=problem, state=state))
        return 0
    with transaction():
        db.session.execute(
            update(Letter).where(Letter.id == letter.id).values(state=MailState.SENT, sent_at=now, problem=None)
        )
    return 1


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


def _message(letter: Letter, mail_from: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail_from, letter.to, letter.subject
    message["Date"], message["Message-ID"] = formatdate(usegmt=True), make_msgid(domain=mail_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
