"""The parts of the site, and what belongs to each: its templates that are pages, and its addresses that show one."""

import re
from pathlib import Path

from flask import Flask

from laptop.environment import ROOT

TEMPLATES = ROOT / "portal" / "templates"
BASES = re.compile(r"\{%-? extends \"([^\"]+)\"")

NO_PAGES = {
    "health.alive": "for load balancers",
    "health.ready": "for load balancers",
    "oidc.begin": "leads to the identity provider",
    "oidc.come_back": "leads on, with a message, or shows that the provider is away, as oidc.begin does",
    "organisation.open_invitation": "leads to organisation.invitation",
    "site.brand_css": "a stylesheet",
    "site.brand_logo": "a picture",
    "site.brand_mark": "a picture",
    "site.security_txt": "a text for programs",
    "site.speak": "leads back in another language",
    "staff.audit_export": "a file",
    "staff.confirmation_json": "a file",
    "staff.contracts_file": "a file",
    "static": "files",
}
"""Addresses that answer a GET with no page of their own, and why."""


def folders() -> set[str]:
    return {path.name for path in TEMPLATES.iterdir() if path.is_dir() and path.name != "_partials"}


def everything_of(part: str, app: Flask) -> set[str]:
    """All templates and endpoints of a part that somebody has to look at."""
    return templates_of(part) | addresses_of(part, app)


def templates_of(part: str) -> set[str]:
    """Those that are pages: no pieces of others, and nothing that others are made from."""
    found = [path for path in (TEMPLATES / part).rglob("*.html") if not path.name.startswith("_")]
    bases = {base for path in TEMPLATES.rglob("*.html") for base in BASES.findall(path.read_text(encoding="utf-8"))}
    return {_name(path) for path in found} - bases


def addresses_of(part: str, app: Flask) -> set[str]:
    """Endpoints that answer a GET with a page."""
    looks = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    return {one for one in looks if one.partition(".")[0] == part} - set(NO_PAGES)


def _name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()
