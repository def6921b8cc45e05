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


def page(server, path: str) -> str:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as answer:
        return answer.read().decode()


def test_a_mail_of_both_kinds_is_shown_as_both_and_with_its_headers(shop, send, server):
    message = letter("Both")
    message["Reply-To"] = "help@tidemark.example"
    message.set_content("Plainly said.")
    message.add_alternative("<!doctype html><html><head><title>x</title></head><p>Nicely</p></html>", subtype="html")
    send(message)
    number = shop.mail()[0]["number"]
    shown = page(server, f"/mailbox/{number}")
    assert ("Plainly said." in shown, f"/mailbox/{number}/html" in shown) == (True, True)
    assert "Reply-To: help@tidemark.example" in shown


def test_links_of_an_html_mail_open_outside_the_frame_and_its_doctype_stays_first(shop, send, server):
    message = letter("Framed")
    message.set_content("<!doctype html><html><head><title>x</title></head><p>Nicely</p></html>", subtype="html")
    send(message)
    framed = page(server, f"/mailbox/{shop.mail()[0]['number']}/html")
    assert framed.startswith('<!doctype html><html><head><base target="_blank">')


def test_mail_to_one_person_can_be_picked_out(shop, send, server):
    for name in ("Ours", "Theirs"):
        message = letter(name)
        message.replace_header("To", f"{name}@acme.example")
        message.set_content("x")
        send(message)
    shown = page(server, "/mailbox?to=ours%40ACME")
    assert (">Ours</a>" in shown, ">Theirs</a>" in shown) == (True, False)


def test_a_header_that_holds_markup_is_text(shop, send, server):
    message = letter("<script>alert(1)</script>")
    message.set_content("x")
    send(message)
    assert "<script>alert" not in page(server, f"/mailbox/{shop.mail()[0]['number']}")
