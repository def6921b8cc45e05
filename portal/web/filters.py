"""How times are written on pages."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, url_for


def when(moment: datetime) -> str:
    """`22 November 2026, 14:05 UTC`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def day(moment: datetime) -> str:
    """`22 November 2026`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y}"


def iso(moment: datetime) -> str:
    """For the `datetime` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def init_app(app: Flask) -> None:
    """Give the filters to the templates, and static addresses that change with their files."""
    for fltr in (when, day, iso):
        app.add_template_filter(fltr)
    versions: dict[str, str] = {}

    def static_url(filename: str) -> str:
        if filename not in versions or app.debug:
            content = (Path(app.root_path) / "static" / filename).read_bytes()
            versions[filename] = hashlib.sha256(content).hexdigest()[:12]
        return url_for("static", filename=filename, v=versions[filename])

    app.add_template_global(static_url)
