"""The dashboard: how everything is, to look at rather than read."""

from __future__ import annotations

from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from portal.blueprints.staff.gate import blueprint
from portal.database import utcnow
from portal.doctor.kept import Summary, summary
from portal.jobs import later
from portal.jobs.heartbeat import alive
from portal.language import gettext as _
from portal.services import settings, sources
from portal.staff.attention import queues
from portal.staff.attention.queue_names import QUEUES
from portal.staff.overview.dashboard import COUNTERS, PERIODS, now_waiting
from portal.staff.overview.figures import kept
from portal.web.dashboard_words import arrivals, by_state, hours, milliseconds
from portal.web.health_words import health, in_words, spending

REFRESH_SECONDS = 15
LATE_SECONDS = 300
"""Figures that are older than this tell that the clock does not count."""


@blueprint.get("/dashboard")
def dashboard() -> ResponseReturnValue:
    """All of it; an open page renews itself."""
    asked = request.args.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else PERIODS[1]
    problem = (
        None
        if asked in {"", str(days)}
        else _("Arrivals are told of %(periods)s days.", periods=", ".join(map(str, PERIODS)))
    )
    now = utcnow()
    figures = kept(COUNTERS, now)
    waits = now_waiting(now)
    delays = figures["delays"].value
    as_of = min(figure.counted_at for figure in figures.values())
    budgets = [sources().marketplace.budget, sources().agreements.budget]
    html = render_template(
        "staff/dashboard.html",
        contracts=by_state(figures["contracts"].value),
        funnel=arrivals(figures["arrivals"].value[str(days)]),
        days=days,
        periods=PERIODS,
        problem=problem,
        messages=hours(figures["messages"].value, figures["messages"].counted_at),
        delays={**delays, "median_words": milliseconds(delays["median"]), "p99_words": milliseconds(delays["p99"])},
        waits=waits,
        queues=QUEUES,
        counts=queues.counts(now),
        checkup=_checkup(now),
        oldest_words=in_words(now - waits.oldest_unsettled_at) if waits.oldest_unsettled_at else None,
        health=health(budgets, _roles(), waits, now, sends_mail=bool(settings().smtp_url)),
        budgets=spending(budgets),
        as_of=as_of,
        is_late=(now - as_of).total_seconds() > LATE_SECONDS,
        refresh_seconds=REFRESH_SECONDS,
    )
    return html, 400 if problem else 200


def _checkup(now: datetime) -> Summary | None:
    """The doctor's last check-up; None when none is kept, or Redis does not answer."""
    try:
        return summary(later.connection(), now, most=3)
    except (RedisError, OSError):
        return None


def _roles() -> dict[str, int] | None:
    """How many processes of the worker are alive in each role; None when Redis does not answer."""
    try:
        return dict(alive(later.connection()))
    except (RedisError, OSError):
        return None
