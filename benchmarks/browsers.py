"""Many browsers at once: the load generator, in a process of its own.

A few connections in one loop of plain sockets, each sending its next request as soon as the last is answered. That
costs about 30 microseconds a request, a small part of what the cheapest answer costs its server.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter

PATIENCE = 10.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True)
class Answered:
    """What came back: how many answers in how many seconds, how long each took, and how many of which status."""

    seconds: float
    times: list[float]
    statuses: dict[str, int]


def ask(port: int, requests: Sequence[str], *, seconds: float, connections: int) -> Answered:
    """Ask a server on this machine for ``seconds``, going round the ``requests`` (each as it goes over the wire).

    Raises:
        RuntimeError: when the server left a connection unanswered.
    """
    order = {"port": port, "requests": list(requests), "seconds": seconds, "connections": connections}
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=json.dumps(order).encode(), capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return Answered(**json.loads(done.stdout))


class _Browser:
    """One connection: it sends, takes in the answer, and connects again when the server closes."""

    def __init__(self, port: int, requests: Iterator[bytes], ready: selectors.BaseSelector) -> None:
        self._address, self._requests, self._ready = ("127.0.0.1", port), requests, ready
        self._socket: socket.socket | None = None
        self._taken = b""
        self._sent_at = 0.0

    def send(self) -> None:
        self._sent_at = perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ready.register(self._socket, selectors.EVENT_READ, self)
        self._taken = b""
        self._socket.sendall(next(self._requests))

    def take(self) -> tuple[str, float] | None:
        """What has arrived: the status and how long it took, or None while the answer is not complete."""
        assert self._socket  # noqa: S101 - it was registered
        received = self._socket.recv(262144)
        self._taken += received
        head, end, body = self._taken.partition(b"\r\n\r\n")
        if not received and not end:
            raise RuntimeError("the server closed a connection without an answer")
        length = _LENGTH.search(head)
        status = head[9:12].decode()
        if not end or (status != "304" and len(body) < int(length[1] if length else 0)):
            return None
        if _CLOSE.search(head):
            self.close()
        return status, perf_counter() - self._sent_at

    def close(self) -> None:
        if self._socket:
            self._ready.unregister(self._socket)
            self._socket.close()
            self._socket = None


def _ask(port: int, requests: Sequence[str], seconds: float, connections: int) -> Answered:
    following = cycle([request.encode() for request in requests])
    times: list[float] = []
    statuses: Counter[str] = Counter()
    with selectors.DefaultSelector() as ready:
        browsers = [_Browser(port, following, ready) for _ in range(connections)]
        began = perf_counter()
        for browser in browsers:
            browser.send()
        while perf_counter() - began < seconds:
            happened = ready.select(PATIENCE)
            if not happened:
                raise RuntimeError(f"no answer within {PATIENCE:.0f} seconds")
            for key, _events in happened:
                answer = key.data.take()
                if answer:
                    statuses[answer[0]] += 1
                    times.append(answer[1])
                    key.data.send()
        took = perf_counter() - began
        for browser in browsers:
            browser.close()
    return Answered(took, times, dict(statuses))


if __name__ == "__main__":
    json.dump(asdict(_ask(**json.load(sys.stdin))), sys.stdout)
