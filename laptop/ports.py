"""Which ports of this machine are free, and who holds the others."""

import errno
import socket
import sys
from contextlib import ExitStack

import psutil

LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def is_free(port: int) -> bool:
    """Whether nobody listens on the port, on either loopback: browsers try both for ``localhost``."""
    return all(_can_listen(family, address, port) for family, address in LOOPBACKS)


def _can_listen(family: socket.AddressFamily, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: connections that ended a moment ago must not look like a server.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            probe.listen()
    except OSError as refusal:
        # A machine without IPv6 has no ::1 to listen on, and then nobody else does either.
        return refusal.errno not in {errno.EADDRINUSE, errno.EACCES}
    return True


def next_free(wanted: int, taken: frozenset[int] = frozenset()) -> int:
    """The wanted port, or the first free one above it that is not in ``taken``.

    Raises:
        LookupError: when a hundred in a row are held.
    """
    for port in range(wanted, min(wanted + 100, 65536)):
        if port not in taken and is_free(port):
            return port
    raise LookupError(f"no free port from {wanted} up")


def any_free(count: int) -> list[int]:
    """So many different free ports, wherever the system finds them.

    On Linux it gives them to nobody else while this process lives: not to another that is choosing ports at the same
    moment, and not while a server of ours that was killed is started again.
    """
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        found = [int(probe.getsockname()[1]) for probe in probes]
        if sys.platform == "linux":
            for probe in probes:
                _keep(probe)
        return found


def _keep(probe: socket.socket) -> None:
    """Leave it bound until this process ends. A server may still listen there: Linux lets two sockets have one port
    when both ask for that, as servers do, and only one of them listens."""
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.detach()


def holder(port: int) -> str | None:
    """Who listens on the port, such as ``granian (process 4711)``; None where the system does not tell us."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens_here = connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1:] == (port,)
            if listens_here and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return None
    return None
