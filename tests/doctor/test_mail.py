"""What the doctor says of mail."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from laptop import ports
from portal.database import db, transaction, utcnow
from portal.doctor.lines import Part, State
from portal.mail import outbox
from portal.mail.letters import KINDS
from portal.mail.models import Letter, MailState
from portal.services import sender

PASSWORD = "let me in"


class Nothing:
    """Takes no mail: nobody is to send any."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802
        self.mails += 1
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[Callable[..., str]]:
    """Starts a mail server; gives its URL."""
    with ExitStack() as stack:

        def start(user: str = "", **options: object) -> str:
            (port,) = ports.any_free(1)
            controller = Controller(Nothing(), hostname="127.0.0.1", port=port, **options)  # type: ignore[arg-type]
            controller.start()
            stack.callback(controller.stop)
            return f"smtp://{user}127.0.0.1:{port}"

        yield start


def accept(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=data.password.decode() == PASSWORD, handled=False)  # type: ignore[attr-defined]


AUTH = {"authenticator": accept, "auth_require_tls": False}


def test_a_server_that_takes_letters_is_right(examine, with_settings, mail_server):
    lines = examine(Part.MAIL, with_settings(smtp_url=mail_server()))
    assert {line.state for line in lines.values()} == {State.OK}


def test_so_is_one_that_lets_us_in(examine, with_settings, mail_server):
    url = mail_server("portal:let%20me%20in@", **AUTH)
    assert examine(Part.MAIL, with_settings(smtp_url=url))["server"].state == State.OK


def test_no_server_is_a_warning(examine, with_settings):
    assert examine(Part.MAIL, with_settings(smtp_url=None))["server"].state == State.WARNING


def test_a_server_that_is_away_is_wrong(examine, with_settings):
    (port,) = ports.any_free(1)
    line = examine(Part.MAIL, with_settings(smtp_url=f"smtp://127.0.0.1:{port}"))["server"]
    assert (line.state, "cannot be reached (ConnectionRefusedError)" in line.found) == (State.WRONG, True)


def test_a_wrong_password_is_said_and_not_shown(examine, with_settings, mail_server):
    line = examine(Part.MAIL, with_settings(smtp_url=mail_server("portal:hunter2@", **AUTH)))["server"]
    assert (line.state, "does not accept the user and password (535)" in line.found) == (State.WRONG, True)
    assert "hunter2" not in str(line)


def test_a_server_that_asks_for_no_password_and_gets_one_is_said(examine, with_settings, mail_server):
    line = examine(Part.MAIL, with_settings(smtp_url=mail_server("portal:hunter2@")))["server"]
    assert (line.state, "offers no sign-in" in line.found) == (State.WRONG, True)


def test_a_certificate_that_nobody_trusts_is_said(examine, with_settings, mail_server, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(trusted=False))
    line = examine(Part.MAIL, with_settings(smtp_url=mail_server(tls_context=context)))["server"]
    assert (line.state, "self-signed certificate" in line.found) == (State.WRONG, True)


def test_looking_sends_nothing(examine, with_settings):
    nothing = Nothing()
    (port,) = ports.any_free(1)
    controller = Controller(nothing, hostname="127.0.0.1", port=port)
    controller.start()
    examine(Part.MAIL, with_settings(smtp_url=f"smtp://127.0.0.1:{port}"))
    controller.stop()
    assert nothing.mails == 0


@pytest.mark.parametrize(
    ("state", "hours", "seen"),
    [(MailState.WAITING, 0, State.OK), (MailState.WAITING, 2, State.WARNING), (MailState.FAILED, 0, State.WARNING)],
)
def test_letters_that_lie_about_are_counted(examine, state, hours, seen):
    with transaction():
        outbox.post("alice@acme.example", KINDS["welcome"].example(sender()))
        db.session.flush()
        db.session.execute(db.update(Letter).values(state=state))
    line = examine(Part.MAIL, now=lambda: utcnow() + timedelta(hours=hours))["letters"]
    assert line.state == seen
