"""A line to a server on this machine that can be cut, and can fall silent."""

import socket
import threading
from contextlib import suppress


class Line:
    """What connects to ``port`` talks to ``far_port``, while the line is in order."""

    def __init__(self, port: int, far_port: int) -> None:
        self._near, self._far = ("127.0.0.1", port), ("127.0.0.1", far_port)
        self._flows = threading.Event()
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.mend()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._listener:
            _close(self._listener)
            self._listener = None
        while self._ends:
            _close(self._ends.pop())
        self._flows.set()

    def fall_silent(self) -> None:
        """Keep whatever is said on its way; connections stay, and new ones are taken."""
        self._flows.clear()

    def mend(self) -> None:
        """Let everything through again, what was kept first."""
        self._flows.set()
        if self._listener is None:
            self._listener = socket.create_server(self._near)
            threading.Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def _take(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener is closed when the line is cut
            while True:
                near, _address = listener.accept()
                try:
                    far = socket.create_connection(self._far)
                except OSError:
                    _close(near)
                    continue
                self._ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while said := source.recv(65_536):
                self._flows.wait()
                sink.sendall(said)
        _close(source)
        _close(sink)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # closing alone wakes nobody who waits in another thread
    end.close()
