"""Confirming that it is still the same person: before what could take an account or an organisation away, whoever sits
at the browser shows it once more. Having just signed in is as good.

The browser's session, which is signed, holds when that was. It ends with the session.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import TypeVar, cast

from flask import Flask, flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, user_logged_in

from portal.database import utcnow
from portal.language import gettext as _
from portal.web.visitor import unknown

CONFIRMED = "confirmed_at"
GOOD_FOR = timedelta(minutes=10)
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def init_app(app: Flask) -> None:
    """Take a sign-in for a confirmation."""
    user_logged_in.connect(_signed_in, app)


def _signed_in(_app: Flask, **_who: object) -> None:
    confirm(utcnow())


def confirm(now: datetime) -> None:
    """Whoever sits at this browser has shown who they are."""
    session[CONFIRMED] = int(now.timestamp())


def is_confirmed(now: datetime) -> bool:
    """Whether they did so a moment ago."""
    at = session.get(CONFIRMED)
    return isinstance(at, int) and timedelta(0) <= now - datetime.fromtimestamp(at, now.tzinfo) < GOOD_FOR


def confirmed_first(page: str | None = None) -> Callable[[View], View]:
    """The view is for somebody signed in who has just confirmed that it is them; others are asked to, and come back.

    Args:
        page: the endpoint to come back to after a form that came too late; without it, the address of the form.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**args: object) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return unknown()
            if is_confirmed(utcnow()):
                return view(**args)
            if request.accept_mimetypes.best == "application/json":
                return jsonify(problem=_("Please load this page again and confirm that it is you.")), 401
            looking = request.method in LOOKING
            if not looking:
                flash(_("Nothing was changed yet: please confirm that it is you, and send it again."), "notice")
            back = url_for(page) if page and not looking else request.full_path.removesuffix("?")
            return redirect(url_for("profile.confirm", next=back), 303)

        return cast("View", guarded)

    return guard
