"""python -m sandbox: the command line, the sockets, and a clean end."""

import argparse
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from .application import create_front
from .catalogue import BUILT_IN, read_catalogue
from .errors import InvalidCatalogue
from .mailbox import smtp_server
from .marketplace import Marketplace

HOST = "127.0.0.1"
FULFILLMENT_URL = "http://127.0.0.1:8000/marketplace/landing"


class QuietHandler(WSGIRequestHandler):
    """No line for every poll of the queue; errors still speak."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code).startswith("5"):
            super().log_request(code, size)


def arguments(given: list[str]) -> argparse.Namespace:
    """The options; each has an environment variable for its default."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="An AWS Marketplace on your laptop: storefront, ResolveCustomer, GetEntitlements, SQS, SNS and "
        "EventBridge on one port, and a mailbox. It listens on 127.0.0.1 only and charges nobody.",
        epilog="Set AWS_ENDPOINT_URL, AWS_REGION=us-east-1 and any credentials for your software. See docs/sandbox.md.",
    )
    parser.add_argument("--port", default=os.environ.get("SANDBOX_PORT", "8100"), help="default 8100 (SANDBOX_PORT)")
    parser.add_argument(
        "--state",
        default=os.environ.get("SANDBOX_STATE", "instance/sandbox.db"),
        help="the file everything is kept in; default instance/sandbox.db (SANDBOX_STATE)",
    )
    parser.add_argument(
        "--catalogue",
        default=os.environ.get("SANDBOX_CATALOGUE", str(BUILT_IN)),
        help="a TOML file with products and test accounts; default the built-in one (SANDBOX_CATALOGUE)",
    )
    parser.add_argument(
        "--fulfillment-url",
        default=os.environ.get("SANDBOX_FULFILLMENT_URL", FULFILLMENT_URL),
        help=f"where 'Set up your account' posts the token; default {FULFILLMENT_URL} (SANDBOX_FULFILLMENT_URL)",
    )
    parser.add_argument(
        "--smtp-port",
        default=os.environ.get("SANDBOX_SMTP_PORT", "8125"),
        help="receive mail on this port and show it at /mailbox, 0 for none; default 8125 (SANDBOX_SMTP_PORT)",
    )
    options = parser.parse_args(given)
    for name in ("port", "smtp_port"):
        value = getattr(options, name)
        if not value.isdigit() or int(value) > 65535 or (name == "port" and int(value) == 0):
            parser.error(f"--{name.replace('_', '-')} must be a port number, not {value!r}")
        setattr(options, name, int(value))
    url = urlsplit(options.fulfillment_url)
    if url.scheme not in ("http", "https") or not url.netloc:
        parser.error(f"--fulfillment-url must be an http or https address, not {options.fulfillment_url!r}")
    return options


def fail(message: str) -> int:
    print(f"sandbox: {message}", file=sys.stderr)
    return 1


def main(given: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C. 0 after a clean end, 1 when it could not start."""
    options = arguments(given)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, options.port))
    except OSError as problem:
        return fail(f"port {options.port} cannot be used ({problem.strerror}). Choose another with --port.")
    listener.listen(128)
    try:
        catalogue = read_catalogue(Path(options.catalogue))
        state = Path(options.state)
        state.parent.mkdir(parents=True, exist_ok=True)
        marketplace = Marketplace(catalogue, state, options.fulfillment_url)
    except InvalidCatalogue as problem:
        return fail(str(problem))
    except (OSError, sqlite3.Error) as problem:
        return fail(f"the state file {options.state} cannot be used ({problem}).")
    smtp = smtp_server(marketplace.mailbox, options.smtp_port) if options.smtp_port else None
    if smtp:
        try:
            smtp.start()
        except OSError as problem:
            return fail(
                f"SMTP port {options.smtp_port} cannot be used ({problem.strerror})."
                " Choose another with --smtp-port, or 0 for no mailbox."
            )
    server = make_server(
        HOST, options.port, create_front(marketplace), threaded=True, request_handler=QuietHandler, fd=listener.fileno()
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which is this very thread: it has to be called from another.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    marketplace.start_clock()
    print(
        f"Sandbox ready: http://localhost:{options.port}  (AWS_ENDPOINT_URL=http://{HOST}:{options.port})", flush=True
    )
    server.serve_forever(poll_interval=0.1)
    if smtp:
        smtp.stop()
    marketplace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
