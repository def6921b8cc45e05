"""A browser without a screen: it follows links and redirects, sends forms, and keeps cookies as browsers do.

Which cookies travel is what the arrival of a buyer hangs on. AWS's page and the portal are two *sites*; a POST from one
to the other carries no cookie that is SameSite=Lax (as every cookie is that says nothing), the GET it is redirected to
does. httpx knows nothing of sites, so the cookies are kept here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx

from portal.confirmation.unattended.reading import Form, Page

# It would write every address into the log, and that of an arrival names a purchase.
logging.getLogger("httpx").setLevel(logging.WARNING)

MOST_REDIRECTS = 10
PATIENCE = 30.0


class NoAnswer(Exception):
    """There was a server that did not answer."""


@dataclass(frozen=True)
class _Cookie:
    value: str
    same_site: str
    secure: bool
    path: str


class Browser:
    """One browser: close it, or use it in a `with`."""

    def __init__(self) -> None:
        self._http = httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False)
        self._cookies: dict[tuple[str, str], _Cookie] = {}

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def open(self, url: str) -> Page:
        """Type an address: nothing comes from another site then."""
        return self._go("GET", url, None, url)

    def follow(self, page: Page, link: str) -> Page:
        """Click on a link.

        Raises:
            NotOnThePage, NoAnswer.
        """
        return self._go("GET", page.link(link), None, page.url)

    def send(self, page: Page, form: Form, *, button: str | None = None, **fields: str) -> Page:
        """Fill in a form of a page and press a button of it (the first one if none is named).

        Raises:
            NoAnswer.
        """
        pressed = form.button(button) if button else None
        url = urljoin(page.url, (pressed and pressed.action) or form.action or page.url)
        filled = {**form.fields, **fields}
        if form.method == "get":
            return self._go("GET", str(httpx.URL(url).copy_merge_params(filled)), None, page.url)
        return self._go("POST", url, filled, page.url)

    def _go(self, method: str, url: str, data: dict[str, str] | None, initiator: str) -> Page:
        """Go there and wherever it leads; the whole chain counts as begun by the initiator."""
        for _redirect in range(MOST_REDIRECTS):
            answer = self._ask(method, url, data, initiator)
            if not answer.is_redirect:
                return Page(url, answer.status_code, answer.text)
            url = urljoin(url, answer.headers["Location"])
            if answer.status_code in {301, 302, 303}:
                method, data = "GET", None
        raise NoAnswer(f"{url} leads in a circle")

    def _ask(self, method: str, url: str, data: dict[str, str] | None, initiator: str) -> httpx.Response:
        same_site = _site(url) == _site(initiator)
        headers = {"Accept": "text/html", "User-Agent": "marketplace-portal confirm"}
        headers["Sec-Fetch-Site"] = "same-origin" if same_site else "cross-site"
        if method == "POST":
            parts = urlsplit(initiator)
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
            headers["Referer"] = initiator if same_site else f"{headers['Origin']}/"
        if cookie := self._cookie_header(method, url, same_site=same_site):
            headers["Cookie"] = cookie
        self._http.cookies.clear()  # it would send what it is not asked to
        try:
            answer = self._http.request(method, url, data=data, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer(f"{url} did not answer ({type(error).__name__})") from None
        self._keep(url, answer.headers.get_list("Set-Cookie"))
        return answer

    def _cookie_header(self, method: str, url: str, *, same_site: bool) -> str:
        host, path, secure = _site(url), urlsplit(url).path or "/", urlsplit(url).scheme == "https"
        return "; ".join(
            f"{name}={cookie.value}"
            for (where, name), cookie in self._cookies.items()
            if where == host
            and path.startswith(cookie.path)
            and (secure or not cookie.secure)
            and (same_site or cookie.same_site == "none" or (cookie.same_site == "lax" and method == "GET"))
        )

    def _keep(self, url: str, headers: list[str]) -> None:
        for header in headers:
            for name, morsel in SimpleCookie(header).items():
                where = (_site(url), name)
                if morsel["max-age"] == "0" or not morsel.value:
                    self._cookies.pop(where, None)
                    continue
                same_site = morsel["samesite"].lower() or "lax"
                self._cookies[where] = _Cookie(morsel.value, same_site, bool(morsel["secure"]), morsel["path"] or "/")


def _site(url: str) -> str:
    """The site of an address: ports do not tell sites apart, and neither sandbox nor portal has subdomains."""
    return urlsplit(url).hostname or ""
