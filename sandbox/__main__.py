"""python -m sandbox: the command line."""

import argparse
import logging
import os
import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.application import create_front
from sandbox.aws.forwarding import Forward
from sandbox.catalogue import BUILT_IN, read_catalogue
from sandbox.errors import CannotStart, InvalidCatalogue
from sandbox.mailbox import smtp_server
from sandbox.marketplace import Marketplace
from sandbox.serving import HOST, serve, take_port

FULFILLMENT_URL = "http://127.0.0.1:8000/marketplace/landing"


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
    parser.add_argument(
        "--deliver-to",
        metavar="QUEUE_URL",
        default=os.environ.get("SANDBOX_DELIVER_TO", ""),
        help="send notifications to this SQS queue instead of the sandbox's own (SANDBOX_DELIVER_TO)",
    )
    parser.add_argument(
        "--deliver-endpoint",
        metavar="URL",
        default=os.environ.get("SANDBOX_DELIVER_ENDPOINT", ""),
        help="the SQS endpoint of that queue; default its own address (SANDBOX_DELIVER_ENDPOINT)",
    )
    options = parser.parse_args(given)
    for name in ("port", "smtp_port"):
        value = getattr(options, name)
        if not value.isdigit() or int(value) > 65535 or (name == "port" and int(value) == 0):
            parser.error(f"--{name.replace('_', '-')} must be a port number, not {value!r}")
        setattr(options, name, int(value))
    for name, needed in (("fulfillment_url", True), ("deliver_to", False), ("deliver_endpoint", False)):
        value = getattr(options, name)
        url = urlsplit(value)
        if (needed or value) and (url.scheme not in ("http", "https") or not url.netloc):
            parser.error(f"--{name.replace('_', '-')} must be an http or https address, not {value!r}")
    if options.deliver_endpoint and not options.deliver_to:
        parser.error("--deliver-endpoint needs --deliver-to")
    return options


def main(given: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C. 0 after a clean end, 1 with one line of explanation when it could not start."""
    options = arguments(given)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        listener = take_port(options.port, "--port")
        if options.smtp_port:
            take_port(options.smtp_port, "--smtp-port").close()
        marketplace = open_marketplace(options)
    except CannotStart as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        return 1
    smtp = smtp_server(marketplace.mailbox, options.smtp_port) if options.smtp_port else None
    if smtp:
        smtp.start()
    marketplace.start_clock()
    here = f"http://localhost:{options.port}"
    serve(
        create_front(marketplace),
        listener,
        ready=f"Sandbox ready: open {here}, set AWS_ENDPOINT_URL=http://{HOST}:{options.port}",
    )
    if smtp:
        smtp.stop()
    marketplace.close()
    return 0


def open_marketplace(options: argparse.Namespace) -> Marketplace:
    """The marketplace of this catalogue and state file. Raises CannotStart."""
    state = Path(options.state)
    forward = Forward(options.deliver_to, options.deliver_endpoint or None) if options.deliver_to else None
    try:
        catalogue = read_catalogue(Path(options.catalogue))
        state.parent.mkdir(parents=True, exist_ok=True)
        return Marketplace(catalogue, state, options.fulfillment_url, forward)
    except InvalidCatalogue as problem:
        raise CannotStart(problem) from problem
    except (OSError, sqlite3.Error) as problem:
        raise CannotStart(f"the state file {state} cannot be used ({problem}).") from problem


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
