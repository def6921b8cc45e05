"""The texts that the portal marks, and their translations: `make words` brings the one up to date with the other.

For each language there is one file per area of the portal, so that two people can translate at a time. What is
translated stays, what nobody says any more goes, and what is new stands there empty, waiting for its translation.
The files are sorted, and name source files without their lines, so that they change only where words do.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from laptop.environment import ROOT

PORTAL = ROOT / "portal"
TRANSLATIONS = PORTAL / "translations"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    pattern: {"trimmed": "true", "silent": "false", "newstyle_gettext": "true", "encoding": "utf-8"}
    for pattern, method in METHODS
    if method == "jinja2"
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazily": None,
    "marked": None,
    "sentence": None,
    "ngettext": (1, 2),
    "counted": (1, 2),
    "pgettext": ((1, "c"), 2),
}
"""How a text is marked; ``portal.language`` and ``portal.sentences`` have the functions."""
AREAS: dict[str, tuple[str, ...]] = {
    "buyers": ("",),
    "account": (
        "accounts/",
        *(f"{kind}/{part}" for kind in ("blueprints", "templates") for part in ("profile", "organisation", "password")),
        *(f"{kind}/{part}" for kind in ("blueprints", "templates") for part in ("oidc", "second_factor", "members")),
        *(f"{kind}/{part}" for kind in ("blueprints", "templates") for part in ("verify", "invitation", "handover")),
    ),
    "letters": ("mail/", "templates/mail/", "templates/letters/"),
    "confirmation": (
        "confirmation/",
        "doctor/",
        "blueprints/staff/confirmation",
        "blueprints/staff/doctor",
        "templates/staff/confirmation",
        "templates/staff/doctor",
        "templates/staff/_doctor",
        "web/health_words",
    ),
    "explaining": (
        "staff/contract/",
        "notifications/",
        "templates/staff/contract",
        "web/contract_timeline",
        "web/timeline_picture",
    ),
    "console": (
        "staff/",
        "blueprints/staff/",
        "templates/staff/",
        "web/console",
        "web/dashboard_words",
        "web/desk",
        "web/drawing",
        "web/found",
        "web/renewal_words",
        "web/staff_words",
    ),
}
"""Which file a text is translated in, by where it is said; the longest beginning counts. A text that several areas say
belongs to the first of them."""
_NOISE = re.compile(
    rb'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By).*\n',
    re.MULTILINE,
)
_HEADER = "# {language} for the portal: {area}. Brought up to date by `make words`."


def area_of(path: str) -> str:
    """The area of a source file, whose path begins inside the portal."""
    _, area = max(
        (len(beginning), area) for area, all_ in AREAS.items() for beginning in all_ if path.startswith(beginning)
    )
    return area


def gather(portal: Path = PORTAL) -> list[Message]:
    """Every text that is marked, once, with the files that say it."""
    together = Catalog(fuzzy=False)
    found = extract_from_dir(
        portal, METHODS, OPTIONS, KEYWORDS, ("Translators:",), strip_comment_tags=True, directory_filter=_is_ours
    )
    for path, _line, text, comments, context in found:
        together.add(text, None, [(path, 0)], auto_comments=comments, context=context)
    return [message for message in together if message.id]


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in {"__pycache__", "static", "translations", "migrations"}


def translated(folder: Path) -> Iterator[tuple[Path, Message]]:
    """Every text in the files of a language, with its file."""
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as lines:
            yield from ((file, message) for message in read_po(lines, locale=folder.parent.name) if message.id)


def bring_up_to_date(language: str, texts: list[Message], translations: Path = TRANSLATIONS) -> dict[str, int]:
    """Write the files of a language.

    Returns:
        How many texts of each area have no translation yet.
    """
    folder = translations / language / "LC_MESSAGES"
    known = {_name(message): message for _file, message in translated(folder) if not message.fuzzy}
    missing = {}
    for area in AREAS:
        catalog = Catalog(locale=language, project="Marketplace Portal", fuzzy=False)
        catalog.header_comment = _HEADER.format(language=Locale.parse(language).english_name, area=area)
        for text in texts:
            if _area(text) == area:
                before = known.get(_name(text))
                catalog.add(
                    text.id,
                    before.string if before else None,
                    text.locations,
                    auto_comments=text.auto_comments,
                    user_comments=before.user_comments if before else (),
                    context=text.context,
                )
        _write(folder / f"{area}.po", catalog)
        missing[area] = sum(not is_translated(message) for message in catalog if message.id)
    return missing


def is_translated(message: Message) -> bool:
    """Whether all forms of it are said in the other language."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms) and not message.fuzzy


def _name(message: Message) -> tuple[object, str | None]:
    return message.id, message.context


def _area(message: Message) -> str:
    said_in = {area_of(path) for path, _line in message.locations}
    return next(area for area in AREAS if area in said_in)


def _write(file: Path, catalog: Catalog) -> None:
    if not any(message.id for message in catalog):
        file.unlink(missing_ok=True)
        return
    written = BytesIO()
    write_po(written, catalog, width=110, sort_output=True, include_lineno=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_NOISE.sub(b"", written.getvalue()))


def main(languages: list[str]) -> None:
    """Bring the named languages up to date, or all there are; a new name begins a new language."""
    texts = gather()
    for language in languages or sorted(folder.name for folder in TRANSLATIONS.iterdir() if folder.is_dir()):
        missing = {area: number for area, number in bring_up_to_date(language, texts).items() if number}
        waiting = ", ".join(f"{area}.po {number}" for area, number in missing.items())
        print(f"{language}: {len(texts)} texts, " + (f"to be translated: {waiting}" if waiting else "all translated"))


if __name__ == "__main__":
    main(sys.argv[1:])
