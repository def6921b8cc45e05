"""The seller's logo, colour and words: what is refused, with what words; and that every colour can be read."""

import re
from pathlib import Path

import pytest

from laptop.environment import ROOT
from portal.config import ConfigurationError, Settings, wording
from portal.config.colours import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    OURS,
    Colours,
    Scheme,
    contrast,
    mix,
    shades,
    too_faint,
)
from portal.config.wording import PLACES
from portal.language import LANGUAGES
from tests.cast import PIXEL

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
CIRCLE = '<circle cx="4" cy="4" r="4" fill="#c00"/>'
TOKENS = (ROOT / "portal" / "static" / "css" / "tokens.css").read_text(encoding="utf-8")


def settings(**more: str) -> Settings:
    return Settings.from_environment({"SECRET_KEY": "s" * 32, "PORTAL_URL": "https://portal.example"} | more)


def problems(**more: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        settings(**more)
    return str(refused.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


# --- Logo -------------------------------------------------------------------------------------------------------


def test_without_settings_there_is_no_brand():
    found = settings()
    assert (found.brand_logo, found.brand_colours, dict(found.wording)) == (None, None, {})


def test_a_png_is_taken(file: Path):
    file.write_bytes(PIXEL)
    logo = settings(BRAND_LOGO=str(file)).brand_logo
    assert logo
    assert (logo.content, logo.content_type) == (PIXEL, "image/png")


@pytest.mark.parametrize(
    "inside",
    [
        CIRCLE,
        "<style>@media (prefers-color-scheme: dark) { circle { fill: #fff } }</style>" + CIRCLE,
        '<defs><linearGradient id="g"/></defs><rect fill="url(#g)"/>',
        '<defs><path id="p" d="M0 0"/></defs><use href="#p"/>',
        "<rect style=\"fill: url( '#g' )\"/>",
    ],
)
def test_an_svg_that_shows_a_picture_is_taken(file: Path, inside: str):
    file.write_text('<?xml version="1.0"?>' + SVG.format(inside))
    logo = settings(BRAND_LOGO=str(file)).brand_logo
    assert logo
    assert logo.content_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>', "<script>"),
        ("<foreignObject/>", "<foreignobject>"),
        ('<circle onload="alert(1)"/>', "`onload`"),
        ('<circle ONCLICK="alert(1)"/>', "`onclick`"),
        ('<image href="https://elsewhere.example/x.png"/>', "`href`"),
        ('<use xmlns:l="http://www.w3.org/1999/xlink" l:href="other.svg#x"/>', "`href`"),
        ('<a href="javascript:alert(1)"/>', "`href`"),
        ('<a href="data:text/html,x"/>', "`href`"),
        ('<set attributeName="href" to="javascript:alert(1)"/>', "`to`"),
        ('<rect style="fill: url(https://elsewhere.example/x)"/>', "`style`"),
        ('<rect fill="url( //elsewhere.example/x#y)"/>', "`fill`"),
        ("<style>@import 'https://elsewhere.example/x.css';</style>", "a style"),
        ("<style>a { b: url(x.png) }</style>", "a style"),
        ("<style><g/>a { b: url(x.png) }</style>", "a style"),
        ("<style>a { b: u<g/>rl(x.png) }</style>", "a style"),
        ("<style>a { b: u\\72l(x.png) }</style>", "a style"),
        ("<style>@imp<!-- -->ort 'x.css'; a { b: url(x) }</style>", "a style"),
        ("<style>a { b: u<![CDATA[rl(x.png)]]> }</style>", "a style"),
    ],
)
def test_an_svg_that_does_more_is_refused(file: Path, inside: str, said: str):
    file.write_text(SVG.format(inside))
    refused = problems(BRAND_LOGO=str(file))
    assert ("BRAND_LOGO must not" in refused, said in refused) == (True, True), refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "must be an SVG or a PNG"),
        (b"GIF89a", "must be an SVG or a PNG"),
        (b"<html/>", "must be an SVG or a PNG"),
        (b"<svg/>", "must be an SVG or a PNG"),
        (SVG.format("<g>").encode(), "must be an SVG or a PNG"),
        (PIXEL[:40], "damaged PNG"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("").encode(), "<!DOCTYPE>"),
        (b'<?xml-stylesheet href="x.css"?>' + SVG.format("").encode(), "instructions"),
        (SVG.format(" " * 65536).encode(), "smaller than 64 KB"),
    ],
)
def test_what_is_no_logo_is_refused(file: Path, content: bytes, said: str):
    file.write_bytes(content)
    assert said in problems(BRAND_LOGO=str(file))


def test_a_logo_that_is_not_there_is_said(file: Path):
    assert f"BRAND_LOGO names a file that cannot be read: {file}" in problems(BRAND_LOGO=str(file))


# --- Colour -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#000000", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float):
    assert round(contrast(one, other), 2) == ratio


def test_half_of_two_colours_lies_between_them():
    assert mix("#000000", "#ff8000", 0.5) == "#804000"


EIGHTHS = ("00", "24", "49", "6d", "92", "b6", "db", "ff")


def test_every_colour_gets_shades_that_can_be_read():
    every = (f"#{red}{green}{blue}" for red in EIGHTHS for green in EIGHTHS for blue in EIGHTHS)
    assert {colour: wrong for colour in every if (wrong := too_faint(shades(colour)))} == {}


@pytest.mark.parametrize("colour", ["#0b6261", "#c8102e", "#1d4ed8", "#fff3a3"])
def test_on_a_light_page_buttons_have_the_colour_itself(colour: str):
    assert shades(colour).light.accent == colour


def test_text_on_a_pale_button_is_dark_and_on_a_strong_one_light():
    assert (shades("#fff3a3").light.on_accent, shades("#c8102e").light.on_accent) == ("#000000", "#ffffff")


def test_what_would_be_too_faint_is_said_with_its_ratio():
    pale = Scheme(**{**vars(OURS.light), "on_accent": "#0b6261", "link": "#777777"})
    first, *others = too_faint(Colours(pale, OURS.dark))
    assert (first, "a link in the light scheme" in others[-1]) == (
        "text on buttons in the light scheme would have a contrast of 1.00:1, and needs 4.5:1.",
        True,
    )


@pytest.mark.parametrize("text", ["red", "#abc", "0b6261", "#0b62610", "#0b626g", "#0b6261;}"])
def test_what_is_no_colour_is_refused(text: str):
    assert "BRAND_COLOUR must be a colour as `#0b6261`" in problems(BRAND_COLOUR=text)


def test_our_own_colours_are_those_of_the_stylesheet():
    light, dark = TOKENS.split("@media")
    told = [
        (found[1], found[1]) if (found := re.search(rf"--{name.replace('_', '-')}: (\S+);", sheet)) else None
        for scheme, sheet in ((OURS.light, light), (OURS.dark, dark))
        for name in vars(scheme)
        if name != "mark"
    ]
    mine = [
        (value, value) for scheme in (OURS.light, OURS.dark) for name, value in vars(scheme).items() if name != "mark"
    ]
    assert told == mine


def test_the_grounds_are_those_of_the_stylesheet():
    light, dark = TOKENS.split("@media")
    found = [
        re.search(rf"--{name}: (\S+);", sheet) for sheet in (light, dark) for name in ("page", "surface", "sunken")
    ]
    assert [one[1] for one in found if one] == [*LIGHT_GROUNDS, *DARK_GROUNDS]


# --- Words ------------------------------------------------------------------------------------------------------


def test_words_are_read_by_language_and_name(file: Path):
    file.write_text('[en]\nwelcome_headline = "Hello  there"\n[ja]\nfooter_note = "ようこそ"\n', encoding="utf-8")
    assert settings(WORDING_FILE=str(file)).wording == {
        "en": {"welcome_headline": "Hello there"},
        "ja": {"footer_note": "ようこそ"},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[en]\nwelcome_headlin = "x"', "has no text `welcome_headlin` to replace; there are `welcome_headline`"),
        ('[fr]\nwelcome_headline = "x"', "a language that is not spoken here: `fr`; there are `en`, `ja`"),
        ('welcome_headline = "x"', "a language that is not spoken here: `welcome_headline`"),
        ('en = "x"', "`en` must be a table, as `[en]`"),
        ("[en]\nwelcome_headline = 3", "`welcome_headline` in [en] must be a text in quotes"),
        ('[en]\nwelcome_headline = " "', "`welcome_headline` in [en] must be a text in quotes"),
        (f'[en]\nwelcome_headline = "{"x" * 601}"', "must not be longer than 600 characters"),
        ("[en", "WORDING_FILE is not TOML"),
    ],
)
def test_words_that_stand_nowhere_are_refused(file: Path, text: str, said: str):
    file.write_text(text)
    assert said in problems(WORDING_FILE=str(file))


def test_a_file_of_words_that_is_not_there_is_said(file: Path):
    assert "WORDING_FILE names a file that cannot be read" in problems(WORDING_FILE=str(file))


def test_the_languages_are_those_that_are_spoken():
    assert set(wording.LANGUAGES) == set(LANGUAGES)


def test_everything_that_is_wrong_is_said_at_once(file: Path):
    refused = problems(BRAND_LOGO=str(file), BRAND_COLOUR="red", WORDING_FILE=str(file))
    assert [name for name in ("BRAND_LOGO", "BRAND_COLOUR", "WORDING_FILE") if name not in refused] == []


def test_there_are_words_to_replace():
    assert len(PLACES) == 7
