"""What every page of every story must be, whatever the story is about; a browser that notices by itself.

One h1, with which the title begins; no id twice; no wider than its window; nothing in the console; no other host.
A page is looked at when it has loaded, and again whenever it has followed AWS by itself.
"""

import json
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response
from playwright.sync_api import Error as PlaywrightError

FOUND = "This page breaks a rule of the house: "

LOOK = """
(() => {
  if (window !== window.top || !OURS.includes(location.host)) return;
  const said = new Set();
  const complain = (what) => {
    const words = `FOUND${what} (${location.pathname})`;
    if (!said.has(words)) console.error(words);
    said.add(words);
  };
  const look = () => {
    const headings = document.querySelectorAll("h1");
    if (headings.length !== 1) return complain(`it has ${headings.length} h1, not one`);
    const heading = headings[0].textContent.replace(/\\s+/g, " ").trim();
    if (!document.title.startsWith(heading)) complain(`"${document.title}" does not begin with "${heading}"`);
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of ids.filter((id, place) => ids.indexOf(id) !== place)) complain(`the id "${id}" is there twice`);
  };
  const measure = () => {
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) complain(`it is ${root.scrollWidth - root.clientWidth} px too wide`);
  };
  document.addEventListener("DOMContentLoaded", () => {
    look();
    new MutationObserver(() => { look(); measure(); }).observe(document.body, { childList: true });
  });
  window.addEventListener("load", measure);
})();
""".replace("FOUND", FOUND)


class Watch:
    """Everything that was wrong in one browser."""

    def __init__(self, context: BrowserContext, *ours: str) -> None:
        """``ours`` are the addresses a page may ask; a request to any other is wrong."""
        self._ours = {urlsplit(url).netloc for url in ours}
        self.problems: list[str] = []
        context.add_init_script(LOOK.replace("OURS", json.dumps(sorted(self._ours))))
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.problems.append(f"JavaScript failed: {error.error}"))
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser notes every answer of 400 and above, and pages that explain such an answer are as they should be.
        about_an_answer = message.text.startswith("Failed to load resource: the server responded with a status of")
        if urlsplit(message.location.get("url", "")).netloc not in {"", *self._ours}:
            return  # of somebody else's page
        if message.type in {"error", "warning"} and not about_an_answer:
            self.problems.append(message.text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if request.is_navigation_request() or self._is_elsewhere(request):
            return  # somebody goes to their identity provider; what its pages ask for is not ours to judge
        if parts.scheme != "data" and parts.netloc not in self._ours:
            self.problems.append(f"A page asked another host: {request.url}")

    def _is_elsewhere(self, request: Request) -> bool:
        try:
            return urlsplit(request.frame.url).netloc not in self._ours
        except PlaywrightError:  # its page is closed
            return False

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in {"document", "fetch"}:
            self.problems.append(f"{response.request.resource_type} answered {response.status}: {response.url}")
