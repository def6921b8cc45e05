"""The rules of this house about words: whatever people read is marked, and said in every language."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

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

    SPOKEN = re.compile(
        r"aria-label|title|placeholder|alt|data-(?:say|show|shown|hide|hidden|now|copied|done|confirm).*"
    )

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "script"}
        self.texts += [value for name, value in attrs if self.SPOKEN.fullmatch(name) and value]

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


GRAMMAR = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
READ_BY_PROGRAMS = {"url_for", "static_url", "get", "startswith", "endswith", "may"}
"""Of what these are given, the first is a name in the code."""


def _unmarked_in_jinja(node: nodes.Node) -> Iterator[str]:
    """Texts that a template makes in an expression, and that are not marked; names in the code are left out."""
    if isinstance(node, nodes.Const):
        yield from [node.value] if isinstance(node.value, str) else []
        return
    if isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
        return
    below = list(node.iter_child_nodes())
    if isinstance(node, nodes.Call):
        called = getattr(node.node, "name", None) or getattr(node.node, "attr", "")
        given = [one for one in node.args if called not in MARKING or not isinstance(one, nodes.Const)]
        below = [*given[called in READ_BY_PROGRAMS :], *node.kwargs]
    elif isinstance(node, nodes.Compare):
        below = [
            one for one in (node.expr, *(operand.expr for operand in node.ops)) if not isinstance(one, nodes.Const)
        ]
    elif isinstance(node, nodes.Pair):
        below = [node.value]
    elif isinstance(node, nodes.Getitem):
        below = [node.node]
    for one in below:
        yield from _unmarked_in_jinja(one)


IN_ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,’'].*[a-z]{2}|^\s*[A-Z][a-z]+|^[A-Za-z]+:? $")
STATES = {"cannot be told"}
"""Of the doctor, by which a page sorts."""
AWS_CALLS_IT = {
    "AWS Marketplace Management Portal",
    "SaaS products",
    "Limited",
    "View on AWS Marketplace",
    "Purchase options",
    "Pricing",
    "Choose your contract",
    "Plan or tier",
    "Quantity",
    "Total",
    "Purchase",
    "Set up your account",
    "Manage subscriptions",
    "Manage",
    "Your contract",
    "Change the contract",
}
"""What stands on AWS's own pages, of which there are drawings."""
DRAWN = re.compile(r"<(?:path|circle) ")
"""What an icon is made of."""


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_no_text_in_an_expression_of_a_page_is_unmarked(file: Path):
    known = NAMES | STATES | (AWS_CALLS_IT if file.name == "_screens.html" else set())
    texts = _unmarked_in_jinja(GRAMMAR.parse(file.read_text(encoding="utf-8")))
    found = [text for text in texts if IN_ENGLISH.search(text) and not DRAWN.match(text) and text not in known]
    assert found == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{{ chart("hours", "Messages an hour") }}', ["hours", "Messages an hour"]),
        ('{{ table("Contracts of " ~ name) }}', ["Contracts of "]),
        ('{{ names or "nowhere" }}', ["nowhere"]),
        ('{{ _("Contracts of %(name)s", name="nobody") }}', ["nobody"]),
        ('{% trans name="nobody" %}Contracts of {{ name }}{% endtrans %}', ["nobody"]),
        ('{{ {"owner": "Owner"}[role] }}', ["Owner"]),
        ('{{ words["a word"] if kind == "a word" else url_for("a word") }}', []),
    ],
)
def test_texts_in_expressions_are_found(template: str, found: list[str]):
    assert [*_unmarked_in_jinja(GRAMMAR.parse(template))] == found


@pytest.mark.parametrize("name", ["data-say", "data-say-failed", "data-copied", "aria-label"])
def test_texts_that_a_script_says_are_found(name: str):
    assert Visible(f'<p {name}="It is copied.">').texts == ["It is copied."]


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
UNREAD = {"text", "kind", "ContextVar"}
"""Calls whose texts are SQL, examples for a preview of letters, and a name that shows when something is debugged."""
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,’'].*[a-z]{2}|^[A-Z][a-z]+.*\.$")
SPOKEN = (
    "staff",
    "web",
    "blueprints",
    "mail",
    "registration",
    "contracts",
    "accounts",
    "notifications",
    "doctor",
    "confirmation",
)
"""Folders of which every English text that is made in Python is read by people, on pages of several languages."""
NOT_FOR_PEOPLE = {
    "words of the code, which are stored or compared; pages say them through tables": (
        "continued by|joined to|joined here|handed over|known device|nobody has this password|recovery code"
        "|account from here|from here|sign-in tries|second factor|address taken"
    ),
    "steps that the confirmation sights, and by whom": (
        "sign-up page|signed up|sign-in page|signed in|confirmation page|a member of staff"
    ),
    "actions of the audit log, which are English": (
        "(added|removed) a second factor|asked for (another address|a new password)|refused by the old address"
        "|was asked for the password again|sent an invitation again|withdrew an invitation|joined an organisation"
        "|renamed an organisation|changed a role|left an organisation|removed a member|handed over ownership"
    ),
    "what exceptions say to the log": ("somebody else is asking it|it did not answer a moment ago|{} organisations"),
    "what `flask contracts` says of a comparison": r"The agreements could not be read\.",
    "limits, as Flask-Limiter reads them": r"\d+ per (minute|hour)(; \d+ per hour)?",
    "headers, and the lines of security.txt": (
        "attachment; .*|private, no-cache|public, max-age=.*|default-src .*|noindex, .*"
        "|(Contact|Expires|Preferred-Languages|Canonical|Policy): .*"
    ),
    "answers to programs: who asks by a wrong name, and whether the portal is ready": (
        r"The portal does not answer by this name\.\s|not ready|{} \(edition {}\)"
    ),
    "headings of the file of contracts, which formulas and programs go by": (
        "product code|organisation number|AWS account|renews by itself|last confirmed with AWS|known since"
    ),
    "names of products": "Samsung Internet|Tidemark Analytics",
    "what databases are told, and patterns": (
        r"all, delete-orphan|.*(IS NOT NULL|NOT IN|IN \().*|(fate|state) = '.*'|\('applied', 'news'\)|\^\(\?:.*"
    ),
    "what AWS calls its events, in small letters": (
        "license .*|purchase agreement .*|agreement cancellation request|spend threshold"
        "|License Deprovisioned|Purchase Agreement Ended"
    ),
}
"""English texts in Python that nobody reads on a page, by why."""
FILES_FOR_NO_PAGE = {
    "contracts/importing.py": "the report of `flask contracts import`",
    "contracts/customer_file.py": "the report of `flask contracts import`",
    "contracts/lifecycle.py": "pure: `staff.contract.rules` marks its words, and a test holds the two together",
    "confirmation/unattended/browser.py": "a command's own browser: what goes wrong there is told at its terminal",
    "confirmation/unattended/reading.py": "a command's own browser: what goes wrong there is told at its terminal",
    "confirmation/unattended/visitor.py": "a command's own browser: what goes wrong there is told at its terminal",
    "confirmation/unattended/walk.py": "what a command presses: the names of buttons on English pages",
    "doctor/samples.py": "what AWS sends: the names of its events are the same in every language",
    "notifications/envelope.py": "pure: `staff.recalled` marks its words, and a test holds the two together",
}


def _unmarked(node: ast.AST) -> Iterator[str]:
    """English in a tree that nobody marked; what is logged, raised or only explains the code is left out."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield from [text] if " " in text and re.search(r"[A-Za-z]{2,} ?[a-z{]", text) else []
    elif isinstance(node, ast.Constant):
        yield from [node.value] if isinstance(node.value, str) and ENGLISH.search(node.value) else []
    elif not _is_silent(node):
        marks = isinstance(node, ast.Call) and _called(node) in MARKING
        children = [word.value for word in node.keywords] if marks else list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Compare):
            children = [one for one in children if not isinstance(one, ast.Constant)]
        for child in children:
            yield from _unmarked(child)


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        spoken_to = getattr(node.func, "value", None)
        return getattr(spoken_to, "id", getattr(spoken_to, "attr", "")) in SILENT or _called(node) in UNREAD
    if isinstance(node, ast.ClassDef):  # its values are kept, and said through tables
        return any(ast.unparse(base).endswith("Enum") for base in node.bases)
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))


def _is_for_no_page(text: str) -> bool:
    return any(re.fullmatch(pattern, text, re.DOTALL) for pattern in NOT_FOR_PEOPLE.values())


@pytest.mark.parametrize("folder", SPOKEN)
def test_no_text_that_is_made_in_python_is_unmarked(folder: str):
    bare = {
        name: [one for one in _unmarked(ast.parse(file.read_text(encoding="utf-8"))) if not _is_for_no_page(one)]
        for file in sorted((ROOT / "portal" / folder).rglob("*.py"))
        if (name := file.relative_to(ROOT / "portal").as_posix()) not in FILES_FOR_NO_PAGE
    }
    assert {file: texts for file, texts in bare.items() if texts} == {}


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
