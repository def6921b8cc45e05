"""A close look at pages in every language: the axe rules in light and dark, one h1, the language said, and its width.

A window of 1280 px enlarged to 400 % is 320 px wide in CSS: that is how wide a page is at most when it has to be read
in one direction alone (WCAG 1.4.10).
"""

from collections.abc import Iterable
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from portal.language import LANGUAGES
from portal.web.speech import LANGUAGE
from tests.stories.inspection import COLOURS_ONLY, EVERYTHING, GRAVE

DESK, ENLARGED = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=256)
FACTS = """() => ({
  language: document.documentElement.lang,
  headings: document.querySelectorAll("h1").length,
  tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CULPRITS = """[...document.body.querySelectorAll("*")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .slice(-3).map((one) => one.outerHTML.slice(0, 160))"""


class Linguist:
    """Opens page after page in every language, and remembers what was wrong with which."""

    def __init__(self, page: Page, portal_url: str) -> None:
        self._page = page
        self._url = portal_url
        self.complaints: list[str] = []

    def read(self, paths: Iterable[str], *, status: int = 200) -> None:
        """Open each of these in every language; a path is of the portal, or a whole address."""
        wanted = list(paths)
        for language in LANGUAGES:
            self._page.context.add_cookies([{"name": LANGUAGE, "value": language, "url": self._url}])
            for path in wanted:
                address = path if path.startswith("http") else self._url + path
                answer = self._page.goto(address)
                if answer is None or answer.status != status or self._page.url != address:
                    self.complaints.append(f"{path}: not the page that was meant, but {self._page.url}")
                self.look(language, f"{path} in {language}")

    def look(self, language: str, name: str) -> None:
        """The page as it is now."""
        self._page.set_viewport_size(DESK)
        self._page.emulate_media(color_scheme="light", reduced_motion="reduce")
        facts: dict[str, Any] = self._page.evaluate(FACTS)
        if facts["language"] != language:
            self.complaints.append(f"{name}: says that it is in {facts['language']!r}")
        if facts["headings"] != 1:
            self.complaints.append(f"{name}: {facts['headings']} h1")
        if facts["tooWide"] > 0:
            self.complaints.append(f"{name}: {facts['tooWide']} px too wide for a desk")
        self._page.evaluate(AXE_SCRIPT)
        self._run_axe(f"{name}, light", EVERYTHING)
        self._page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self._run_axe(f"{name}, dark", COLOURS_ONLY)
        self._page.set_viewport_size(ENLARGED)
        too_wide = self._page.evaluate(TOO_WIDE)
        if too_wide > 0:
            self.complaints.append(f"{name}: {too_wide} px too wide at 400 %: {self._page.evaluate(CULPRITS)}")

    def _run_axe(self, name: str, options: dict[str, Any]) -> None:
        for found in self._page.evaluate("options => axe.run(options)", options)["violations"]:
            if found["impact"] in GRAVE:
                where = "; ".join(str(node["html"]) for node in found["nodes"])
                self.complaints.append(f"{name}: {found['id']} ({found['impact']}): {found['help']}: {where}")
