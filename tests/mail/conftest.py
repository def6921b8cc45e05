"""A real mail server, and the outbox that sends to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from laptop import ports
from portal.database import transaction
from portal.mail import outbox
from portal.mail.content import Content, Sender
from portal.mail.drafts import Draft
from portal.mail.models import Letter

SENDER = "contracts@tidemark.example"
BRAND = Sender("Tidemark", "https://portal.example", "help@tidemark.example")


def saying(subject: str, text: str) -> Draft:
    """A letter that says just this."""
    return Draft("test", BRAND, lambda: Content(subject, text))


@dataclass
class MailServer:
    """What arrived, and what the server answers to the next mails (it accepts them when nothing is said)."""

    url: str
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        with self.lock:
            answer = self.answers.pop(0) if self.answers else "250 OK"
            if answer.startswith("250"):
                self.received.append(message_from_bytes(envelope.content, policy=policy.default))
                self.recipients.append(list(envelope.rcpt_tos))
            return answer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    (port,) = ports.any_free(1)
    server = MailServer(f"smtp://127.0.0.1:{port}")
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server
    controller.stop()


@pytest.fixture
def post(database: SQLAlchemy) -> Callable[..., None]:
    """Puts a letter into the outbox."""

    def put(to: str = "alice@acme.example", subject: str = "Hello", text: str = "A few words.\n") -> None:
        with transaction():
            outbox.post(to, saying(subject, text))

    return put


@pytest.fixture
def letter(database: SQLAlchemy) -> Callable[[], Letter]:
    """The one letter in the outbox as it stands now."""

    def read() -> Letter:
        database.session.expire_all()
        return database.session.scalars(select(Letter)).one()

    return read
