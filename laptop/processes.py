"""Programs running side by side: started, waited for, and ended in the reverse order."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

LEASH = Path(__file__).with_name("leash.py")
PATIENCE = 60.0  # seconds for a program to come up, on a slow and busy machine
GRACE = 15.0  # seconds for a program to finish what it has in hand


class DidNotStart(Exception):
    """There was a program that ended, or did not answer in time; the text carries the end of its log."""


@dataclass
class Program:
    """One running program, and the file its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def tail(self, lines: int = 25) -> str:
        """The end of what it said, indented, for a person to read."""
        said = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(f"    {line}" for line in said) or "    (it said nothing)"

    def wait_until(self, ready: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait for the program to be of use.

        Raises:
            DidNotStart: when it ends first, or is not ready after ``patience`` seconds.
        """
        deadline = time.monotonic() + patience
        while not ready():
            if self.has_ended():
                raise DidNotStart(f"{self.name} ended with status {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise DidNotStart(f"{self.name} was not ready after {patience:.0f} seconds:\n{self.tail()}")
            time.sleep(0.05)

    def stop(self, grace: float = GRACE) -> None:
        """Ask it to end; after ``grace`` seconds end it and everything it started."""
        if not self.has_ended():
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(grace)
        self._end_the_group()

    def _end_the_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS says "not permitted" of a group of zombies
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Programs:
    """A family of programs that live no longer than this object, nor than the process that holds it."""

    def __init__(self, logs: Path, folder: Path) -> None:
        """Their output goes to ``logs``, one file each; they run in ``folder``."""
        self.logs, self.folder = logs, folder
        self.running: list[Program] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> Program:
        """Start one, away from the terminal: Ctrl-C reaches us alone, and we decide the order."""
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-E", "-S", str(LEASH), str(os.getpid()), *command],
                cwd=self.folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        program = Program(name, process, log)
        self.running.append(program)
        return program

    def run(self, name: str, command: list[str], environment: Mapping[str, str], patience: float = 120) -> None:
        """Run one to its end.

        Raises:
            DidNotStart: when it fails, or takes longer than ``patience`` seconds.
        """
        program = self.start(name, command, environment)
        program.wait_until(program.has_ended, patience)
        self.running.remove(program)
        if program.process.returncode:
            raise DidNotStart(f"{name} failed with status {program.process.returncode}:\n{program.tail()}")

    def ended(self) -> Program | None:
        """One that has ended although nobody asked it to, if any."""
        return next((program for program in self.running if program.has_ended()), None)

    def stop(self) -> None:
        """End them all, the youngest first."""
        while self.running:
            self.running.pop().stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def answers(url: str) -> bool:
    """Whether a GET of the URL is answered with 200 now. No proxy is asked: these are our own programs."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
