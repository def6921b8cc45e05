"""The audit log, for the console's admins: who did what, when, why."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from portal import audit
from portal.audit import chain
from portal.blueprints.staff.gate import asked_for, blueprint, needs, staff_member
from portal.database import transaction, utcnow
from portal.language import gettext as _
from portal.staff import journal
from portal.staff.journal import Asked
from portal.staff.models import StaffRole
from portal.web.fields import one_line
from portal.web.filters import iso
from portal.web.spreadsheet import safe_cell

FILTERS = ("actor", "action", "thing", "since", "until")
COLUMNS = ("entry", "at", "actor", "action", "thing", "why", "detail")


@blueprint.get("/audit")
@needs(StaffRole.ADMIN)
def audit_log() -> ResponseReturnValue:
    """The lines, the newest first; who, what, which thing and when stand in the address."""
    asked, problem = _asked()
    before = request.args.get("before", "")
    entries, following = journal.page_of(asked, int(before) if before.isdecimal() and len(before) < 19 else None)
    wanted = {name: one_line(request.args.get(name)) for name in FILTERS}
    page = render_template(
        "staff/audit.html",
        entries=entries,
        names=journal.names_of(entries),
        following=following,
        wanted=wanted,
        wanted_for_links={name: word for name, word in wanted.items() if word},
        problem=problem,
        head=chain.head(),
    )
    return page, 400 if problem else 200


@blueprint.get("/audit.csv")
@needs(StaffRole.ADMIN)
def audit_export() -> ResponseReturnValue:
    """The same lines as a file, the oldest first, streamed."""
    asked, problem = _asked()
    if problem:
        return audit_log()
    with transaction():
        audit.record(staff_member().actor, "exported", "page:audit", query=asked_for())
    name = f"audit-{utcnow():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(stream_with_context(_lines(asked)), mimetype="text/csv", headers=headers)


def _lines(asked: Asked) -> Iterator[str]:
    yield _line(COLUMNS)
    for entry in journal.all_of(asked):
        detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True)
        yield _line((str(entry.id), iso(entry.at), entry.actor, entry.action, entry.thing, entry.why or "", detail))


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


def _asked() -> tuple[Asked, str | None]:
    """What the address asks for, and what is wrong with it."""
    since, until = _day("since"), _day("until")
    problem = None
    if any(request.args.get(name) and day is None for name, day in (("since", since), ("until", until))):
        problem = _("Please write a day as year-month-day, such as 2026-11-25.")
    words = {name: one_line(request.args.get(name)) for name in ("actor", "action", "thing")}
    return Asked(**words, since=since, until=until + timedelta(days=1) if until else None), problem


def _day(name: str) -> datetime | None:
    try:
        return datetime.strptime(request.args.get(name, ""), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
