"""Whether everything the portal stands on is right: the last check-up, and what can be seen at this moment.

AWS is not asked while the page is drawn: the worker examines, once an hour and when somebody presses the button.
Whether the worker itself is alive, its check-ups cannot tell, so the page looks itself.
"""

from __future__ import annotations

from itertools import groupby

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from portal.blueprints.staff.gate import blueprint
from portal.database import utcnow
from portal.doctor import database, kept, redis, worker
from portal.doctor.checkup import CheckUp
from portal.doctor.lines import Line, State, counts, in_words, worst
from portal.jobs import later
from portal.jobs.heartbeat import signs
from portal.language import gettext as _
from portal.services import settings

SOON, CALM = 2, 15
"""Seconds between two looks of an open page: while a check-up is made, and otherwise."""
EVERY = 1_000


@blueprint.get("/doctor")
def doctor() -> ResponseReturnValue:
    """Every line, those that are not right once more at the top."""
    checkup, on_its_way = _kept()
    lines = kept.up_to_date(checkup.lines if checkup else [], _at_this_moment())
    return render_template(
        "staff/doctor.html",
        checkup=checkup,
        is_old=bool(checkup and checkup.made_at < utcnow() - kept.OLD),
        on_its_way=on_its_way,
        summary=in_words(counts(lines)),
        troubles=worst(lines, EVERY),
        parts=[(part, list(group)) for part, group in groupby(lines, key=lambda line: line.part)],
        worst_state=next(iter(worst(lines, 1)), Line("settings", "", State.OK, "")).state,
        refresh_seconds=SOON if on_its_way else CALM,
    )


@blueprint.post("/doctor")
def check_up() -> ResponseReturnValue:
    """Ask the worker for a check-up; the page follows."""
    later.check_up()
    if any(line.key == worker.ROLES["jobs"].key and line.state is not State.OK for line in _at_this_moment()):
        flash(_("No worker is alive that could do it: see below."), "warning")
    else:
        flash(_("The worker is examining everything. This page follows by itself."), "notice")
    return redirect(url_for("staff.doctor"), 303)


def _kept() -> tuple[CheckUp | None, bool]:
    """The last check-up, and whether another is being made."""
    try:
        return kept.latest(current_app.extensions["jobs"].connection), later.check_up_is_on_its_way()
    except (RedisError, OSError):
        return None, False


def _at_this_moment() -> list[Line]:
    connection = current_app.extensions["jobs"].connection
    has_queue = settings().notifications_queue_url is not None
    return [
        database.look_quickly(settings()),
        redis.look_quickly(connection),
        *worker.look_quickly(lambda: signs(connection), has_queue=has_queue),
    ]
