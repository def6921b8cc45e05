"""Several workers under one command: each a process of its own, started again when it dies, ended when we are."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
HEALTHY_SECONDS = 30.0
"""Who lived this long starts again at once; who dies young starts again more and more slowly."""
LOOK_SECONDS = 0.2
GRACE_SECONDS = 60.0
"""How long a worker may take to finish what it has in hand."""


@dataclass
class _Worker:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause: float = field(default=SHORTEST_PAUSE)

    def start(self) -> None:
        # Its standard input is a lifeline: when we are gone, however we went, it reads the end and stops.
        # A group of its own keeps a Ctrl-C at the terminal from reaching it beside the SIGTERM that we send.
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, start_new_session=True)
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start again what has died, after a pause."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.pause = SHORTEST_PAUSE if now - self.started_at > HEALTHY_SECONDS else min(self.pause * 2, LONGEST_PAUSE)
        logger.error("The worker %s ended with %s; it starts again in %.1f s", self.name, code, self.pause)
        self.process, self.due_at = None, now + self.pause


def supervise(commands: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Keep these (name, command) running until SIGTERM or SIGINT, then let each finish what it has in hand."""
    asked = []  # not an Event: a handler that came while the loop holds its lock would wait for it for ever

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    workers = [_Worker(name, command) for name, command in commands]
    try:
        while not asked:
            for worker in workers:
                worker.look()
            time.sleep(LOOK_SECONDS)
    finally:
        _end([worker.process for worker in workers if worker.process])


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.error("Process %s did not end in time and is killed; its work is taken up again later", process.pid)
            process.kill()


def hold_lifeline() -> None:
    """In a supervised worker: end as by SIGTERM when the supervisor is gone."""
    main = threading.main_thread().ident

    def watch() -> None:
        # Not through sys.stdin, whose lock would be in the way when the interpreter ends.
        while os.read(sys.__stdin__.fileno() if sys.__stdin__ else 0, 1024):
            pass
        if main is not None:
            # To the main thread, so that it interrupts whatever that one waits for.
            signal.pthread_kill(main, signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
