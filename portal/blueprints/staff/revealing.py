"""Showing what is masked: asked for, written down, and for some minutes only."""

from __future__ import annotations

import re

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.database import transaction, utcnow
from portal.web.addresses import ours_or
from portal.web.console import reveal
from portal.web.fields import one_line

_THING = re.compile(r"[a-z_]{1,20}:[A-Za-z0-9-]{1,60}")
_KIND = re.compile(r"[a-z]{1,20}")


@blueprint.post("/reveal")
def reveal_value() -> ResponseReturnValue:
    """Show one value of one thing unmasked, and go back to where it stands."""
    thing, kind, back = (request.form.get(name, "") for name in ("thing", "kind", "back"))
    if not _THING.fullmatch(thing) or not _KIND.fullmatch(kind):
        abort(400)
    now, why = utcnow(), one_line(request.form.get("why"))
    with transaction():
        audit.record(staff_member().actor, "revealed", thing, why=why, kind=kind)
    reveal(thing, kind, now)
    return redirect(ours_or(back, url_for("staff.home")), 303)
