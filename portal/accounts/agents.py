"""A browser in words, from what it says of itself: enough for a person to know their own devices again."""

from __future__ import annotations

from portal.language import gettext as _

_BROWSERS = (  # in this order, for most of them name others besides
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
LOOKED_AT = 400


def described(user_agent: str) -> str:
    """`Firefox on Windows`, from the User-Agent header; of what is not known nothing is said. Never longer than 40."""
    said = user_agent[:LOOKED_AT]
    browser = next((name for sign, name in _BROWSERS if sign in said), "")
    system = next((name for sign, name in _SYSTEMS if sign in said), "")
    return " on ".join(part for part in (browser, system) if part)


def said(agent: str) -> str:
    """A browser as its owner knows it, in their language; empty for one of which nothing is known."""
    browser, on, system = agent.partition(" on ")
    return _("%(browser)s on %(system)s", browser=browser, system=system) if on else agent
