"""What the figures depend on besides the code: the machine, the versions, the settings of the database."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version

import psutil
import psycopg

from laptop.environment import ROOT
from laptop.ministack import REQUIREMENT

PACKAGES = ("flask", "sqlalchemy", "psycopg", "boto3", "rq", "gunicorn", "celery")


def facts(postgres: str) -> dict[str, str]:
    """Everything worth knowing beside a figure, by what it is called."""
    found = {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "load before": f"{psutil.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **_database(postgres),
        "ministack": REQUIREMENT.partition("==")[2],
        "commit": _commit(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _database(postgres: str) -> dict[str, str]:
    settings = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    with psycopg.connect(postgres) as connection:
        rows = [connection.execute(f"SHOW {name}").fetchone() for name in settings]
    shown = [str(row[0]) if row else "" for row in rows]
    return dict(zip(("PostgreSQL", *settings[1:]), shown, strict=True))


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - not a file to join paths to
            models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or platform.machine()


def _commit() -> str:
    """The commit measured; with a plus when the files are not as committed."""
    head = _git("rev-parse", "--short", "HEAD")
    return head + ("+" if head and _git("status", "--porcelain", "--untracked-files=no") else "") or "unknown"


def _git(*arguments: str) -> str:
    ended = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return ended.stdout.strip()
