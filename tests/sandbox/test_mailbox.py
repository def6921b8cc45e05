"""The mail server that delivers nowhere."""

import smtplib
import urllib.request
from email.message import EmailMessage

import pytest


@pytest.fixture
def send(server):
    def send(message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as smtp:
            smtp.send_message(message)

    return send


def letter(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Tidemark <hello@tidemark.example>", "alice@gmail.com", subject
    return message


def test_mail_is_kept_and_shown_newest_first(shop, send, server):
    for subject in ("Welcome", "Grüße"):
        message = letter(subject)
        message.set_content("Hello Alice, here you go: http://127.0.0.1:8000/contracts\n")
        send(message)
    newest, oldest = shop.mail()
    assert (newest["subject"], oldest["subject"]) == ("Grüße", "Welcome")
    assert newest["recipients"] == ["alice@gmail.com"]
    assert newest["sender"] == "Tidemark <hello@tidemark.example>"
    with urllib.request.urlopen(f"{server.url}/mailbox/{newest['number']}", timeout=10) as answer:
        assert 'href="http://127.0.0.1:8000/contracts"' in answer.read().decode()


def test_html_mail_is_shown_in_a_frame_that_can_do_nothing(shop, send, server):
    message = letter("Fancy")
    message.set_content("<p>Hello<script>alert(1)</script>", subtype="html")
    send(message)
    [mail] = shop.mail()
    assert mail["text"] is None
    with urllib.request.urlopen(f"{server.url}/mailbox/{mail['number']}/html", timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_the_mailbox_can_be_emptied(shop, send):
    message = letter("Old")
    message.set_content("Old news")
    send(message)
    shop.call("DELETE", "/api/mail")
    assert shop.mail() == []
