"""`make demo`: an AWS Marketplace and the portal on this machine, until Ctrl-C.

    python -m laptop.demo

PORTAL_PORT and SANDBOX_PORT choose other ports. What the demo remembers is in the folder .laptop.
"""

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from laptop import commands, console, ports, stack, valkey
from laptop.environment import MAIL_PORT, PORTAL_PORT, ROOT, SANDBOX_PORT, Place
from laptop.processes import DidNotStart, Programs
from laptop.terminal import Stop, listening

FOLDER = ROOT / ".laptop"


class CannotStart(Exception):
    """There was something in the way that only a person can clear."""


def main() -> int:
    """Run the demo. The exit status: 0 after Ctrl-C, 1 when something did not start or ended by itself."""
    argparse.ArgumentParser(
        prog="python -m laptop.demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    try:
        with listening(), only_one(), Programs(FOLDER / "logs", ROOT) as programs:
            place = choose_place(choose_redis(programs))
            stack.start(programs, place, tell)
            commands.note(place)
            try:
                print(welcome(place, console.set_up_code(place, tell)), flush=True)
                return watch(programs)
            finally:
                commands.forget(place.folder)
    except Stop:
        print("Stopped. `make demo` carries on from here; `make clean-demo` forgets it all.")
        return 0
    except (CannotStart, DidNotStart) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


def tell(step: str) -> None:
    print(f"{step} …", flush=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the folder, so that a second demo in the same clone does not write to the same files.

    Raises:
        CannotStart: when another demo holds it.
    """
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(f"The demo already runs here, as process {lock.read() or 'unknown'}.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def choose_redis(programs: Programs) -> str:
    """The URL of the person's own Redis, or of a Valkey started here."""
    given = os.environ.get("REDIS_URL")
    if given:
        print("REDIS_URL is set: using that instead of a Valkey of our own.")
        return given
    tell("Starting Valkey")
    (port,) = ports.any_free(1)
    valkey.start(programs, FOLDER / "valkey", port)
    return f"redis://127.0.0.1:{port}/0"


def choose_database() -> str:
    """The URL of the person's own database, or of an SQLite file here."""
    given = os.environ.get("DATABASE_URL")
    if given:
        print("DATABASE_URL is set: using that instead of an SQLite file of our own.")
    return given or f"sqlite:///{FOLDER / 'portal.db'}"


def choose_place(redis_url: str) -> Place:
    """The folder and the ports of this run, saying which of the usual ports are taken and by whom."""
    portal = choose_port("PORTAL_PORT", "portal", PORTAL_PORT, frozenset())
    sandbox = choose_port("SANDBOX_PORT", "sandbox", SANDBOX_PORT, frozenset({portal}))
    mail = choose_port("MAIL_PORT", "sandbox's mailbox", MAIL_PORT, frozenset({portal, sandbox}))
    return Place(
        folder=FOLDER,
        portal_port=portal,
        sandbox_port=sandbox,
        mail_port=mail,
        database_url=choose_database(),
        redis_url=redis_url,
    )


def choose_port(variable: str, program: str, usual: int, taken: frozenset[int]) -> int:
    """The port a person asked for, or the usual one, or the next free one.

    Raises:
        CannotStart: when the port a person asked for is no port, or is taken.
    """
    asked = os.environ.get(variable)
    if asked is None:
        port = ports.next_free(usual, taken)
        if port != usual:
            print(
                f"Port {usual} is taken{by(usual)}: the {program} uses {port} instead ({variable}=… chooses another)."
            )
        return port
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= 65535:
        raise CannotStart(f"{variable} must be a port from 1 to 65535, not `{asked}`.")
    if int(asked) in taken or not ports.is_free(int(asked)):
        free = ports.next_free(int(asked), taken)
        raise CannotStart(f"Port {asked} is taken{by(int(asked))}. Free is: {variable}={free}")
    return int(asked)


def by(port: int) -> str:
    holder = ports.holder(port)
    return f" by {holder}" if holder else ""


def welcome(place: Place, code: str | None) -> str:
    """The one block a person reads: where to go, and what to do there."""
    line = "─" * 78
    first = (
        f", the first time {place.portal_url}/second-factor/set-up\n                 with the code {code}"
        if code
        else ""
    )
    return f"""
{line}
  Open   {place.sandbox_url}   an AWS Marketplace on this machine, and then:

  1. View a product on AWS Marketplace, choose a test account, purchase a contract.
  2. Set up your account: that takes you to the portal. Sign up, link, see the contract.
  3. Change the contract on its product contract page, and watch the portal follow.

  The portal     {place.portal_url}
  Its console    {place.portal_url}/staff{first}
  Mail it sent   {place.sandbox_url}/mailbox
  Its commands   make flask ARGS="doctor", or "confirm --sandbox", in another terminal
  Logs           {(place.folder / "logs").relative_to(ROOT)}/

  Ctrl-C stops everything. The next `make demo` carries on where this one ends.
{line}"""


def watch(programs: Programs) -> int:
    """Wait until a program ends by itself, and say which and why. A request to stop leaves as ``Stop``."""
    while (ended := programs.ended()) is None:
        time.sleep(0.3)
    print(
        f"\nThe {ended.name} has ended by itself; stopping the rest. The end of its log:\n{ended.tail()}",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
