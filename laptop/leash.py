"""Runs a program that ends when the process that started it ends, however that came about.

    python leash.py OWNER-PID PROGRAM ARGUMENT…

Started as a file, so that it costs a few milliseconds and nothing stands between the owner and the program:
on Linux the kernel is asked for the signal and this process then becomes the program. Elsewhere a small watcher
is left behind that looks twice a second.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1


def ask_the_kernel() -> None:
    """Have the kernel send SIGTERM when the owner dies; this outlives the exec that follows."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def is_alive(pid: int) -> bool:
    """Whether there is a process of this number, ours or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def watch(owner: int, program: int, pause: float = 0.5) -> None:
    """Wait for either to end; when it is the owner, end the program too."""
    while is_alive(program):
        if not is_alive(owner):
            os.kill(program, signal.SIGTERM)
            return
        time.sleep(pause)


def leave_a_watcher(owner: int) -> None:
    """Fork twice, so that the watcher is nobody's child and the program never has to reap it."""
    program = os.getpid()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    if os.fork() == 0:
        watch(owner, program)
    os._exit(0)


def main() -> None:
    owner, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ask_the_kernel()
    else:
        leave_a_watcher(owner)
    if os.getppid() != owner:
        sys.exit("the process that started this one has already ended")
    os.execvp(command[0], command)  # noqa: S606  (no shell is the point)


if __name__ == "__main__":
    main()
