"""A browser without a screen, for the portal: it keeps cookies, reads pages, and sends the forms it finds on them.

So CSRF stays on: a form can only be sent by whoever was shown it, hidden fields and all.
"""

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from portal.accounts import sessions
from portal.database import transaction, utcnow

TOKEN_FIELD = "x-amzn-marketplace-token"
LANDING = "/marketplace/landing"


@dataclass
class Form:
    """A form on a page, with what its fields hold."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """An answer of the portal, as a reader takes it in."""

    _SILENT = frozenset({"script", "style", "title"})

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.get_data(as_text=True)
        self.headings: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.ids: list[str] = []
        self.title = ""
        self._open: list[str] = []
        self._words: list[str] = []
        self._link: str | None = None
        self.feed(self.html)

    @cached_property
    def text(self) -> str:
        """The words of the page, with single blanks."""
        return " ".join(" ".join(self._words).split())

    @property
    def location(self) -> str:
        """Where the answer sends the browser: path and query; empty when nowhere."""
        parts = urlsplit(self.headers.get("Location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def heading(self) -> str:
        return self.headings[0]

    def form(self, action: str) -> Form:
        """The form whose action has this path."""
        found = [form for form in self.forms if urlsplit(form.action).path == action]
        assert found, f"no form for {action} among {[form.action for form in self.forms]}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name"):
            chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            if chosen:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "a":
            self._link = given.get("href")
        elif tag == "h1":
            self.headings.append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        if "h1" in self._open:
            self.headings[-1] = f"{self.headings[-1]}{data}".strip()
        if self._link is not None and data.strip():
            self.links[" ".join(data.split())] = self._link
        if not self._SILENT.intersection(self._open):
            self._words.append(data)


class PortalClient:
    """One browser. ``https`` says how it reaches the portal."""

    def __init__(self, app: Flask, *, https: bool = False) -> None:
        self.app = app
        self.site = "https://portal.example" if https else "http://127.0.0.1"
        self.http = app.test_client()

    def get(self, path: str, **options: Any) -> Page:
        return Page(self.http.get(path, base_url=self.site, buffered=True, **options))

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> Page:
        """A POST from one of the portal's own pages, without the fields that are on that page."""
        headers = {"Referer": f"{self.site}/", **options.pop("headers", {})}
        return Page(self.http.post(path, data=fields, base_url=self.site, headers=headers, **options))

    def send(self, form: Form, **fields: str) -> Page:
        """Fill in a form and send it, with everything that stood in it already."""
        filled = {**form.fields, **fields}
        if form.method == "get":
            return self.get(form.action, query_string=filled)
        return self.post(form.action, filled)

    def press(self, path: str, action: str, **fields: str) -> Page:
        """Open a page and send the form on it that goes to ``action``."""
        return self.send(self.get(path).form(action), **fields)

    def follow(self, page: Page) -> Page:
        """Go where the answer sends, until it sends nowhere."""
        while 300 <= page.status < 400:
            page = self.get(page.location)
        return page

    def post_from_aws(self, fields: dict[str, Any], **options: Any) -> Page:
        """The fulfilment POST as a browser sends it from AWS's site: Lax cookies stay behind, new ones are kept."""
        stranger = self.app.test_client(use_cookies=False)
        headers = {"Origin": "null", **options.pop("headers", {})}
        response = stranger.post(LANDING, data=fields, base_url=self.site, headers=headers, **options)
        for line in response.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.http.set_cookie(
                    name, morsel.value, domain=urlsplit(self.site).hostname or "", path=morsel["path"] or "/"
                )
        return Page(response)

    def arrive(self, token: str, **extra: str) -> Page:
        """Come from AWS with a token, and go where the portal leads."""
        return self.follow(self.post_from_aws({TOKEN_FIELD: token, **extra}))

    def sign_in_as(self, person: Any) -> "PortalClient":
        """Be signed in, without the tenth of a second that a password takes. tests/blueprints/test_signin.py does it
        by the form."""
        with self.http.session_transaction(base_url=self.site) as session:
            session["_user_id"] = person.session_key
            session["_fresh"] = True
        return self

    def sign_in_anew_as(self, person: Any) -> "PortalClient":
        """The same with a session of its own, for whoever is signed in with another browser too."""
        with self.app.app_context(), transaction():
            key = sessions.begin(person.id, "password", "Safari on iPhone", utcnow())
        return self.sign_in_as(SimpleNamespace(session_key=key))
