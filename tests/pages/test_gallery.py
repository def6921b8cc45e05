"""What the gallery must find; one that finds nothing would prove nothing."""

from collections.abc import Callable

import pytest
from flask import Flask, render_template_string

from tests.pages.gallery import MADE_UP, Gallery
from tests.portal_client import PortalClient

PAGE = """<!doctype html>
<html lang="{{ language() }}">
  <head><title>A page - Tidemark</title><link rel="stylesheet" href="{{ static_url('css/tokens.css') }}">
  <link rel="stylesheet" href="{{ static_url('css/base.css') }}"></head>
  <body><main><h1>A page</h1>%s</main></body>
</html>"""


@pytest.fixture
def page(
    app: Flask, browser_of: Callable[..., PortalClient], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], object]:
    """A page with this on it."""

    def make(piece: str) -> object:
        monkeypatch.setitem(app.view_functions, "site.terms", lambda: render_template_string(PAGE % piece))
        return browser_of().get("/terms")

    return make


def test_it_finds_what_is_wrong(gallery: Gallery, page: Callable[[str], object], language: str):
    english = "<p>This is not in your language.</p>"
    wrong = {
        "<input type='text'>": "must have labels",
        "<button tabindex='-1'>A</button>": "out of the order of Tab",
        "<p><a class='unseen' href='/' tabindex='2'>A</a></p>": "out of the order of Tab",
        f"<nobr>{'x' * 60}</nobr>": "too wide at 400 %",
        f"<nobr>{'x' * 140}</nobr>": "too wide where text is spaced",
        "<h1>A page</h1>": "2 h1",
        "<form action='/'><button type='button'>A</button></form>": "no key sends",
    }
    if language != "en":
        wrong[english] = "still English"
    gallery.look(MADE_UP, page("<p>A</p>"))
    assert gallery.complaints == []
    for piece, said in wrong.items():
        gallery.look(MADE_UP, page(piece))
        assert said in "\n".join(gallery.complaints), piece
        gallery.complaints.clear()
    gallery.look("site/privacy.html", page("<p>A</p>"))
    assert "it is (made up) with 200" in "\n".join(gallery.complaints)
    gallery.complaints.clear()
    gallery.look(MADE_UP, page(english if language == "en" else f"<div lang='en'>{english}</div>"))
    assert gallery.complaints == []
