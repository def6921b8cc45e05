"""How the demo ends when its person asks: Ctrl-C, a closed window, or a polite signal."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """There was a wish to stop; a BaseException, so that no ``except Exception`` on its way mistakes it for a fault."""


@contextmanager
def listening() -> Iterator[None]:
    """Turn the first request to stop into ``Stop``; later ones are ignored, because ending is under way."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for request in REQUESTS:
            signal.signal(request, signal.SIG_IGN)
        os.write(sys.stdout.fileno(), "\nStopping …\n".encode())  # print() may be what was interrupted
        raise Stop

    for request in REQUESTS:
        signal.signal(request, stop)
    with in_front():
        yield


@contextmanager
def in_front() -> Iterator[None]:
    """Have the terminal send Ctrl-C to us and not to ``make`` as well, which would report a clean end as an error."""
    if not sys.stdin.isatty() or os.getpgrp() == os.getpid() or os.tcgetpgrp(0) != os.getpgrp():
        yield
        return
    before = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # so that we may give the terminal back
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z would stop us and leave the shell waiting for make
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(0, before)
