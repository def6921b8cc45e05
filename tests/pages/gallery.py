"""Pages of the portal in a browser, looked at closely: as the portal answered them, whoever asked and however.

A page is got with ``tests.portal_client``, from a portal in this process whose records a test has prepared; the browser
gets that answer, with everything that belongs to it. So a page that nobody reaches twice can be looked at in every
language, in light and in dark, at a desk and enlarged to 400 %, in a fraction of a second.

A window of 1280 px enlarged to 400 % is 320 px wide in CSS: that is how wide a page is at most when it has to be read
in one direction alone (WCAG 1.4.10).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask, template_rendered
from playwright.sync_api import BrowserContext, ViewportSize
from playwright.sync_api import Page as Tab
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from portal.language import DEFAULT
from tests.pages.looking import FACTS, FOCUSED_IN_TURN, LISTEN, MOVING, SPACED, TOO_WIDE
from tests.pages.parts import everything_of
from tests.portal_client import Page
from tests.stories.axe import in_light_and_dark
from tests.stories.watching import Watch

DESK, ENLARGED = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=256)
SPARE = 3
"""Presses of Tab more than there are stops: a page may begin in the middle, and what scrolls is a stop, too."""
MADE_UP = "(made up)"
"""What a page is called that no template is for."""
STATIC = ("/static/", "/brand.css", "/brand/")


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args: object) -> None:
        """Tell nobody."""


class Shelf:
    """A website of single pages: whichever was put there last, at its own address; and what belongs to all."""

    def __init__(self, app: Flask) -> None:
        self.app, self._pages = app, dict[str, Page]()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def put(self, page: Page) -> str:
        """Its address here."""
        path: str = page.response.request.full_path.removesuffix("?")
        self._pages[path] = page
        return self.url + path

    def endpoints_of(self, path: str) -> set[str]:
        """Which view answers there; none where there is nothing."""
        try:
            return {str(self.app.url_map.bind("").match(path, "GET")[0])}
        except HTTPException:
            return set()

    @contextmanager
    def open(self) -> Iterator["Shelf"]:
        Thread(target=self._server.serve_forever, daemon=True).start()
        yield self
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(STATIC):
            return self.app.wsgi_app(environ, start_response)
        page = self._pages.get(request.full_path.removesuffix("?"))
        if page is None:  # what a page asks for by itself while it is open
            return Response("Nothing here.", 503)(environ, start_response)
        kept = {name: value for name, value in page.headers.items() if name not in {"Set-Cookie", "Content-Length"}}
        return Response(page.html, page.status, kept)(environ, start_response)


class Gallery:
    """Looks at pages in one language, and remembers what was wrong with which, and which there were."""

    def __init__(self, context: BrowserContext, shelf: Shelf, language: str, pictures: Path | None) -> None:
        self._tab: Tab = context.new_page()
        self._watch = Watch(context, shelf.url)
        self._shelf, self._language, self._pictures = shelf, language, pictures
        self._drawn: str | None = None
        self.complaints: list[str] = []
        self._seen: set[str] = set()
        """Templates, and endpoints that answered a GET."""

    @contextmanager
    def listening(self) -> Iterator["Gallery"]:
        """Know which template an answer is made of."""

        def note(_sender: Flask, template: Any, **_more: Any) -> None:
            self._drawn = template.name or MADE_UP

        template_rendered.connect(note)
        yield self
        template_rendered.disconnect(note)

    def look(self, template: str, page: Page) -> None:
        """Look at an answer that the portal has just given, and that should be this page."""
        drawn, self._drawn = self._drawn, None
        asked = page.response.request
        name = f"{asked.method} {asked.path} in {self._language} ({template})"
        if drawn != template or not page.html:
            self.complaints.append(f"{name}: it is {drawn} with {page.status} {page.location}")
            return
        self._seen.add(template)
        if asked.method == "GET":
            self._seen |= self._shelf.endpoints_of(asked.path)
        heard = len(self._watch.problems)
        self._tab.set_viewport_size(DESK)
        self._tab.goto(self._shelf.put(page))
        if self._pictures:
            self._tab.emulate_media(color_scheme="light", reduced_motion="reduce")
            file = f"{self._language}-{template.replace('/', '-')}-{page.status}.png"
            self._tab.screenshot(path=self._pictures / file, full_page=True)
        self.complaints += [f"{name}: {one}" for one in self._inspect()]
        self.complaints += [f"{name}: {one}" for one in self._watch.problems[heard:]]

    def _inspect(self) -> Iterator[str]:
        facts = self._tab.evaluate(FACTS, self._language)
        yield from facts["complaints"]
        yield from facts["words"]
        if self._language == DEFAULT:  # where one gets by Tab is the same in all
            yield from self._by_tab(facts["presses"])
        yield from in_light_and_dark(self._tab)
        yield from self._tab.evaluate(MOVING)
        self._tab.set_viewport_size(ENLARGED)
        yield from self._tab.evaluate(TOO_WIDE)
        self._tab.set_viewport_size(DESK)
        yield from self._tab.evaluate(SPACED)

    def _by_tab(self, presses: int) -> list[str]:
        """Go from stop to stop, once through the page."""
        self._tab.evaluate(LISTEN)
        for _ in range(presses + SPARE):
            self._tab.keyboard.press("Tab")
        found: list[str] = self._tab.evaluate(FOCUSED_IN_TURN)
        return found

    def expect_everything_of(self, *parts: str) -> None:
        """Every page of these parts of the site has been looked at, at every address; and nothing was wrong."""
        self.expect({one for part in parts for one in everything_of(part, self._shelf.app)})

    def expect(self, wanted: set[str]) -> None:
        """These templates and endpoints have been looked at, and nothing was wrong."""
        forgotten = sorted(wanted - self._seen)
        self.complaints += [f"nobody looked at {one} in {self._language}" for one in forgotten]
        self.expect_nothing_wrong()

    def expect_nothing_wrong(self) -> None:
        assert not self.complaints, "\n\n".join(self.complaints)
