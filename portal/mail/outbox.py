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
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Person
from portal.accounts.people import person_with_email
from portal.database import db, transaction, utcnow
from portal.mail.content import Words
from portal.mail.drafts import Draft, Reader
from portal.mail.models import Letter, MailState

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
AT_ONCE = 50
SMTP_TIMEOUT = 20.0
RARELY = timedelta(hours=1)


def post(
    to: Person | str,
    letter: Draft | Words,
    *,
    language: str | None = None,
    organisation_id: int | None = None,
    contract_id: UUID | None = None,
    key: str | None = None,
) -> bool:
    """Put a letter into the outbox, written in the reader's language. Inside a transaction.

    Args:
        to: a person, or an address: of a person that is found by it, or of nobody who is known.
        language: for who is not known; for a person, their own counts.
        organisation_id: the organisation that the letter tells of. Whoever does not belong to it any more when the
            letter is to be sent does not get it.
        contract_id: the contract that the letter tells of, likewise: while the organisation has it.
        key: what the letter is about, where it must not be written twice.

    Returns:
        False when there is a letter with this key already.
    """
    person = person_with_email(to) if isinstance(to, str) else to
    record = Letter(
        to=to if isinstance(to, str) else to.email,
        person_id=person.id if person else None,
        organisation_id=organisation_id,
        contract_id=contract_id,
        key=key,
    )
    if isinstance(letter, Words):
        record.subject, record.text = _one_line(letter.subject), letter.text
    else:
        reader = Reader(person.language, person.time_zone) if person else Reader(language)
        written = letter.write(reader)
        record.kind, record.language = written.kind, written.language
        record.subject, record.text, record.html = written.subject, written.text, written.html
    if key is None:
        db.session.add(record)
        return True
    try:
        with db.session.begin_nested():
            db.session.add(record)
    except IntegrityError:
        return False
    return True


def post_rarely(to: Person | str, letter: Draft | Words, now: datetime) -> None:
    """Put a letter that a stranger can cause into the outbox, at most once an hour. Inside a transaction."""
    same = Letter.kind == letter.kind if isinstance(letter, Draft) else Letter.subject == _one_line(letter.subject)
    address = to if isinstance(to, str) else to.email
    if not db.session.scalar(select(exists().where(Letter.to == address, same, Letter.created_at > now - RARELY))):
        post(to, letter)


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
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message
