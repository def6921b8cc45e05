"""(d) The contract page, signed in, on PostgreSQL, next to an empty Flask route in the same server and run.

Real server processes, a real PostgreSQL, and browsers in a process of their own. Each case is asked in short turns, one
after the other and round again, so that whatever else the machine does in that time meets all of them alike.
"""

from __future__ import annotations

import math
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from benchmarks.bench import Bench
from benchmarks.browsers import Answered, ask
from benchmarks.people import Signed, cookie, populate
from benchmarks.result import Goal, Result
from laptop import ports
from laptop.environment import ROOT, Place
from laptop.processes import Program, Programs, answers
from laptop.stack import python

PROCESSES = 2
CONNECTIONS = 8
TURN_SECONDS = 0.5
WARM_UP_SECONDS = 3.0
SESSIONS = 3000
"""More than any process keeps pages for: a page is drawn for each of them every time."""
SERVERS = {
    "gunicorn sync": ("gunicorn", "--no-control-socket", "--worker-class", "sync"),
    "gunicorn gthread": ("gunicorn", "--no-control-socket", "--worker-class", "gthread", "--threads", "4"),
    "granian": ("granian", "--interface", "wsgi", "--no-ws", "--blocking-threads", "1"),
    "granian, 4 threads": ("granian", "--interface", "wsgi", "--no-ws", "--blocking-threads", "4"),
}
CHOSEN = "granian, 4 threads"
WANTED = 0.35
EMPTY, HEALTH, SAME, MANY, UNCHANGED, NEW = (
    "an empty Flask route",
    "the portal's /healthz",
    "one contract page again and again",
    "many people, each their own contract",
    "the same, with If-None-Match",
    "a page that has to be drawn",
)


@dataclass(frozen=True)
class Figure:
    """What one case reached under one server."""

    server: str
    case: str
    per_second: float
    p50_ms: float
    p99_ms: float
    of_empty: float
    """Requests a second, next to the empty route in the same server and run."""
    cpu_us: float
    """Microseconds of processor time per request, of the server and the database together. A busy machine hardly
    changes it."""


@dataclass(frozen=True)
class Turn:
    """What came back in one turn of one case, and the processor time it took server and database, in seconds."""

    answered: Answered
    cpu: float


def measure(database_url: str, folder: Path, *, seconds: float, servers: Sequence[str], people: int) -> list[Figure]:
    """All cases under each of the servers.

    Args:
        database_url: an empty PostgreSQL database; it is filled.
        folder: where the servers' settings and logs go.
        seconds: how long each case is asked, under each server.
        servers: names from ``SERVERS``; each must be installed.
        people: how many people look, each at their own contract.
    """
    place = Place(folder, 0, 0, 0, database_url, "redis://127.0.0.1:9/0")
    environment = place.for_portal() | {"LOG_LEVEL": "WARNING"}
    figures: list[Figure] = []
    with Programs(folder / "logs", ROOT) as programs:
        programs.run("migration", python("-m", "flask", "--app", "wsgi", "db", "upgrade"), environment)
        signed = populate(place.for_portal()["DATABASE_URL"], environment["SECRET_KEY"], people)
        for server in servers:
            with _serving(programs, server, environment) as (port, program):
                spent = partial(_cpu_seconds, [program.process.pid, _postmaster(database_url)])
                answered = _in_turns(port, _cases(port, signed), seconds, spent)
                # On its own and last, because it drives out what is kept of the other pages.
                anew = {NEW: _never_drawn(signed[0], environment["SECRET_KEY"])}
                figures += _figures(server, answered | _in_turns(port, anew, seconds, spent))
    return figures


@contextmanager
def _serving(programs: Programs, server: str, environment: Mapping[str, str]) -> Iterator[tuple[int, Program]]:
    (port,) = ports.any_free(1)
    module, *options = SERVERS[server]
    where = ("--bind", f"127.0.0.1:{port}") if module == "gunicorn" else ("--host", "127.0.0.1", "--port", str(port))
    command = python("-m", module, "benchmarks.side_by_side:app", "--workers", str(PROCESSES), *where, *options)
    program = programs.start(server, command, environment)
    program.wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
    try:
        yield port, program
    finally:
        program.stop()
        programs.running.remove(program)


def _postmaster(database_url: str) -> int:
    """The process whose children answer for the database; it runs on this machine."""
    with psycopg.connect(database_url) as connection:
        return psutil.Process(connection.info.backend_pid).ppid()


def _cpu_seconds(families: Sequence[int]) -> float:
    """The processor time that these processes and all their children have taken so far."""
    total = 0.0
    for first in map(psutil.Process, families):
        for process in [first, *first.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
    return total


def _cases(port: int, signed: Sequence[Signed]) -> dict[str, list[str]]:
    """The requests of each case, as they go over the wire."""
    pages = [(f"/contracts/{one.contract_id}", one.cookie) for one in signed]
    return {
        EMPTY: [_request("/empty/", pages[0][1])],
        HEALTH: [_request("/healthz", pages[0][1])],
        SAME: [_request(*pages[0])],
        MANY: [_request(*page) for page in pages],
        UNCHANGED: [_request(*page, _etag(port, *page)) for page in pages],
    }


def _never_drawn(one: Signed, secret_key: str) -> list[str]:
    """One contract's page for many sessions of one person, each of which has forms of its own on it."""
    cookies = [cookie(secret_key, one.session_key) for _ in range(SESSIONS)]
    return [_request(f"/contracts/{one.contract_id}", each) for each in cookies]


def _request(path: str, cookie: str, etag: str | None = None) -> str:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html", f"Cookie: {cookie}"]
    return "\r\n".join([*lines, *([f"If-None-Match: {etag}"] if etag else []), "", ""])


def _etag(port: int, path: str, cookie: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
    with opener.open(request) as response:
        return str(response.headers["ETag"])


def _in_turns(
    port: int, cases: Mapping[str, Sequence[str]], seconds: float, spent: Callable[[], float]
) -> dict[str, list[Turn]]:
    answered: dict[str, list[Turn]] = {case: [] for case in cases}
    for turn in range(1 + math.ceil(seconds / TURN_SECONDS)):
        for case, requests in cases.items():
            before = spent()
            # In the first turn, which is not counted, each process draws the pages that it then keeps.
            seconds_asked = TURN_SECONDS if turn else WARM_UP_SECONDS
            answer = ask(port, requests, seconds=seconds_asked, connections=CONNECTIONS)
            expected = "304" if case == UNCHANGED else "200"
            if set(answer.statuses) != {expected}:
                raise RuntimeError(f"{case}: expected {expected}, got {answer.statuses}")
            if turn:
                answered[case].append(Turn(answer, spent() - before))
    return answered


def _figures(server: str, answered: Mapping[str, Sequence[Turn]]) -> list[Figure]:
    rates = {
        case: sum(len(turn.answered.times) for turn in turns) / sum(turn.answered.seconds for turn in turns)
        for case, turns in answered.items()
    }
    figures = []
    for case, turns in answered.items():
        times = sorted(time * 1000 for turn in turns for time in turn.answered.times)
        cpu_us = sum(turn.cpu for turn in turns) / len(times) * 1e6
        p50, p99 = (times[math.ceil(len(times) * share) - 1] for share in (0.5, 0.99))
        figures.append(Figure(server, case, rates[case], p50, p99, rates[case] / rates[EMPTY], cpu_us))
    return figures


def installed() -> list[str]:
    """The servers that can be measured here."""
    return [name for name, (module, *_) in SERVERS.items() if find_spec(module)]


def run(bench: Bench) -> Result:
    """Measure every server that is installed."""
    with bench.stage(aws=False) as stage:
        folder = bench.folder / "pages"
        folder.mkdir()
        figures = measure(
            stage.place.database_url,
            folder,
            seconds=bench.sized(5, 2),
            servers=installed(),
            people=200,
        )
    chosen = {figure.case: figure for figure in figures if figure.server == CHOSEN}
    return Result(
        f"The contract page, signed in, on PostgreSQL: {PROCESSES} processes, {CONNECTIONS} connections",
        ["server", "what", "requests/s", "p50 ms", "p99 ms", "of empty", "CPU µs"],
        [[one.server, one.case, one.per_second, one.p50_ms, one.p99_ms, one.of_empty, one.cpu_us] for one in figures],
        [
            Goal(f"{case}: at least {WANTED} of the empty route", f"{figure.of_empty:.2f}", figure.of_empty >= WANTED)
            for case, figure in chosen.items()
            if case in {SAME, MANY, UNCHANGED}
        ],
        [
            f"The portal runs under {CHOSEN}, and the goals are held against that.",
            "CPU is processor time a request, of the server and the database together.",
            "A page has to be drawn once after each change, and for each session; each process keeps a few hundred.",
        ],
    )
