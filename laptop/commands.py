"""`make flask ARGS="doctor"`: one of the portal's commands, in the surroundings of the running demo.

python -m laptop.commands doctor
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from laptop.environment import ROOT, Place
from laptop.stack import python

NOT_RUNNING = "The demo is not running here. Start it in another terminal: make demo"


def note(place: Place) -> None:
    """Write down where the demo runs, for commands of other terminals."""
    _file(place.folder).write_text(json.dumps(asdict(place) | {"folder": str(place.folder)}), encoding="utf-8")


def forget(folder: Path) -> None:
    """The demo has ended."""
    _file(folder).unlink(missing_ok=True)


def place_of_demo(folder: Path) -> Place | None:
    """Where the demo runs; None when it does not."""
    try:
        noted = json.loads(_file(folder).read_text(encoding="utf-8"))
        return Place(**noted | {"folder": Path(noted["folder"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _file(folder: Path) -> Path:
    return folder / "place.json"


def main(words: list[str]) -> int:
    """Run the command; the exit status is its own."""
    place = place_of_demo(ROOT / ".laptop")
    if place is None:
        print(NOT_RUNNING, file=sys.stderr)
        return 1
    command = python("-m", "flask", "--app", "wsgi", *(words or ["--help"]))
    terminal = {name: os.environ[name] for name in ("TERM", "COLUMNS", "NO_COLOR") if name in os.environ}
    return subprocess.run(command, cwd=ROOT, env=place.for_portal() | terminal, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
