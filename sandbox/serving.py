"""Sockets, the HTTP server and its end."""

import signal
import socket
import threading
from types import FrameType
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.errors import CannotStart

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """No line for every poll of the queue; errors still speak."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code).startswith("5"):
            super().log_request(code, size)


def take_port(port: int, option: str) -> socket.socket:
    """A socket bound to the port, so that a taken one is found before anything is opened. Raises CannotStart."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError as problem:
        taken.close()
        raise CannotStart(f"port {port} cannot be used ({problem.strerror}). Choose another with {option}.") from None
    return taken


def serve(application: "WSGIApplication", listener: socket.socket, ready: str) -> None:
    """Answer requests, a thread each, until SIGTERM or Ctrl-C. Polls still waiting then are not waited for."""
    listener.listen(128)
    server = make_server(
        HOST,
        listener.getsockname()[1],
        application,
        threaded=True,
        request_handler=QuietHandler,
        fd=listener.fileno(),
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which is this very thread: it has to be called from another.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(ready, flush=True)
    server.serve_forever(poll_interval=0.1)
