"""The rules of this house about words: whatever people read is marked, and said in every language."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from laptop.environment import ROOT
from laptop.words import TRANSLATIONS, gather, is_translated, translated
from portal.language import LANGUAGES

TEMPLATES = ROOT / "portal" / "templates"
OTHERS = sorted(set(LANGUAGES) - {"en"})
HOLES = re.compile(r"%\(\w+\)[sd]|%%")
NAMES = {
    "AWS Marketplace",
    "AWS",
    "JSON",
    "CSV",
    "SQS",
    "EventBridge",
    "Redis",
    "Valkey",
    "PostgreSQL",
    "HTML",
    "AM",
    "sub",
}
"""Said alike in every language."""
each_language = pytest.mark.parametrize("language", OTHERS)


def everything(language: str) -> dict[object, Message]:
    return {message.id: message for _file, message in translated(TRANSLATIONS / language / "LC_MESSAGES")}


@each_language
def test_every_text_is_said(language: str):
    known = everything(language)
    missing = [one.id for one in gather() if one.id not in known or not is_translated(known[one.id])]
    assert missing == [], "run `make words`, and translate what stands empty in portal/translations"


@each_language
def test_nothing_is_said_that_nobody_asks_for(language: str):
    asked = {one.id for one in gather()}
    assert [text for text in everything(language) if text not in asked] == [], "run `make words`"


@each_language
def test_what_is_to_be_filled_in_is_the_same(language: str):
    wrong = []
    for text, message in everything(language).items():
        asked = set(HOLES.findall(text if isinstance(text, str) else text[-1]))
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        wrong += [text for one in said if set(HOLES.findall(one)) != asked]
    assert wrong == []


@each_language
def test_so_are_the_tags(language: str):
    tags = re.compile(r"</?\w+")
    wrong = [
        text
        for text, message in everything(language).items()
        if isinstance(text, str) and sorted(tags.findall(text)) != sorted(tags.findall(str(message.string)))
    ]
    assert wrong == []


class Visible(HTMLParser):
    """What a reader sees of a template, when all that Jinja does is taken out."""

    SPOKEN = ("aria-label", "title", "placeholder", "alt")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "script"}
        self.texts += [value for name, value in attrs if name in self.SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _bare(source: str) -> str:
    source = re.sub(r"{#.*?#}", " ", source, flags=re.DOTALL)
    source = re.sub(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", " ", source, flags=re.DOTALL)
    return re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_no_text_of_a_page_is_unmarked(file: Path):
    texts = [" ".join(text.split()) for text in Visible(_bare(file.read_text(encoding="utf-8"))).texts]
    assert [text for text in texts if re.search(r"[A-Za-z]{2}", text) and text not in NAMES and '="' not in text] == []


def test_what_templates_import_says_nothing_by_itself():
    """A module of macros is made once, and would speak the language of whoever came first."""
    sources = {
        file.relative_to(TEMPLATES).as_posix(): file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html")
    }
    imported = {name for source in sources.values() for name in re.findall(r'{%-? from "([^"]+)" import', source)}
    bare = {name: _without_macros(sources[name]) for name in sorted(imported)}
    assert [name for name, source in bare.items() if re.search(r"\b_\(|{%-?\s*trans", source)] == []


def _without_macros(source: str) -> str:
    innermost = re.compile(r"{%-?\s*macro\b(?:(?!{%-?\s*macro\b).)*?{%-?\s*endmacro\s*-?%}", re.DOTALL)
    number = 1
    while number:
        source, number = innermost.subn("", source)
    return source


MARKING = {"_", "gettext", "ngettext", "pgettext", "marked", "lazily", "sentence", "counted"}
SILENT = {"logger", "audit", "warnings"}
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,’'].*[a-z]{2}|^[A-Z][a-z]+.*\.$")
SPOKEN: tuple[str, ...] = ("confirmation",)
"""Folders of which every English text that is made in Python is read by people, on pages of several languages."""
UNREAD = {
    "confirmation/arriving.py": {"signed up", "sign-up page", "sign-in page"},
    "confirmation/journeys.py": {"signed in"},
    "confirmation/marks.py": {"for a person", "not applicable"},
    "confirmation/purchasing.py": {"sign-up page", "sign-in page"},
}
"""Words that are kept and compared there, and never shown."""
OF_AWS = {"License Deprovisioned", "Purchase Agreement Ended"}
"""What AWS calls things, in every language."""
COMMANDS = ("confirmation/unattended",)
"""Folders that only a command runs: what goes wrong there is told at its terminal, in English, and what it presses are
the buttons of English pages. What it notes for the report is said in `confirmation/telling.py`."""


def _unmarked(node: ast.AST) -> Iterator[str]:
    """English in a tree that nobody marked; what is logged, raised or only explains the code is left out."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield from [text] if " " in text and re.search(r"[A-Za-z]{2,} ?[a-z{]", text) else []
    elif isinstance(node, ast.Constant):
        yield from [node.value] if isinstance(node.value, str) and ENGLISH.search(node.value) else []
    elif not _is_silent(node):
        marks = isinstance(node, ast.Call) and _called(node) in MARKING
        children = [word.value for word in node.keywords] if marks else ast.iter_child_nodes(node)
        for child in children:
            yield from _unmarked(child)


def _is_silent(node: ast.AST) -> bool:
    logs = isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") in SILENT
    explains = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return logs or explains or isinstance(node, ast.Raise)


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))


@pytest.mark.parametrize("folder", SPOKEN)
def test_no_text_that_is_made_in_python_is_unmarked(folder: str):
    sources = {
        file.relative_to(ROOT / "portal").as_posix(): file.read_text(encoding="utf-8")
        for file in sorted((ROOT / "portal" / folder).rglob("*.py"))
    }
    bare = {
        name: set(_unmarked(ast.parse(source))) - UNREAD.get(name, set()) - OF_AWS
        for name, source in sources.items()
        if not name.startswith(COMMANDS)
    }
    assert {name: texts for name, texts in bare.items() if texts} == {}


def test_what_is_left_out_is_there():
    sources = {name: (ROOT / "portal" / name).read_text(encoding="utf-8") for name in UNREAD}
    gone = {name: texts - set(_unmarked(ast.parse(sources[name]))) for name, texts in UNREAD.items()}
    assert {name: texts for name, texts in gone.items() if texts} == {}
    assert [name for name in COMMANDS if not (ROOT / "portal" / name).is_dir()] == []


FORMS = {"StringField", "EmailField", "PasswordField", "BooleanField", "SelectField", "TextAreaField", "IntegerField"}
SPEAKS = FORMS | {"DataRequired", "Length", "Email", "flash", "ValidationError", "InputRequired"}


def _said_bare(file: Path) -> list[str]:
    """Texts that are given to forms and messages as they are."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKS:
            given = [*node.args[:1], *(word.value for word in node.keywords if word.arg in {"message", "label"})]
            found += [
                ast.unparse(one)
                for one in given
                if isinstance(one, ast.Constant | ast.JoinedStr)
                and not (isinstance(one, ast.Constant) and not isinstance(one.value, str))
            ]
    return found


@pytest.mark.parametrize("folder", ["blueprints", "web"])
def test_no_text_of_a_form_or_message_is_unmarked(folder: str):
    files = sorted((ROOT / "portal" / folder).rglob("*.py"))
    assert {file.name: bare for file in files if (bare := _said_bare(file))} == {}
