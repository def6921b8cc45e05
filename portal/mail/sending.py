"""Sending what waits in the outbox, over SMTP.

Every letter is sent at least once: it is taken before it is sent and marked after, so a worker that dies in between, or
a server whose answer is lost, makes it go out a second time, under the same Message-ID. It never goes out twice because
two workers took it.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from sqlalchemy import exists, select, update

from portal.accounts.models import Membership
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter, MailState
from portal.mail.server import SMTP_TIMEOUT, connection

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
MOST_REFUSALS = 4
"""So often is tried what the server refuses for good (5xx): some say so and mean later."""
AT_ONCE = 50
LONGEST_TURN_SECONDS = 60.0
"""A job ends between two letters after this long, and another goes on."""
FIRST_WAIT, LONGEST_DOUBLING = timedelta(seconds=30), 10


@dataclass(frozen=True)
class From:
    """Who writes, as readers see it, and who gets their answers."""

    address: str
    name: str | None = None
    reply_to: str | None = None


def send_waiting(
    smtp_url: str | None,
    sender: From | str | None,
    now: datetime,
    *,
    meant: Callable[[Letter], bool] = lambda _letter: True,
    patience: float = SMTP_TIMEOUT,
) -> int:
    """Send the letters that are due; each that fails waits twice as long as before, up to some hours.

    When the server itself is away, the rest of them is left for the next time.

    Args:
        meant: whether a letter is still for its reader, as far as others than ``accounts`` know.
        patience: how long an answer of the server is waited for, in seconds.

    Returns:
        How many were sent. Without a mail server nothing is tried and nothing lost.
    """
    if not smtp_url or not sender:
        return 0
    due = (
        select(Letter).where(Letter.state == MailState.WAITING, Letter.due_at <= now).order_by(Letter.id).limit(AT_ONCE)
    )
    letters = list(db.session.scalars(due))
    db.session.commit()
    line = _Line(smtp_url, sender if isinstance(sender, From) else From(sender), patience)
    until, sent = time.monotonic() + LONGEST_TURN_SECONDS, 0
    with line:
        for letter in letters:
            if line.is_dead or time.monotonic() > until:
                break
            if _take(letter, now, meant):
                sent += _send(letter, line, now)
    return sent


def _take(letter: Letter, now: datetime, meant: Callable[[Letter], bool]) -> bool:
    """Take a letter by moving its hour, so that two workers do not send it at the same moment."""
    values: dict[str, object]
    if not (_belongs(letter) and meant(letter)):
        values = {"state": MailState.WITHDRAWN, "text": "", "html": None}
    elif letter.attempts >= MOST_ATTEMPTS:
        values = {"state": MailState.FAILED}  # whoever tried last did not live to say so
    else:
        # The hour counts from now, not from when the batch began: a slow server may need minutes for a batch.
        wait = FIRST_WAIT * 2 ** min(letter.attempts, LONGEST_DOUBLING)
        values = {"attempts": Letter.attempts + 1, "due_at": max(now, utcnow()) + wait}
    with transaction():
        taken = db.session.execute(
            update(Letter)
            .where(Letter.id == letter.id, Letter.state == MailState.WAITING, Letter.attempts == letter.attempts)
            .values(**values)
        )
    return bool(taken.rowcount) and "attempts" in values  # type: ignore[attr-defined]


def _belongs(letter: Letter) -> bool:
    """Whether its reader is still in the organisation that it tells of."""
    if letter.organisation_id is None:
        return True
    member = exists().where(
        Membership.person_id == letter.person_id, Membership.organisation_id == letter.organisation_id
    )
    return bool(db.session.scalar(select(member)))


def _send(letter: Letter, line: _Line, now: datetime) -> int:
    try:
        line.send(_message(letter, line.sender))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        code = _code(error)
        problem = f"{type(error).__name__} {code}" if code else type(error).__name__
        for_good = isinstance(error, ValueError) or 500 <= (code or 0) < 600
        given_up = letter.attempts >= (MOST_REFUSALS if for_good else MOST_ATTEMPTS)
        logger.warning(
            "Letter %s was not sent (%s); %s",
            letter.id,
            problem,
            "it is given up, and staff see it" if given_up else "it will be tried again",
        )
        state = MailState.FAILED if given_up else MailState.WAITING
        with transaction():
            db.session.execute(update(Letter).where(Letter.id == letter.id).values(problem=problem, state=state))
        return 0
    with transaction():
        done = {"state": MailState.SENT, "sent_at": now, "problem": None, "text": "", "html": None}
        db.session.execute(update(Letter).where(Letter.id == letter.id).values(**done))
    return 1


def _code(error: Exception) -> int | None:
    """The server's own code, where it gave one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _text in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


class _Line:
    """The connection of one turn: made for the first letter, made anew after trouble, dead when it cannot be made."""

    def __init__(self, smtp_url: str, sender: From, patience: float) -> None:
        self.sender = sender
        self.is_dead = False
        self._url, self._patience = smtp_url, patience
        self._stack = ExitStack()
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_about: object) -> None:
        self._hang_up()

    def send(self, message: EmailMessage) -> None:
        """Hand a letter over.

        Raises:
            OSError, SMTPException, ValueError: the server did not take it.
        """
        if self._server is None:
            self.is_dead = True
            self._server = self._stack.enter_context(connection(self._url, self._patience))
            self.is_dead = False
        try:
            self._server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError):
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        self._server = None
        try:
            self._stack.close()
        except (OSError, smtplib.SMTPException):
            logger.debug("The mail server did not say goodbye")


def _message(letter: Letter, sender: From) -> EmailMessage:
    message = EmailMessage()
    name, address = parseaddr(sender.address)
    message["From"] = Address(sender.name or name, addr_spec=address)
    message["To"], message["Subject"] = letter.to, letter.subject
    if sender.reply_to:
        message["Reply-To"] = sender.reply_to
    # The same at every try: a mailbox that gets a letter twice can tell.
    facts = f"{letter.id} {letter.created_at.timestamp()} {letter.to}"
    digest = hashlib.sha256(facts.encode()).hexdigest()[:32]
    message["Date"], message["Message-ID"] = formatdate(usegmt=True), f"<{digest}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    if letter.language:
        message["Content-Language"] = letter.language
    return message
