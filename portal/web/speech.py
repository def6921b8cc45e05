"""Which language a page is in: the one chosen here, else the one the browser asks for, else English."""

from __future__ import annotations

from flask import Flask, request

from portal.language import LANGUAGES, Speech, language

COOKIE = "language"


def init_app(app: Flask) -> None:
    """Let the pages speak."""
    Speech().speak(app, _choose, lambda: None)
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # lines of a text in a template are lines of the template only
    app.jinja_env.globals.update(language=language, languages=LANGUAGES)


def _choose() -> str | None:
    if not request:
        return None
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES))
