"""The outbox, against a real mail server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from laptop import ports
from portal.database import transaction, utcnow
from portal.mail import outbox
from portal.mail.models import Letter, MailState
from portal.mail.sending import MOST_ATTEMPTS, send_waiting
from tests.mail.conftest import SENDER, MailServer, saying

Post = Callable[..., None]
Read = Callable[[], Letter]


def nowhere() -> str:
    (port,) = ports.any_free(1)
    return f"smtp://127.0.0.1:{port}"


def test_a_letter_is_sent(mail_server: MailServer, post: Post):
    post()
    assert send_waiting(mail_server.url, SENDER, utcnow()) == 1


def test_it_arrives_as_it_was_written(mail_server: MailServer, post: Post):
    post(subject="Your account is ready", text="Hello René,\nit is ready.\n")
    send_waiting(mail_server.url, SENDER, utcnow())
    (mail,) = mail_server.received
    text = mail.get_body(("plain",))
    assert text
    assert (mail["From"], mail["To"], mail["Subject"], text.get_content().splitlines()[:2]) == (
        SENDER,
        "alice@acme.example",
        "Your account is ready",
        ["Hello René,", "it is ready."],
    )


def test_it_says_that_a_machine_wrote_it(mail_server: MailServer, post: Post):
    post()
    send_waiting(mail_server.url, SENDER, utcnow())
    (mail,) = mail_server.received
    assert (mail["Auto-Submitted"], mail["Message-ID"].endswith("@tidemark.example>")) == ("auto-generated", True)


def test_it_is_sent_once(mail_server: MailServer, post: Post):
    post()
    send_waiting(mail_server.url, SENDER, utcnow())
    assert (send_waiting(mail_server.url, SENDER, utcnow() + timedelta(days=1)), len(mail_server.received)) == (0, 1)


def test_what_was_sent_is_marked(mail_server: MailServer, post: Post, letter: Read):
    post()
    now = utcnow()
    send_waiting(mail_server.url, SENDER, now)
    assert (letter().state, letter().sent_at) == (MailState.SENT, now)


def test_a_letter_of_a_change_that_was_taken_back_is_none(mail_server: MailServer, database: SQLAlchemy):
    def change_and_fail() -> None:
        with transaction():
            outbox.post("alice@acme.example", saying("Hello", "text"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert send_waiting(mail_server.url, SENDER, utcnow()) == 0


@pytest.mark.parametrize(("url", "sender"), [(None, SENDER), ("smtp://mail", None)])
def test_without_a_mail_server_letters_wait(post: Post, letter: Read, url: str | None, sender: str | None):
    post()
    assert (send_waiting(url, sender, utcnow()), letter().state, letter().attempts) == (0, MailState.WAITING, 0)


def test_while_the_server_is_down_a_letter_waits(post: Post, letter: Read):
    post()
    send_waiting(nowhere(), SENDER, utcnow())
    assert (letter().state, letter().problem) == (MailState.WAITING, "ConnectionRefusedError")


def test_and_is_not_tried_again_at_once(mail_server: MailServer, post: Post):
    post()
    now = utcnow()
    send_waiting(nowhere(), SENDER, now)
    assert send_waiting(mail_server.url, SENDER, now) == 0


def test_but_later(mail_server: MailServer, post: Post):
    post()
    now = utcnow()
    send_waiting(nowhere(), SENDER, now)
    assert send_waiting(mail_server.url, SENDER, now + timedelta(minutes=1)) == 1


def test_each_time_it_waits_longer(post: Post, letter: Read):
    post()
    url, now, waits = nowhere(), utcnow(), []
    for _ in range(4):
        now = max(now, letter().due_at)
        send_waiting(url, SENDER, now)
        waits.append(round((letter().due_at - now).total_seconds()))
    assert waits == [30, 60, 120, 240]


def test_in_the_end_it_is_given_up_and_can_be_seen(post: Post, letter: Read):
    post()
    url = nowhere()
    for _ in range(MOST_ATTEMPTS):
        send_waiting(url, SENDER, letter().due_at + timedelta(seconds=1))
    assert (letter().state, letter().attempts) == (MailState.FAILED, MOST_ATTEMPTS)


@pytest.mark.parametrize("answer", ["451 later", "554 never", "421 bye"])
def test_a_server_that_refuses_gets_it_again_later(mail_server: MailServer, post: Post, letter: Read, answer: str):
    post()
    mail_server.answers = [answer]
    send_waiting(mail_server.url, SENDER, utcnow())
    assert letter().state == MailState.WAITING


def test_one_letter_that_is_refused_does_not_hold_up_the_next(mail_server: MailServer, post: Post):
    post(to="one@acme.example")
    post(to="two@acme.example")
    mail_server.answers = ["554 never"]
    assert (send_waiting(mail_server.url, SENDER, utcnow()), mail_server.recipients) == (1, [["two@acme.example"]])


@pytest.mark.parametrize("to", ["no-address", "a@b.example\nBcc: all@b.example", "", "x" * 300, "rené@acme.example"])
def test_an_address_that_cannot_be_written_to_does_not_hold_up_the_next(mail_server: MailServer, post: Post, to: str):
    post(to=to)
    post(to="two@acme.example")
    send_waiting(mail_server.url, SENDER, utcnow())
    assert ["two@acme.example"] in mail_server.recipients


def test_two_workers_do_not_send_it_twice(mail_server: MailServer, post: Post, at_once: Callable[..., list[Any]]):
    for number in range(5):
        post(to=f"{number}@acme.example")
    sent = at_once(*[lambda: send_waiting(mail_server.url, SENDER, utcnow())] * 3)
    assert (sum(sent), len(mail_server.received)) == (5, 5)


def test_nobody_is_written_to_by_a_subject_with_a_line_break(mail_server: MailServer, post: Post):
    post(subject="Hello\nBcc: all@acme.example")
    send_waiting(mail_server.url, SENDER, utcnow())
    assert [recipients for recipients in mail_server.recipients if recipients != ["alice@acme.example"]] == []
