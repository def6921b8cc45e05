"""Taking defences away, one at a time, and looking whether a test cries out: what no test would miss protects nobody.

Each line of the table says what is taken out of which file, and which tests must fail then: by what they assert, for a
portal that does not start any more fails every test and shows nothing.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree as ET

from laptop.environment import ROOT

TABLE = Path(__file__).with_name("defences.toml")
LONGEST_SECONDS = 1800
_ASSERTED = re.compile(r"assert\b|AssertionError|Failed: ")
"""How what pytest says of a failure begins when a test was not content, rather than stumbled."""


class Outcome(StrEnum):
    """What became of a try."""

    SEEN = "seen"
    UNSEEN = "NOT SEEN"
    BROKEN = "BROKEN"
    """Something failed that is no test that was not content: then it is not known what the tests would see."""
    NOT_THERE = "NOT THERE"
    """What is to be taken out does not stand in the file, once: the table is to be brought up to date."""


@dataclass(frozen=True)
class Change:
    """A text that stands in a file once, and what stands there instead."""

    file: str
    text: str
    instead: str

    def is_there(self, root: Path) -> bool:
        """Whether the text stands there, once."""
        return (root / self.file).read_text(encoding="utf-8").count(self.text) == 1

    def make(self, root: Path) -> None:
        """Take the text out."""
        whole = (root / self.file).read_text(encoding="utf-8")
        (root / self.file).write_text(whole.replace(self.text, self.instead), encoding="utf-8")


@dataclass(frozen=True)
class Defence:
    """What is taken away, and who must notice."""

    threat: str
    """As `docs/threat-model.md` calls it."""
    what: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]
    """Of each of them at least one case must fail."""

    @property
    def files(self) -> list[str]:
        """Where it stands."""
        return list(dict.fromkeys(change.file for change in self.changes))


@dataclass(frozen=True)
class Verdict:
    """What the tests made of it."""

    outcome: Outcome
    why: str = ""
    seconds: float = 0.0


def defences(table: Path = TABLE) -> list[Defence]:
    """All that can be taken away, threat by threat."""
    told = tomllib.loads(table.read_text(encoding="utf-8"))
    return [
        Defence(threat, one["what"], tuple(map(_change, [one, *one.get("also", [])])), tuple(one["tests"]))
        for threat, ones in told.items()
        for one in ones
    ]


def _change(told: dict[str, str]) -> Change:
    return Change(told["file"], told["text"], told.get("instead", ""))


def tracked(root: Path = ROOT) -> list[str]:
    """The files of the project, as they are in the working tree."""
    said = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    return [name for name in said.split("\0") if name and (root / name).is_file()]


class Ground:
    """A copy of the project, in which a defence can be missing for a while."""

    def __init__(self, folder: Path, names: Iterable[str], root: Path = ROOT) -> None:
        self._folder, self._root = folder, root
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)

    def judge(self, defence: Defence) -> Verdict:
        """Take it away, run its tests, put it back."""
        absent = [change.file for change in defence.changes if not change.is_there(self._folder)]
        if absent:
            return Verdict(Outcome.NOT_THERE, f"{absent[0]} has it not at all, or more than once")
        began = monotonic()
        with self._without(defence):
            outcome, why = _judge(defence.tests, self._failures(defence.tests))
        return Verdict(outcome, why, monotonic() - began)

    def complaints(self, tests: Iterable[str]) -> list[str]:
        """What these tests say while nothing is missing; nothing, if all is well."""
        named = sorted(set(tests))
        told = self._failures(named)
        silent = [f"{test}: there is no such test" for test in named if not _cases(test, told)]
        return silent + [f"{case}: {said.splitlines()[0]}" for case, said in told.items() if said]

    @contextmanager
    def _without(self, defence: Defence) -> Iterator[None]:
        try:
            for change in defence.changes:
                change.make(self._folder)
            yield
        finally:
            for file in defence.files:  # with its time: Python goes by that to compile it again
                shutil.copy2(self._root / file, self._folder / file)

    def _failures(self, tests: Iterable[str]) -> dict[str, str]:
        """Each case that was run and what it failed with, if it did; errors are told as such."""
        report = self._folder / "report.xml"
        report.unlink(missing_ok=True)
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=self._folder,
            env=outside,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            try:
                said, _ = running.communicate(timeout=LONGEST_SECONDS)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGINT)
                return {"pytest": f"error: it did not end within {LONGEST_SECONDS} seconds"}
            except BaseException:
                running.send_signal(signal.SIGINT)  # so that it ends what it has started
                raise
        if running.returncode not in {0, 1} or not report.exists():
            last = [line for line in said.splitlines() if line.strip()][-1:]
            return {"pytest": f"error: it ended with {running.returncode}: {' '.join(last)}"}
        return dict(_read(report))


def _read(report: Path) -> Iterator[tuple[str, str]]:
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        error, failure = case.find("error"), case.find("failure")
        if error is not None:
            yield name, f"error: {error.get('message') or 'while it was made ready'}"
        else:
            yield name, (failure.get("message") or "failed") if failure is not None else ""


def _judge(tests: Iterable[str], told: dict[str, str]) -> tuple[Outcome, str]:
    stumbled = [f"{case}: {said.splitlines()[0]}" for case, said in told.items() if said and not _ASSERTED.match(said)]
    if stumbled:
        return Outcome.BROKEN, stumbled[0]
    content = [test for test in tests if not any(told[case] for case in _cases(test, told))]
    return (Outcome.UNSEEN, f"{content[0]} does not fail") if content else (Outcome.SEEN, "")


def _cases(test: str, told: Iterable[str]) -> list[str]:
    """The cases of a test among those that were run."""
    return [case for case in told if case == test or case.startswith(f"{test}[")]
