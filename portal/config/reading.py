"""Reading variables one at a time, and remembering what was wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from portal.config.variables import SECRETS, SETTINGS


class Reader:
    """Reads variables one at a time and remembers what was wrong with them, as `problems`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._defaults = {setting.name: setting.default for setting in SETTINGS}
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The variable's text, or that of the file it names; its default when unset."""
        value = self._environ.get(name, "").strip()
        file = self._environ.get(f"{name}_FILE", "").strip() if name in SECRETS else ""
        if file and value:
            self._wrong(f"{name} and {name}_FILE are both set: keep one.")
        if file and not value:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                self._wrong(f"{name}_FILE names a file that cannot be read: {file}")
        return value or self._defaults[name]

    def several(self, name: str) -> tuple[str, ...]:
        """What stands between commas or on lines of its own, in its order."""
        return tuple(part.strip() for part in self.text(name).replace("\n", ",").split(",") if part.strip())

    def boolean(self, name: str, default: str) -> bool:
        """Whether it says `true`."""
        value = (self.text(name) or default).lower()
        if value not in {"true", "false"}:
            self._wrong(f"{name} must be `true` or `false`, not `{value}`.")
        return value != "false"

    def whole_number(self, name: str, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.text(name)
        small = value.isascii() and value.isdigit() and len(value) <= len(str(most))
        if not small or not least <= int(value) <= most:
            self._wrong(f"{name} must be a whole number from {least} to {most}, not `{value[:20]}`.")
            return least
        return int(value)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """One of some words, whatever their case."""
        value = self.text(name).upper()
        if value not in choices:
            self._wrong(f"{name} must be one of {', '.join(choices)}, not `{value}`.")
        return value

    def _wrong(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
