"""The supervisor with small programs in place of workers."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from laptop.environment import ROOT

Until = Callable[..., None]

# Writes its process id as a new line, then waits for the end as a supervised worker does.
CHILD = """
import os, signal, sys, time
sys.path.insert(0, {root!r})
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
from portal.jobs.supervisor import hold_lifeline
hold_lifeline()
with open({log!r}, "a") as log: log.write(f"{{os.getpid()}}\\n")
while True: time.sleep(60)
"""
PARENT = """
import sys
sys.path.insert(0, {root!r})
from portal.jobs.supervisor import supervise
supervise([("child", [sys.executable, "-c", {child!r}])])
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "pids"


@pytest.fixture
def supervisor(log: Path, until: Until) -> Iterator[subprocess.Popen[bytes]]:
    child = CHILD.format(root=str(ROOT), log=str(log))
    process = subprocess.Popen([sys.executable, "-c", PARENT.format(root=str(ROOT), child=child)])
    until(lambda: _pids(log))
    yield process
    process.kill()
    process.wait()


def _pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().splitlines()] if log.exists() else []


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True


def test_who_dies_is_started_again(supervisor: subprocess.Popen[bytes], log: Path, until: Until) -> None:
    os.kill(_pids(log)[0], signal.SIGKILL)
    until(lambda: len(_pids(log)) == 2)
    assert _lives(_pids(log)[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_all_end(supervisor: subprocess.Popen[bytes], log: Path, number: signal.Signals) -> None:
    supervisor.send_signal(number)
    assert supervisor.wait(20) == 0
    assert not _lives(_pids(log)[0])


def test_no_worker_outlives_a_killed_supervisor(supervisor: subprocess.Popen[bytes], log: Path, until: Until) -> None:
    supervisor.kill()
    until(lambda: not _lives(_pids(log)[0]))
