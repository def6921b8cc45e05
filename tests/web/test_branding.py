"""Pages and mail in the seller's look and words."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.config.colours import OURS, shades
from portal.config.wording import PLACES
from portal.language import speaking
from portal.mail import frames
from portal.mail.content import Button, Content
from portal.services import sender
from tests.cast import PIXEL, Somebody
from tests.portal_client import PortalClient

RED = "#c8102e"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="9" fill="#c00"/></svg>'
PAGES = ["/", "/signin", "/signup", "/nothing", "/marketplace/landing"]


@pytest.fixture(scope="session")
def branded_app(make_app: Callable[..., Flask], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("brand")
    (folder / "logo.svg").write_bytes(SVG)
    words = "\n".join(f'{name} = "Own words: <{name}>"' for name in PLACES)
    (folder / "words.toml").write_text(f"[en]\n{words}\n")
    return make_app(BRAND_LOGO=str(folder / "logo.svg"), BRAND_COLOUR=RED, WORDING_FILE=str(folder / "words.toml"))


@pytest.fixture
def branded(branded_app: Flask, app: Flask) -> PortalClient:
    return PortalClient(branded_app)


def address(html: str, what: str) -> str:
    found = re.search(rf'(?:href|src)="(/{what}\?v=[0-9a-f]{{12}})"', html)
    assert found, html[:2000]
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_the_logo_under_the_seller_s_name(branded: PortalClient, path: str):
    html = branded.get(path).html
    assert re.findall(r'<img class="seller-logo"[^>]* alt="([^"]+)"', html) == ["Tidemark"]
    assert "seller-mark" not in html


@pytest.mark.parametrize("path", PAGES)
def test_every_page_lays_the_colour_over_our_own(branded: PortalClient, path: str):
    sheets = re.findall(r'rel="stylesheet" href="([^"?]+)', branded.get(path).html)
    assert sheets[:2] == ["/static/css/tokens.css", "/brand.css"]


@pytest.mark.parametrize("path", PAGES)
def test_without_settings_nothing_of_it_is_there(client: PortalClient, path: str):
    html = client.get(path).html
    assert [word for word in ("/brand", "seller-logo", "footer-note") if word in html] == []
    assert "seller-mark" in html


@pytest.mark.parametrize("path", ["/brand.css", "/brand/mark.svg", "/brand/logo"])
def test_nor_at_its_address(client: PortalClient, path: str):
    assert client.get(path).status == 404


def test_the_stylesheet_is_of_the_colour_and_may_be_kept_for_good(branded: PortalClient):
    sheet = branded.http.get(address(branded.get("/").html, "brand.css"))
    assert (sheet.text, sheet.content_type) == (shades(RED).stylesheet, "text/css; charset=utf-8")
    assert (
        sheet.headers["Cache-Control"],
        "Accept-Language" in sheet.headers.get("Vary", ""),
        "Set-Cookie" in sheet.headers,
    ) == (
        "public, max-age=31536000, immutable",
        False,
        False,
    )


def test_the_mark_in_the_tab_has_the_colour_and_may_be_kept_for_good(branded: PortalClient):
    mark = branded.http.get(address(branded.get("/").html, "brand/mark.svg"))
    assert (f'fill="{RED}"' in mark.text, mark.content_type) == (True, "image/svg+xml")
    assert mark.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_its_tick_can_be_seen_on_a_pale_colour(make_app: Callable[..., Flask], app: Flask):
    mark = make_app(BRAND_COLOUR="#ffee88").test_client().get("/brand/mark.svg")
    assert 'stroke="#000000"' in mark.text


def test_the_browser_s_frame_has_the_colour_too(branded: PortalClient, client: PortalClient):
    light, dark = shades(RED).light.accent, shades(RED).dark.accent_soft
    colours = [re.findall(r'name="theme-color" content="([^"]+)"', one.get("/").html) for one in (branded, client)]
    assert colours == [[light, dark], ["#ffffff", "#161d1d"]]


def test_the_logo_is_the_file_and_may_be_kept_for_good(branded: PortalClient):
    logo = branded.http.get(address(branded.get("/").html, "brand/logo"))
    assert (logo.data, logo.content_type) == (SVG, "image/svg+xml")
    assert (
        logo.headers["Cache-Control"],
        logo.headers["X-Content-Type-Options"],
        "Accept-Language" in logo.headers.get("Vary", ""),
    ) == (
        "public, max-age=31536000, immutable",
        "nosniff",
        False,
    )


def test_opened_by_itself_the_logo_may_do_nothing(branded: PortalClient):
    assert branded.http.get("/brand/logo").headers.getlist("Content-Security-Policy") == [
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    ]


def test_the_pages_keep_their_policy(branded: PortalClient):
    policy = branded.get("/").headers["Content-Security-Policy"]
    assert ("style-src 'self';" in policy, "img-src 'self' data:" in policy, "unsafe" in policy) == (True, True, False)


def test_a_png_is_served_as_one(make_app: Callable[..., Flask], app: Flask, tmp_path: Path):
    (tmp_path / "logo").write_bytes(PIXEL)
    logo = make_app(BRAND_LOGO=str(tmp_path / "logo")).test_client().get("/brand/logo")
    assert (logo.data, logo.content_type) == (PIXEL, "image/png")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("welcome_headline", "/"),
        ("welcome_lead", "/"),
        ("signup_lead", "/signup"),
        ("signin_lead", "/signin"),
        ("footer_note", "/nothing"),
    ],
)
def test_the_seller_s_words_stand_there_as_plain_text(branded: PortalClient, name: str, path: str):
    assert f"Own words: &lt;{name}&gt;" in branded.get(path).html


def test_on_the_page_of_a_contract_too(branded: PortalClient, alice: Somebody, contract_page: str):
    branded.sign_in_as(alice)
    assert "Own words: &lt;contract_lead&gt;" in branded.get(contract_page).html


def test_in_a_language_without_words_of_the_seller_s_stand_ours(branded: PortalClient, client: PortalClient):
    japanese = {"Accept-Language": "ja"}
    mine, ours = (one.get("/", headers=japanese) for one in (branded, client))
    assert (mine.heading, "Own words" in mine.html) == (ours.heading, False)


def test_kept_pages_are_told_apart_by_their_brand(branded_app: Flask, app: Flask):
    assert branded_app.extensions["edition"] != app.extensions["edition"]


def letter(app: Flask, language: str) -> tuple[str, str]:
    content = Content("Subject", "Words.", Button("Press", "https://portal.example/x"))
    with app.app_context(), speaking(language):
        return frames.as_text(content, sender()), frames.as_html(content, sender(), language)


def test_a_letter_s_button_has_the_colour(branded_app: Flask):
    _, html = letter(branded_app, "en")
    assert (f"background-color:{RED}" in html, OURS.light.accent in html) == (True, False)


def test_without_a_colour_it_has_ours(app: Flask):
    _, html = letter(app, "en")
    assert f"background-color:{OURS.light.accent}" in html


def test_a_letter_ends_with_the_seller_s_words(branded_app: Flask):
    text, html = letter(branded_app, "en")
    assert ("Own words: <mail_sign_off>" in text, "Own words: &lt;mail_sign_off&gt;" in html) == (True, True)


def test_but_not_in_a_language_that_they_are_not_in(branded_app: Flask):
    assert ["Own words" in part for part in letter(branded_app, "ja")] == [False, False]


def test_no_letter_has_a_picture_in_it(branded_app: Flask):
    _, html = letter(branded_app, "en")
    assert "<img" not in html
