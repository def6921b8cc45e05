"""What the doctor says of the portal's own address."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server

from laptop import ports
from portal.doctor.lines import Part, State

PAGE = b'<main data-page="landing/welcome">'
Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a web server that answers whatever a test wants; gives the address of its landing page."""
    with ExitStack() as stack:

        def start(status: int = 200, body: bytes = PAGE, certificate: Path | None = None, location: str = "") -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    self.send_response(status)
                    if location:
                        self.send_header("Location", location)
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *_args: object) -> None:
                    pass

            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            server.handle_error = lambda *_args: None  # type: ignore[method-assign]  a client that does not trust us
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            scheme = "https" if certificate else "http"
            return f"{scheme}://127.0.0.1:{server.server_address[1]}/marketplace/landing"

        yield start


def test_the_portal_s_own_landing_page_is_right(examine, app: Flask):
    (port,) = ports.any_free(1)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    lines = examine(Part.ADDRESS, landing_url=f"http://127.0.0.1:{port}/marketplace/landing")
    server.shutdown()
    thread.join()
    server.server_close()
    assert (lines["landing"].state, lines["https"].state) == (State.OK, State.OK)
    assert "answers 200 to a GET without a token" in lines["landing"].found


def test_a_portal_that_does_not_run_is_said(examine, subject):
    lines = examine(Part.ADDRESS)
    assert (lines["landing"].state, lines["https"].state) == (State.WRONG, State.UNKNOWN)
    assert subject.landing_url == f"{subject.settings.portal_url}/marketplace/landing"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 405}, "AWS accepts a fulfilment URL only if it answers 200"),
        ({"status": 502}, "AWS accepts a fulfilment URL only if it answers 200"),
        ({"status": 301, "location": "https://elsewhere.example/"}, "a buyer’s token is lost on such a way"),
        ({"body": b"Welcome to nginx"}, "a page that is not this portal’s"),
    ],
)
def test_what_aws_s_checker_would_not_like_is_said(examine, serve: Serve, answer, words):
    line = examine(Part.ADDRESS, landing_url=serve(**answer))["landing"]
    assert (line.state, words in line.found) == (State.WRONG, True)


def test_http_in_production_is_wrong(examine, serve: Serve, with_settings):
    lines = examine(Part.ADDRESS, with_settings(https=True), landing_url=serve())
    assert lines["https"].state == State.WRONG


def test_a_certificate_is_right(examine, serve: Serve, certificate):
    lines = examine(Part.ADDRESS, landing_url=serve(certificate=certificate()))
    assert (lines["https"].state, lines["https"].found) == (State.OK, "The certificate is valid for 90 more days.")
    assert lines["landing"].state == State.OK


def test_one_that_ends_soon_is_a_warning(examine, serve: Serve, certificate):
    lines = examine(Part.ADDRESS, landing_url=serve(certificate=certificate(days=3)))
    assert (lines["https"].state, lines["https"].found) == (State.WARNING, "The certificate ends in 3 days.")


def test_one_that_nobody_trusts_is_wrong(examine, serve: Serve, certificate):
    lines = examine(Part.ADDRESS, landing_url=serve(certificate=certificate(trusted=False)))
    assert (lines["https"].state, lines["landing"].state) == (State.WRONG, State.WRONG)
    assert "self-signed certificate" in lines["https"].found
