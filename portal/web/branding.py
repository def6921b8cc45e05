"""The seller's logo, colour and words, for the pages to show."""

from __future__ import annotations

from hashlib import sha256

from flask import Flask, url_for

from portal.config import Settings
from portal.config.colours import DARK_GROUNDS, LIGHT_GROUNDS
from portal.language import language

SCHEMES = ("light", "dark")


def init_app(app: Flask, settings: Settings) -> None:
    """Give templates what they show of the brand."""
    logo, colours, words = settings.brand_logo, settings.brand_colours, settings.wording

    def brand_logo_url() -> str | None:
        return url_for("site.brand_logo", v=logo.version) if logo else None

    sheet_version = sha256(colours.stylesheet.encode()).hexdigest()[:12] if colours else ""

    def brand_css_url() -> str | None:
        return url_for("site.brand_css", v=sheet_version) if colours else None

    def brand_mark_url() -> str | None:
        return url_for("site.brand_mark", v=sheet_version) if colours else None

    # Around the page in the browser's own frame: bright on a light page, and on a dark one no lamp.
    around = (colours.light.accent, colours.dark.accent_soft) if colours else (LIGHT_GROUNDS[1], DARK_GROUNDS[1])

    def wording(name: str) -> str | None:
        return words.get(language(), {}).get(name)

    app.jinja_env.globals.update(brand_logo_url=brand_logo_url, brand_css_url=brand_css_url, wording=wording)
    app.jinja_env.globals.update(brand_mark_url=brand_mark_url, theme_colours=dict(zip(SCHEMES, around, strict=True)))
