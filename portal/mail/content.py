"""What a letter says, once, in pieces: the text and the HTML are both made of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.config.colours import OURS, Colours
from portal.config.wording import NONE, Wording
from portal.language import gettext as _


@dataclass(frozen=True)
class Sender:
    """Who writes, and where to get help."""

    seller: str
    portal_url: str
    support: str
    colours: Colours = OURS
    wording: Wording = field(default_factory=lambda: NONE, hash=False)

    @property
    def support_url(self) -> str:
        """The address behind a link to support."""
        return self.support if "://" in self.support else f"mailto:{self.support}"


@dataclass(frozen=True)
class Button:
    """What the reader is to do, and the address that does it."""

    label: str
    url: str


@dataclass(frozen=True)
class Step:
    """One of several things to do, in their order."""

    text: str
    url: str | None = None


@dataclass(frozen=True)
class Steps:
    """A numbered list."""

    items: tuple[Step, ...]


@dataclass(frozen=True)
class Facts:
    """Rows of a name and what is so; with `before`, what was so until now."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True)
class Fact:
    """One row."""

    name: str
    value: str
    before: str | None = None


@dataclass(frozen=True)
class Quiet:
    """Small print."""

    text: str


Part = str | Button | Steps | Facts | Quiet
"""A plain string is a paragraph."""


@dataclass(frozen=True)
class Content:
    """A subject and what stands below it, in the reader's language."""

    subject: str
    parts: tuple[Part, ...]

    def __init__(self, subject: str, *parts: Part) -> None:
        object.__setattr__(self, "subject", subject)
        object.__setattr__(self, "parts", parts)


def hello(name: str) -> str:
    """How every letter to a person begins."""
    return _("Hello %(name)s,", name=name)
