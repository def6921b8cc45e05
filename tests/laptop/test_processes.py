import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from laptop.environment import ROOT
from laptop.leash import watch
from laptop.processes import DidNotStart, Programs, answers

FOREVER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
# An owner that starts one program among its own and tells us its number.
OWNER = """
import pathlib, sys, time
from laptop.processes import Programs
programs = Programs(pathlib.Path(sys.argv[1]), pathlib.Path.cwd())
program = programs.start("child", [sys.executable, "-c", sys.argv[2]], {})
program.wait_until(lambda: "up" in program.log.read_text())
print(program.process.pid, flush=True)
time.sleep(600)
"""


def has_ended(pid: int, patience: float = 10) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def family(tmp_path):
    with Programs(tmp_path, ROOT) as programs:
        yield programs


def start(family: Programs, code: str, name: str = "program"):
    program = family.start(name, [sys.executable, "-c", code], {})
    program.wait_until(lambda: "up" in program.log.read_text())
    return program


def test_leaving_the_family_ends_its_programs(tmp_path):
    with Programs(tmp_path, ROOT) as programs:
        program = start(programs, FOREVER)
    assert program.process.returncode == -signal.SIGTERM


def test_a_program_that_will_not_end_is_ended(family):
    program = start(family, STUBBORN)
    program.stop(grace=0.2)
    assert program.process.returncode == -signal.SIGKILL


def test_a_program_ends_when_its_owner_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path), FOREVER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        child = int(owner.stdout.readline())
        owner.kill()
    assert has_ended(child)


def test_the_watcher_ends_a_program_whose_owner_has_ended():
    owner = subprocess.Popen([sys.executable, "-c", ""])
    owner.wait()
    with subprocess.Popen([sys.executable, "-c", FOREVER], stdout=subprocess.DEVNULL) as program:
        watch(owner.pid, program.pid, pause=0.01)
        assert program.wait(10) == -signal.SIGTERM


def test_a_program_that_ends_early_is_quoted(family):
    program = family.start("portal", [sys.executable, "-c", "raise SystemExit('SECRET_KEY is missing')"], {})
    with pytest.raises(DidNotStart, match="portal ended with status 1:\n    SECRET_KEY is missing"):
        program.wait_until(lambda: False)


def test_a_program_that_is_never_ready_is_not_waited_for_forever(family):
    program = start(family, FOREVER)
    with pytest.raises(DidNotStart, match="was not ready after 0 seconds"):
        program.wait_until(lambda: False, patience=0.1)


def test_a_step_that_fails_says_why(family):
    with pytest.raises(DidNotStart, match="migration failed with status 3"):
        family.run("migration", [sys.executable, "-c", "raise SystemExit(3)"], {})


def test_a_program_that_ended_unasked_is_noticed(family):
    quiet = start(family, FOREVER, "quiet")
    assert family.ended() is None
    os.kill(quiet.process.pid, signal.SIGKILL)
    quiet.process.wait()
    assert family.ended() is quiet


def test_nobody_answers_on_a_port_nobody_listens_on():
    assert not answers("http://127.0.0.1:9/healthz")
