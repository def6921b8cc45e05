"""Which language a page is in, and where its times are told.

A language that was chosen here is kept in a cookie; else the browser's is taken, else English. Times are told in the
zone that a person has set, else in the one their browser is in (app.js says which, in a cookie), else in the usual one
of the language. Both cookies are read as they are sent: what is no language or zone of ours is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

from portal.language import DEFAULT, LANGUAGES, USUAL_ZONES, Speech, language, zone_named
from portal.web.cookies import bound, bound_here

LANGUAGE, TIME_ZONE = "language", "time_zone"
"""The cookies; with HTTPS bound to this host."""
KEPT_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Voice:
    """How a reader is spoken to."""

    language: str
    time_zone: str


def init_app(app: Flask) -> None:
    """Let the pages speak."""
    Speech().speak(app, lambda: voice().language, lambda: voice().time_zone)
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # lines of a text in a template are lines of the template only
    app.jinja_env.globals.update(language=language, languages=LANGUAGES, this_page=this_page)
    app.after_request(_tell_caches)


def voice_for(environ: Mapping[str, Any], *, https: bool) -> Voice:
    """How to speak to whoever sent this request; looks at the request alone, so that it can be asked ahead of Flask."""
    cookies = parse_cookie(environ.get("HTTP_COOKIE"))
    chosen = cookies.get(bound(LANGUAGE, https=https), "")
    if chosen not in LANGUAGES:
        wanted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
        # Of `ja-JP, en;q=0.5` the first is meant, though the second is exactly ours.
        ours = (tag.partition("-")[0].lower() for tag, quality in wanted if quality > 0)
        chosen = next((code for code in ours if code in LANGUAGES), DEFAULT)
    zone = zone_named(cookies.get(bound(TIME_ZONE, https=https)))
    return Voice(chosen, zone.key if zone else USUAL_ZONES.get(chosen, "UTC"))


def voice() -> Voice:
    """How to speak to whoever sent the request in hand; without one, in the usual way."""
    if not request:
        return Voice(DEFAULT, USUAL_ZONES[DEFAULT])
    return voice_for(request.environ, https=current_app.config["SESSION_COOKIE_SECURE"])


def choose(code: str | None = None, time_zone: str | None = None) -> None:
    """Speak this language to this browser from the next page on, and tell times in this zone; None leaves it be."""
    chosen = g.setdefault("chosen_speech", {})
    if code in LANGUAGES:
        chosen[LANGUAGE] = code
    if zone_named(time_zone):
        chosen[TIME_ZONE] = time_zone


def choose_exactly(code: str | None, time_zone: str | None) -> None:
    """As ``choose``; what is None is forgotten, and the browser is asked again."""
    choose(code, time_zone)
    for name in (LANGUAGE, TIME_ZONE):
        g.chosen_speech.setdefault(name, None)


def this_page() -> str:
    """Where the reader is, for a link that comes back: after a POST, the page of the form."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.removesuffix("?")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host:
        return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return request.path


def _tell_caches(response: Response) -> Response:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    for name, value in g.pop("chosen_speech", {}).items():
        httponly = name == LANGUAGE  # app.js asks whether a zone is known
        if value is None:
            response.delete_cookie(bound_here(name), samesite="Lax", secure=secure, httponly=httponly)
        else:
            response.set_cookie(
                bound_here(name), value, max_age=KEPT_FOR, samesite="Lax", secure=secure, httponly=httponly
            )
    if request.endpoint != "static" and not response.cache_control.public:
        response.vary.update(("Accept-Language", "Cookie"))
    return response
