"""Everything the portal does in the background, in one command: see ``python worker.py --help``."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from types import FrameType

from flask import Flask
from redis.exceptions import RedisError

from portal import create_app, logs
from portal.config import ConfigurationError, Settings
from portal.database import utcnow
from portal.jobs import tasks, workers
from portal.jobs.connections import patient
from portal.jobs.consumer import Consumer
from portal.jobs.supervisor import hold_lifeline, supervise
from portal.jobs.sweep import sweep
from portal.marketplace.errors import QueueUnavailable
from portal.marketplace.queue import NotificationQueue
from portal.notifications import inbox
from portal.products import ProductsFileError

logger = logging.getLogger("worker")

BURST_PATIENCE = timedelta(seconds=6)
"""An empty answer after a grant, or a throttled call, is worth so long a wait before a burst ends."""

ROLES = {
    "consumer": "takes AWS's notifications from the SQS queue into the inbox",
    "jobs": "works on the inbox and asks AWS",
    "mail": "sends letters, so that a slow mail server keeps nothing else waiting",
    "clock": "asks for the periodic jobs, which find whatever was left undone",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line says. 0 when ended by request, 1 when something was away, 2 for wrong settings."""
    options = _options(arguments)
    roles = options.roles or list(ROLES)
    try:
        settings = Settings.from_environment(os.environ)
        if (options.burst or "consumer" in roles) and not settings.notifications_queue_url:
            raise ConfigurationError(
                "NOTIFICATIONS_QUEUE_URL is not set: set it to the URL of the SQS queue that receives AWS's "
                "notifications (to run without one: python worker.py jobs clock)."
            )
        if not options.burst and len(roles) > 1:
            logs.set_up(settings.log_level, settings.log_format)
            supervise([(role, [sys.executable, __file__, role, "--supervised"]) for role in roles])
            return 0
        app = create_app(settings)
    except (ConfigurationError, ProductsFileError) as error:
        print(error, file=sys.stderr)
        return 2
    _end_by_signal()
    if options.supervised:
        hold_lifeline()
    try:
        return _burst(app, settings) if options.burst else _play(roles[0], app, settings)
    except RedisError as error:
        logger.error("Redis is away (%s); nothing is lost, start again when it answers", type(error).__name__)
    except QueueUnavailable as error:
        logger.error("The queue is away (%s); nothing is lost, start again when it answers", error)
    return 1


def _play(role: str, app: Flask, settings: Settings) -> int:
    logger.info("Ready as %s", role)
    if role == "consumer":
        _consume(app, settings)
    elif role == "clock":
        workers.tick(patient(settings.redis_url))
    elif not workers.work(app, patient(settings.redis_url), role):
        return 1
    return 0


def _consume(app: Flask, settings: Settings) -> None:
    consumer = Consumer(app, NotificationQueue(settings.notifications_queue_url or ""))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, consumer.end)
    consumer.run()


def _burst(app: Flask, settings: Settings) -> int:
    """Drain the queue, the inbox and the jobs, round after round, until a round finds the queue empty.

    What AWS is to be asked about again within seconds is waited for; what waits longer stays for the next time.
    """
    consumer = Consumer(app, NotificationQueue(settings.notifications_queue_url or ""))
    connection = patient(settings.redis_url)
    go_on = True
    while go_on:
        go_on = False
        with app.app_context():
            # A short long poll: a plain one may miss messages, since SQS then asks only some of its servers.
            while consumer.take(wait_seconds=1):
                go_on = True
            tasks.work_on_inbox()
            sweep(patience=timedelta(0))
        workers.work(app, connection, burst=True)
        _end_by_signal()
        with app.app_context():
            due_at = inbox.next_due_at()
        if due_at and due_at < utcnow() + BURST_PATIENCE:
            time.sleep(max(0.0, (due_at - utcnow()).total_seconds()))
            go_on = True
    return 0


def _end_by_signal() -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="worker.py",
        description="Runs the portal's background work until it is stopped (SIGTERM or Ctrl-C let it finish what it "
        "has in hand). Without a role: one process of each, started again should it die.",
        epilog="Roles: " + "; ".join(f"{role} {does}" for role, does in ROLES.items()) + ". "
        "Every role may run several times, on one machine or on many. "
        "Settings come from the environment; NOTIFICATIONS_QUEUE_URL names the SQS queue.",
    )
    parser.add_argument(
        "roles",
        nargs="*",
        metavar="role",
        choices=[*ROLES, []],
        help=f"one or more of {', '.join(ROLES)}; default: all",
    )
    parser.add_argument("--burst", action="store_true", help="do all there is to do in this process, then exit with 0")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
