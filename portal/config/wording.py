"""Texts that the seller may put in place of the portal's own, by language and name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

LONGEST = 600
LANGUAGES = ("en", "ja")
"""As ``portal.language`` speaks them."""

Wording = Mapping[str, Mapping[str, str]]
"""Language, name, text."""
NONE: Wording = MappingProxyType({})


@dataclass(frozen=True)
class Place:
    """Where a text stands; what it says unless the seller has words of their own is marked there."""

    file: str
    default: str | None
    """How the portal's own text begins; None where there is none, and nothing is shown."""


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "welcome_headline": Place("templates/site/index.html", "Your purchases from"),
        "welcome_lead": Place("templates/site/index.html", "Here you set up what you bought"),
        "signup_lead": Place("templates/signup/signup.html", None),
        "signin_lead": Place("templates/signin/signin.html", "To see your contracts and what they include."),
        "contract_lead": Place("templates/contracts/show.html", None),
        "footer_note": Place("templates/base.html", None),
        "mail_sign_off": Place("mail/frames.py", None),
    }
)
"""Every text that may be replaced."""


def read_wording(path: str) -> tuple[Wording, list[str]]:
    """The texts of this file, and what is wrong with them."""
    if not path:
        return NONE, []
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, tomllib.TOMLDecodeError):
            return NONE, [f"WORDING_FILE is not TOML: {error}"]
        return NONE, [f"WORDING_FILE names a file that cannot be read: {path}"]
    problems = [problem for code, texts in found.items() for problem in _wrong(code, texts)]
    return (NONE, problems) if problems else (_tidy(found), [])


def _wrong(code: str, texts: object) -> list[str]:
    if code not in LANGUAGES:
        return [f"WORDING_FILE has a language that is not spoken here: `{code[:20]}`; there are {_names(LANGUAGES)}."]
    if not isinstance(texts, dict):
        return [f"WORDING_FILE: `{code}` must be a table, as `[{code}]`."]
    problems = []
    for name, text in texts.items():
        if name not in PLACES:
            problems.append(f"WORDING_FILE has no text `{name[:40]}` to replace; there are {_names(PLACES)}.")
        elif not isinstance(text, str) or not text.strip():
            problems.append(f"WORDING_FILE: `{name}` in [{code}] must be a text in quotes.")
        elif len(text) > LONGEST:
            problems.append(f"WORDING_FILE: `{name}` in [{code}] must not be longer than {LONGEST} characters.")
    return problems


def _tidy(found: dict[str, dict[str, str]]) -> Wording:
    return {code: {name: " ".join(text.split()) for name, text in texts.items()} for code, texts in found.items()}


def _names(names: tuple[str, ...] | Mapping[str, Place]) -> str:
    return ", ".join(f"`{name}`" for name in names)
