"""Sending, against real mail servers of every temper."""

import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask_sqlalchemy import SQLAlchemy

from laptop import ports
from portal.accounts.models import Membership
from portal.database import transaction, utcnow
from portal.mail import outbox
from portal.mail.letters import KINDS
from portal.mail.models import Letter, MailState
from portal.mail.sending import MOST_ATTEMPTS, MOST_REFUSALS, From, send_waiting
from tests.cast import Somebody
from tests.mail.conftest import BRAND, SENDER, MailServer

Post = Callable[..., None]
Read = Callable[[], Letter]
WRITER = From(SENDER, "Tidemark, Inc. <\N{WAVING HAND SIGN}>", "help@tidemark.example")


@pytest.fixture
def welcome(database: SQLAlchemy) -> None:
    """A letter of a kind, in the outbox."""
    with transaction():
        outbox.post("alice@acme.example", KINDS["welcome"].example(BRAND))


@contextmanager
def server_with(mail_server: MailServer, **how: Any) -> Iterator[str]:
    """Another server that keeps what arrives in the same place, set as one likes; its address."""
    (port,) = ports.any_free(1)
    controller = Controller(mail_server, hostname="127.0.0.1", port=port, **how)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


@contextmanager
def rude_server(behave: Callable[[socket.socket], None], times: int = 1) -> Iterator[str]:
    """A server that speaks as a script says."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            for _ in range(times):
                caller, _where = listening.accept()
                with caller:
                    behave(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)


def dies_in_the_middle_of_data(caller: socket.socket) -> None:
    caller.sendall(b"220 here\r\n")
    for answer in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
        caller.recv(4096)
        caller.sendall(answer)
    caller.recv(16)


def takes_it_and_dies_before_saying_so(caller: socket.socket) -> None:
    dies_in_the_middle_of_data(caller)
    data = b""
    while b"\r\n.\r\n" not in data:
        data += caller.recv(65_536)


def the_mail(server: MailServer) -> EmailMessage:
    (mail,) = server.received
    return mail


def test_a_letter_of_a_kind_goes_out_as_text_and_as_html(mail_server: MailServer, welcome: None):
    send_waiting(mail_server.url, WRITER, utcnow())
    mail = the_mail(mail_server)
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert (mail.get_content_type(), kinds) == ("multipart/alternative", ["text/plain", "text/html"])


def test_its_header_names_the_seller_and_where_answers_go(mail_server: MailServer, welcome: None):
    send_waiting(mail_server.url, WRITER, utcnow())
    mail = the_mail(mail_server)
    (writer,) = mail["From"].addresses
    assert (writer.addr_spec, writer.display_name, mail["Reply-To"]) == (SENDER, WRITER.name, WRITER.reply_to)


def test_its_header_says_when_and_in_which_language(mail_server: MailServer, welcome: None):
    send_waiting(mail_server.url, WRITER, utcnow())
    mail = the_mail(mail_server)
    age = utcnow() - mail["Date"].datetime
    assert (abs(age) < timedelta(minutes=1), mail["Content-Language"]) == (True, "en")


def test_no_line_is_longer_than_mail_may_be(mail_server: MailServer, welcome: None):
    send_waiting(mail_server.url, WRITER, utcnow())
    assert max(len(line) for line in the_mail(mail_server).as_bytes().splitlines()) < 998


@pytest.mark.parametrize("name", ["Evil\r\nBcc: all@acme.example", "Evil\nX: y", '"; Bcc: all@acme.example'])
def test_nobody_is_written_to_by_a_name_in_a_header(mail_server: MailServer, welcome: None, name: str):
    send_waiting(mail_server.url, From(SENDER, name, "help@tidemark.example"), utcnow())
    assert [one for one in mail_server.recipients if one != ["alice@acme.example"]] == []
    assert [mail for mail in mail_server.received if mail["Bcc"] or mail["X"]] == []


def test_what_was_sent_is_not_kept(mail_server: MailServer, welcome: None, letter: Read):
    send_waiting(mail_server.url, WRITER, utcnow())
    assert (letter().text, letter().html, letter().subject) == ("", None, "Your Tidemark account is ready")


def test_a_server_that_comes_back_gets_it(mail_server: MailServer, welcome: None, letter: Read):
    (port,) = ports.any_free(1)
    send_waiting(f"smtp://127.0.0.1:{port}", WRITER, utcnow())
    again = letter().due_at + timedelta(seconds=1)
    assert (send_waiting(mail_server.url, WRITER, again), letter().state) == (1, MailState.SENT)


def test_while_the_server_is_away_one_letter_tries_for_all(post: Post, database: SQLAlchemy):
    for number in range(20):
        post(to=f"{number}@acme.example")
    (port,) = ports.any_free(1)
    send_waiting(f"smtp://127.0.0.1:{port}", WRITER, utcnow())
    assert sum(one.attempts for one in database.session.scalars(database.select(Letter))) == 1


def test_one_call_is_enough_for_many_letters(mail_server: MailServer, post: Post):
    for number in range(20):
        post(to=f"{number}@acme.example")
    calls = 0

    class Counting(Controller):
        def factory(self) -> Any:
            nonlocal calls
            calls += 1
            return super().factory()

    (port,) = ports.any_free(1)
    controller = Counting(mail_server, hostname="127.0.0.1", port=port)
    controller.start()
    calls = 0
    assert send_waiting(f"smtp://127.0.0.1:{port}", WRITER, utcnow()) == 20
    controller.stop()
    assert calls == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("451 4.7.1 later", "SMTPDataError 451"), ("554 5.7.1 never", "SMTPDataError 554"), ("421 bye", "421")],
)
def test_what_the_server_said_is_kept(mail_server: MailServer, welcome: None, letter: Read, answer: str, problem: str):
    mail_server.answers = [answer]
    send_waiting(mail_server.url, WRITER, utcnow())
    assert problem in (letter().problem or "")


@pytest.mark.parametrize(("answer", "tries"), [("451 later", MOST_ATTEMPTS), ("554 never", MOST_REFUSALS)])
def test_what_is_refused_for_good_is_given_up_sooner(
    mail_server: MailServer, welcome: None, letter: Read, answer: str, tries: int
):
    mail_server.answers = [answer] * 20
    while letter().state == MailState.WAITING:
        send_waiting(mail_server.url, WRITER, letter().due_at + timedelta(seconds=1))
    assert (letter().state, letter().attempts) == (MailState.FAILED, tries)


def test_what_was_given_up_can_be_sent_again(mail_server: MailServer, welcome: None, letter: Read):
    with transaction():
        failed = letter()
        failed.state, failed.attempts, failed.problem = MailState.FAILED, MOST_ATTEMPTS, "TimeoutError"
    with transaction():
        assert outbox.send_again([letter().id], utcnow()) == [letter().id]
    assert (send_waiting(mail_server.url, WRITER, utcnow()), letter().state) == (1, MailState.SENT)


def test_a_server_that_says_nothing_is_not_waited_for_long(welcome: None, letter: Read):
    with rude_server(lambda caller: time.sleep(4)) as url:
        began = time.monotonic()
        send_waiting(url, WRITER, utcnow(), patience=0.3)
        waited = time.monotonic() - began
    assert (waited < 3, letter().state) == (True, MailState.WAITING)


@pytest.mark.parametrize("dies", [dies_in_the_middle_of_data, takes_it_and_dies_before_saying_so])
def test_a_server_that_dies_with_a_letter_in_hand_gets_it_again(
    mail_server: MailServer, welcome: None, letter: Read, dies: Callable[[socket.socket], None]
):
    with rude_server(dies) as url:
        assert send_waiting(url, WRITER, utcnow()) == 0
    assert letter().state == MailState.WAITING
    assert send_waiting(mail_server.url, WRITER, letter().due_at) == 1


def test_every_try_carries_the_same_name(mail_server: MailServer, welcome: None, letter: Read):
    send_waiting(mail_server.url, WRITER, utcnow())
    with transaction():
        # As if the worker had died between the server's answer and writing it down.
        sent = letter()
        sent.state, sent.text = MailState.WAITING, "again"
    send_waiting(mail_server.url, WRITER, letter().due_at)
    first, second = mail_server.received
    assert first["Message-ID"] == second["Message-ID"]


def test_a_letter_whose_sender_died_is_sent_again_after_its_wait(mail_server: MailServer, database: SQLAlchemy):
    with transaction():
        outbox.post("alice@acme.example", KINDS["welcome"].example(BRAND))
    database.session.remove()

    def freezes(caller: socket.socket) -> None:
        caller.sendall(b"220 here\r\n")
        caller.recv(4096)
        os.kill(child, signal.SIGKILL)

    with rude_server(freezes) as url:
        child = _in_a_process_of_its_own(database, url)
        os.waitpid(child, 0)
    found = database.session.scalars(database.select(Letter)).one()
    assert (found.state, found.attempts) == (MailState.WAITING, 1)
    assert send_waiting(mail_server.url, WRITER, found.due_at) == 1


def _in_a_process_of_its_own(database: SQLAlchemy, url: str) -> int:
    database.engine.dispose()
    child = os.fork()
    if child == 0:
        time.sleep(0.2)  # until whoever is to kill us knows us
        send_waiting(url, WRITER, utcnow())
        os._exit(0)
    return child


def test_a_letter_that_kills_its_workers_is_given_up(mail_server: MailServer, welcome: None, letter: Read):
    with transaction():
        letter().attempts = MOST_ATTEMPTS
    assert (send_waiting(mail_server.url, WRITER, utcnow()), letter().state) == (0, MailState.FAILED)


def test_a_server_that_wants_encryption_and_offers_it_gets_letters(
    mail_server: MailServer, welcome: None, certificate: Callable[..., Any]
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate())
    with server_with(mail_server, tls_context=context, require_starttls=True) as url:
        assert send_waiting(url, WRITER, utcnow()) == 1


def test_nothing_is_sent_to_a_server_that_nobody_trusts(
    mail_server: MailServer, welcome: None, letter: Read, certificate: Callable[..., Any]
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(trusted=False))
    with server_with(mail_server, tls_context=context) as url:
        send_waiting(url, WRITER, utcnow())
    assert (mail_server.received, letter().problem) == ([], "SSLCertVerificationError")


def test_whoever_left_the_organisation_does_not_get_its_letters(
    mail_server: MailServer, database: SQLAlchemy, letter: Read, alice: Somebody
):
    with transaction():
        organisation = database.session.scalars(database.select(Membership.organisation_id)).one()
        outbox.post(alice.email, KINDS["linked"].example(BRAND), organisation_id=organisation)
        database.session.execute(database.delete(Membership))
    send_waiting(mail_server.url, WRITER, utcnow())
    assert (mail_server.received, letter().state, letter().text) == ([], MailState.WITHDRAWN, "")


def test_whoever_is_in_it_does(mail_server: MailServer, database: SQLAlchemy, alice: Somebody):
    with transaction():
        organisation = database.session.scalars(database.select(Membership.organisation_id)).one()
        outbox.post(alice.email, KINDS["linked"].example(BRAND), organisation_id=organisation)
    assert send_waiting(mail_server.url, WRITER, utcnow()) == 1


def test_what_is_not_meant_any_more_is_not_sent(mail_server: MailServer, welcome: None, letter: Read):
    send_waiting(mail_server.url, WRITER, utcnow(), meant=lambda _letter: False)
    assert (mail_server.received, letter().state) == ([], MailState.WITHDRAWN)


def test_nobody_is_told_twice_of_one_thing(database: SQLAlchemy):
    for _ in range(3):
        with transaction():
            outbox.post("alice@acme.example", KINDS["welcome"].example(BRAND), key="once")
            outbox.post("bob@acme.example", KINDS["welcome"].example(BRAND))
    written = database.session.scalars(database.select(Letter.to).order_by(Letter.to)).all()
    assert written == ["alice@acme.example", *["bob@acme.example"] * 3]
