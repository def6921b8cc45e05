"""The console of the demo's support: the code with which its first admin is set up."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from laptop.environment import ROOT, Place
from laptop.stack import python

ADMIN = "sam@tidemark.example"


def set_up_code(place: Place, tell: Callable[[str], None]) -> str | None:
    """Let the first admin into the console, once for a folder; afterwards there is no code to tell.

    Returns:
        The code, or None when there was one already.
    """
    asked = place.folder / "console-admin"
    if asked.exists():
        return None
    tell("Letting the first admin into the console")
    command = python("-m", "flask", "--app", "wsgi", "staff", "add", ADMIN, "--role", "admin")
    result = subprocess.run(
        command, env=place.for_portal(), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    found = re.search(r"^  (\S{24})$", result.stdout, re.MULTILINE)
    if found is None:
        return None
    Path(asked).write_text(f"{ADMIN}\n", encoding="utf-8")
    return found[1]
