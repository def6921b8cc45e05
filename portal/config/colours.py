"""The seller's colour: its shades in light and dark, each with contrast enough (WCAG 2.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLACK, WHITE = "#000000", "#ffffff"
TEXT, MARK = 4.5, 3.0
"""The contrast of text with what it stands on; of a line or a ring with what is around it."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 50


@dataclass(frozen=True)
class Scheme:
    """The shades of one scheme, by the names that tokens.css has for them."""

    accent: str
    """Fills buttons."""
    on_accent: str
    accent_hover: str
    mark: str
    """Lines, rings and ticks."""
    link: str
    accent_soft: str
    accent_line: str


@dataclass(frozen=True)
class Colours:
    """Both schemes."""

    light: Scheme
    dark: Scheme

    @property
    def stylesheet(self) -> str:
        """What is laid over tokens.css."""
        return (
            f":root {{\n{_tokens(self.light)}}}\n\n"
            f"@media (prefers-color-scheme: dark) {{\n:root {{\n{_tokens(self.dark)}}}\n}}\n"
        )


LIGHT_GROUNDS = ("#f5f7f5", "#ffffff", "#eef2ef")
DARK_GROUNDS = ("#0e1414", "#161d1d", "#1d2625")
"""The page, a surface, what is sunken: as in tokens.css."""

OURS = Colours(
    Scheme("#0b6261", "#ffffff", "#084a4a", "#0b6261", "#0a5b5a", "#e0efec", "#a9cec8"),
    Scheme("#68cbc0", "#062321", "#8adbd2", "#68cbc0", "#82d8ce", "#15302d", "#2b5a54"),
)
"""Without a colour of the seller's: as in tokens.css."""


def read_colour(text: str) -> tuple[Colours | None, list[str]]:
    """The shades of a colour that is written `#rrggbb`, and what is wrong with it."""
    if not text:
        return None, []
    if not _COLOUR.fullmatch(text):
        return None, [f"BRAND_COLOUR must be a colour as `#0b6261`, not `{text[:20]}`."]
    colours = shades(text.lower())
    return colours, [f"BRAND_COLOUR {text} cannot be used: {problem}" for problem in too_faint(colours)]


def shades(colour: str) -> Colours:
    """Derive both schemes: darker on light, lighter on dark, until what has to be seen is seen."""
    return Colours(
        _scheme(colour, colour, LIGHT_GROUNDS, towards=BLACK, soft=0.12),
        _scheme(colour, _until(MARK, colour, DARK_GROUNDS, WHITE), DARK_GROUNDS, towards=WHITE, soft=0.14),
    )


def _scheme(colour: str, accent: str, grounds: tuple[str, ...], *, towards: str, soft: float) -> Scheme:
    on_accent = max((WHITE, BLACK), key=lambda ink: (contrast(ink, accent) >= TEXT, ink == WHITE))
    accent_soft = mix(grounds[1], colour, soft)
    return Scheme(
        accent=accent,
        on_accent=on_accent,
        # Away from the text on it, so that its contrast only grows.
        accent_hover=mix(accent, BLACK if on_accent == WHITE else WHITE, 0.22),
        mark=_until(MARK, colour, (*grounds, accent_soft), towards),
        link=_until(TEXT, colour, (*grounds, accent_soft), towards),
        accent_soft=accent_soft,
        accent_line=mix(grounds[1], colour, 0.4),
    )


def _until(least: float, colour: str, grounds: tuple[str, ...], towards: str) -> str:
    for step in range(_STEPS + 1):
        shade = mix(colour, towards, step / _STEPS)
        if all(contrast(shade, ground) >= least for ground in grounds):
            return shade
    return towards


def too_faint(colours: Colours) -> list[str]:
    """What does not reach its contrast, with the ratio."""
    return [
        f"{what} in the {name} scheme would have a contrast of {ratio:.2f}:1, and needs {least}:1."
        for name, scheme, grounds in (("light", colours.light, LIGHT_GROUNDS), ("dark", colours.dark, DARK_GROUNDS))
        for what, ratio, least in _ratios(scheme, grounds)
        if ratio < least
    ]


def _ratios(scheme: Scheme, grounds: tuple[str, ...]) -> Iterator[tuple[str, float, float]]:
    yield "text on buttons", contrast(scheme.on_accent, scheme.accent), TEXT
    yield "text on buttons pointed at", contrast(scheme.on_accent, scheme.accent_hover), TEXT
    yield "a link", min(contrast(scheme.link, ground) for ground in (*grounds, scheme.accent_soft)), TEXT
    yield "a focus ring", min(contrast(scheme.mark, ground) for ground in grounds), MARK


def contrast(one: str, other: str) -> float:
    """How well one colour is told from another: 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(colour: str, other: str, share: float) -> str:
    """The colour with so much of the other in it: 0 to 1."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _tokens(scheme: Scheme) -> str:
    return "".join(f"  --{name.replace('_', '-')}: {value};\n" for name, value in vars(scheme).items())
