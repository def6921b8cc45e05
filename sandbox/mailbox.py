"""An SMTP server that delivers nowhere: what the software under test mails is kept, and shown at /mailbox."""

import email
import email.policy
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from .errors import NotFound
from .storage import Storage

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

MOST_KEPT = 500


@dataclass(frozen=True)
class Mail:
    """One message as a person reads it. `html` is None when there is only text, and the other way round."""

    number: int
    sender: str
    recipients: list[str]
    subject: str
    text: str | None
    html: str | None
    received_at: datetime
    headers: list[tuple[str, str]]

    def is_to(self, address: str) -> bool:
        """Whether an address, or a part of one, is among those it was sent to."""
        return any(address.casefold() in recipient.casefold() for recipient in self.recipients)


class Mailbox:
    """Every mail received, newest first."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        with self._storage.transaction() as database:
            database.execute(
                "INSERT INTO mails (sender, recipients, content, received_at) VALUES (?, ?, ?, ?)",
                (sender, "\n".join(recipients), content, self._now().timestamp()),
            )
            database.execute("DELETE FROM mails WHERE number <= (SELECT max(number) FROM mails) - ?", (MOST_KEPT,))

    def all(self) -> list[Mail]:
        return [_read(row) for row in self._storage.rows("SELECT * FROM mails ORDER BY number DESC")]

    def get(self, number: int) -> Mail:
        rows = self._storage.rows("SELECT * FROM mails WHERE number = ?", number)
        if not rows:
            raise NotFound(f"There is no mail {number}.")
        return _read(rows[0])

    def empty(self) -> None:
        with self._storage.transaction() as database:
            database.execute("DELETE FROM mails")


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: "SMTP", _session: "Session", envelope: "Envelope") -> str:  # noqa: N802
        content = envelope.content or b""
        if isinstance(content, str):
            content = content.encode()
        self._mailbox.keep(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 Kept in the sandbox"


def smtp_server(mailbox: Mailbox, port: int) -> Controller:
    """A server for 127.0.0.1, not yet started. Its start() raises OSError when the port is taken."""
    return Controller(_Handler(mailbox), hostname="127.0.0.1", port=port)


def _read(row: sqlite3.Row) -> Mail:
    message = email.message_from_bytes(row["content"], policy=email.policy.default)
    return Mail(
        number=row["number"],
        sender=str(message["from"] or row["sender"]),
        recipients=row["recipients"].split("\n"),
        subject=str(message["subject"] or "(no subject)"),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        received_at=datetime.fromtimestamp(row["received_at"], UTC),
        headers=[(name, str(value)) for name, value in message.items()],
    )


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a charset nobody knows
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
