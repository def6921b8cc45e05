"""The rules of this house about words: whatever people read is marked, and said in every language."""

import ast
import re
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
