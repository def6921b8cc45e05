"""Whether a weakness is known of a package that is pinned: `make known-weaknesses`.

pip-audit asks the package index. Where it cannot be reached it skips the packages and reports success: a skip is told
here as what it is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

FILES = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt", "requirements-bench.txt")


def main() -> int:
    """0 when nothing is known, or nothing can be asked; 1 when a weakness is known or a part was not looked at."""
    worst = 0
    with ThreadPoolExecutor() as side_by_side:  # most of it is waiting
        answers = list(side_by_side.map(_asked, FILES))
    for name, answer in zip(FILES, answers, strict=True):
        words, code = verdict(answer)
        print(f"{name}: {words}")
        worst = max(worst, code)
    return worst


def verdict(packages: list[dict[str, Any]]) -> tuple[str, int]:
    """What pip-audit's answer comes to, in words and as an exit code."""
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    weak = [
        f"{package['name']} {package['version']}: {', '.join(one['id'] for one in package['vulns'])}"
        for package in packages
        if package.get("vulns")
    ]
    if weak:
        return "WEAK: " + "; ".join(weak), 1
    if not packages or len(skipped) == len(packages):
        return "NOT LOOKED AT: the data about weaknesses cannot be reached from here", 0
    if skipped:
        return f"NOT ALL LOOKED AT: {', '.join(skipped)}", 1
    return f"no weakness is known of {len(packages)} packages", 0


def _asked(name: str) -> list[dict[str, Any]]:
    file = Path(__file__).parent.parent / name
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--disable-pip", "--require-hashes"]
    options = ["--format", "json", "--progress-spinner", "off"]
    try:
        answer = subprocess.run([*command, *options], capture_output=True, text=True, timeout=240, check=False)
        found: list[dict[str, Any]] = json.loads(answer.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return found


if __name__ == "__main__":
    sys.exit(main())
