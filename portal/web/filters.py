"""How times are written on pages."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup, escape

from portal.language import number, said, say, time_zone, zone_in_words
from portal.staff.recalled import recalled

_SIGNS = {"*": Markup("<strong>{}</strong>"), "`": Markup("<code>{}</code>")}
_STRESSED = re.compile(r"(\*[^*]+\*|`[^`]+`)")


def when(moment: datetime) -> str:
    """`22 November 2026, 14:05 UTC`; `2026年11月22日 23:05 JST`."""
    return f"{said(moment, 'moment')} {zone_in_words(moment)}"


def day(moment: datetime) -> str:
    """`22 November 2026`; `2026年11月22日`."""
    return said(moment, "day")


def iso(moment: datetime) -> str:
    """For the `datetime` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def clock(moment: datetime, since: datetime | None = None) -> str:
    """`14:05:09`; with its day in front (`26 Nov 14:05:09`) where that is another than the day of `since`."""
    zone = time_zone()
    same_day = since is None or since.astimezone(zone).date() == moment.astimezone(zone).date()
    return said(moment, "clock") if same_day else f"{said(moment, 'short')} {said(moment, 'clock')}"


def stressed(text: str) -> Markup:
    """Text in which `*words*` are to be stressed, and what stands in backticks is code."""
    return Markup("").join(_stressed(part) for part in _STRESSED.split(text))


def _stressed(part: str) -> Markup:
    for sign, around in _SIGNS.items():
        if len(part) > 2 and part[0] == part[-1] == sign:
            return around.format(part[1:-1])
    return escape(part)


def init_app(app: Flask) -> None:
    """Give the filters to the templates, and static addresses that change with their files."""
    for fltr in (when, day, iso, clock, zone_in_words, stressed, number, say, recalled):
        app.add_template_filter(fltr)
    versions: dict[str, str] = {}

    def static_url(filename: str) -> str:
        if filename not in versions or app.debug:
            content = (Path(app.root_path) / "static" / filename).read_bytes()
            versions[filename] = hashlib.sha256(content).hexdigest()[:12]
        return url_for("static", filename=filename, v=versions[filename])

    app.add_template_global(static_url)
