"""Reading a page as somebody does who fills in its forms: headings, links, words, forms. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class Button:
    """What sends a form, and where else it sends it."""

    text: str = ""
    action: str | None = None


@dataclass
class Form:
    """A form, with what its fields hold as the page came."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    """The fields for numbers."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """The values of radio buttons."""
    buttons: list[Button] = field(default_factory=list)

    def button(self, text: str) -> Button | None:
        """The button whose text begins so."""
        return next((one for one in self.buttons if one.text.startswith(text)), None)


class NotOnThePage(Exception):
    """There was a page without what was looked for."""


class Page(HTMLParser):
    """An answer, as a reader takes it in."""

    _SILENT = frozenset({"script", "style", "title"})
    _VOID = frozenset({"input", "meta", "link", "br", "hr", "img"})

    def __init__(self, url: str, status: int, html: str) -> None:
        super().__init__()
        self.url, self.status = url, status
        self._heading = ""
        self.forms: list[Form] = []
        self._links: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self._inside: Form | None = None
        self._button: Button | None = None
        self._select: str | None = None
        self.feed(html)

    @property
    def heading(self) -> str:
        """Its h1."""
        return " ".join(self._heading.split())

    @property
    def path(self) -> str:
        """The path of its address."""
        return urlsplit(self.url).path

    @property
    def text(self) -> str:
        """The words of the page, with single blanks."""
        return " ".join(" ".join(self._words).split())

    def link(self, text: str) -> str:
        """Where the link with this text leads.

        Raises:
            NotOnThePage.
        """
        for href, words in self._links:
            if " ".join(words.split()) == text:
                return urljoin(self.url, href)
        raise self._missing(f"link *{text}*")

    def link_text(self, path_start: str) -> str:
        """The text of the first link to such a path.

        Raises:
            NotOnThePage.
        """
        for href, words in self._links:
            if urlsplit(urljoin(self.url, href)).path.startswith(path_start):
                return " ".join(words.split())
        raise self._missing(f"link to *{path_start}*")

    def form(self, action_end: str) -> Form:
        """The form whose action's path ends so.

        Raises:
            NotOnThePage.
        """
        for form in self.forms:
            if urlsplit(urljoin(self.url, form.action)).path.endswith(action_end):
                return form
        raise self._missing(f"form for *{action_end}*")

    def _missing(self, what: str) -> NotOnThePage:
        return NotOnThePage(f"{self.path} (answered {self.status}, “{self.heading}”) has no {what}.")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(given.get("method", "get").lower(), given.get("action", ""))
            self.forms.append(self._inside)
        elif tag == "input" and self._inside:
            self._field(self._inside, given)
        elif tag == "button" and self._inside:
            self._button = Button(action=given.get("formaction"))
            self._inside.buttons.append(self._button)
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._inside and self._select:
            if "selected" in given or self._select not in self._inside.fields:
                self._inside.fields[self._select] = given.get("value", "")
        elif tag == "a" and "href" in given:
            self._links.append((given["href"], ""))
        if tag not in self._VOID:
            self._open.append(tag)

    def _field(self, form: Form, given: dict[str, str]) -> None:
        name, kind = given.get("name"), given.get("type", "text")
        if not name or kind in {"submit", "button"}:
            return
        if kind == "radio":
            form.choices.setdefault(name, []).append(given.get("value", "on"))
        if kind == "number":
            form.numbers.append(name)
        if kind not in {"radio", "checkbox"} or "checked" in given:
            form.fields[name] = given.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "button":
            self._button = None
        elif tag == "select":
            self._select = None
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "h1" in self._open:
            self._heading += data
        if self._button is not None:
            self._button.text = f"{self._button.text} {data}".strip()
        if "a" in self._open and self._links:
            href, words = self._links[-1]
            self._links[-1] = (href, words + data)
        if not self._SILENT.intersection(self._open):
            self._words.append(data)
